"""What the paper says of a task, in a form that runs can show or not show."""

import numpy as np

from ref.experiments.memory.models import title as model_title
from ref.experiments.memory.study import or_infinite, outcomes, title
from ref.experiments.memory.tasks import TEST
from ref.experiments.tables import Claim


def excess(results: list[dict], which: str = TEST) -> float:
    """Median of the seeds, in bits a sequence above the optimum."""
    return float(np.median([or_infinite(result["tests"][which]["excess"]) for result in results]))


def sequences(results: list[dict]) -> float:
    """Seen before the goal was reached, median of the seeds; infinite for those that did not reach it."""
    return float(np.median([or_infinite(result["reached"]) for result in results]))


def solved(parts: dict, job: dict, model: str, goal: float, which: str = TEST) -> Claim:
    """At least four seeds of five end below the goal."""
    results = outcomes(parts, job)[model]
    below = sum(or_infinite(result["tests"][which]["excess"]) < goal for result in results)
    where = "" if which == TEST else f" at {which}"
    return Claim(f"{title(job)}: {model_title(model)} ends below {goal:g} bits a sequence{where} in at least four "
                 "seeds of five", 5 * below >= 4 * len(results), f"{below} of {len(results)}")


def cheaper(parts: dict, job: dict, model: str, than: str, which: str = TEST) -> Claim:
    """The first model pays less than the second one, and less than half of what answers without memory cost."""
    found = outcomes(parts, job)
    mine, other = excess(found[model], which), excess(found[than], which)
    half = found[model][0]["tests"][which]["baseline"] / 2
    where = "the sizes of training" if which == TEST else which
    return Claim(f"{title(job)}: at {where}, {model_title(model)} pays less than {model_title(than)}, and less than "
                 "half of what answers without memory cost", mine < min(other, half),
                 f"{mine:.3g} and {other:.3g} bits a sequence above the optimum, {2 * half:.3g} without memory")


def faster(parts: dict, job: dict, model: str, than: str) -> Claim:
    """The first model reaches the goal after fewer sequences."""
    found = outcomes(parts, job)
    mine, other = sequences(found[model]), sequences(found[than])
    return Claim(f"{title(job)}: {model_title(model)} reaches the goal after fewer sequences than {model_title(than)}",
                 mine < other, " and ".join("not reached" if n == np.inf else f"{n:.0f}" for n in (mine, other)))
