"""The numbers of lines, of a run's finished parts: name -> one value a seed, for tables and claims.

    barrier, monotonicity, plateau      ref.loss_surfaces.measures
    width           of the basin around an end, on the line from the start: how far the loss stays within a tenth of the
                    way down; in alpha ("relative"), and times the distance from the start ("absolute").  What reaches
                    the line's last point is infinite
    unlike          how much the lines of several seeds differ: the standard deviation over the seeds of
                    f(alpha) / f(0), mean over alpha in [0, 1]

Losses are in nats a case, of the surface's images unless another set is named.
"""

from itertools import combinations

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.run import Run
from ref.loss_surfaces.measures import barrier, monotonicity, plateau, width

Array = np.ndarray
SURFACE = "surface"
SURFACE_LOSS = f"{SURFACE}_loss"
DOWN = 0.1  # of the way from the start's loss to the end's


def looks(run: Run, job: dict) -> list[dict]:
    """The results of the job's lines, a seed each."""
    return [run.parts[part_name(job, "lines", seed)] for seed in range(job["seeds"])]


def line_of(look: dict, a: str, b: str, of: str = "surface_loss") -> tuple[Array, Array]:
    """(alphas, losses); those from the start go beyond 1."""
    alphas = look["beyond"] if a == START else look["alphas"]
    return np.array(alphas), np.array(look["lines"][f"{a} to {b}"][of], float)


def pairs(job: dict) -> list[tuple[str, str]]:
    """Of methods: those that the job names, or all."""
    return job.get("compared", list(combinations(job["methods"], 2)))


def barriers(run: Run, job: dict, a: str, b: str, of: str = "surface_loss") -> list[float]:
    return [barrier(*line_of(look, a, b, of)) for look in looks(run, job)]


def apart(run: Run, job: dict, a: str, b: str, what: str) -> list[float]:
    """what: distance, cosine, functional, disagreement."""
    return [look["apart"][f"{a} to {b}"][what] for look in looks(run, job)]


def from_start(run: Run, job: dict, method: str) -> dict[str, list[float]]:
    """Of the line from the start to the method's end."""
    found = {name: [] for name in ("monotonicity", "plateau", "relative", "absolute", "norm", "weights", "moved")}
    for look in looks(run, job):
        alphas, losses = line_of(look, START, method)
        of_all, of_weights, moved = look["norms"][method]
        first, last = losses[0], losses[alphas == 1][0]
        relative = width(alphas, losses, last + DOWN * max(first - last, 0))
        values = (monotonicity(alphas, losses), plateau(alphas, losses), relative, relative * moved, of_all, of_weights,
                  moved)
        for name, value in zip(found, values):
            found[name].append(value)
    return found


def unlike(run: Run, job: dict, method: str) -> float:
    lines = []
    for look in looks(run, job):
        alphas, losses = line_of(look, START, method)
        lines.append(losses[alphas <= 1] / losses[0])
    return float(np.std(lines, axis=0).mean())


def between_seeds(run: Run, job: dict, method: str, of: str = SURFACE_LOSS) -> list[float]:
    """Barriers between the first seed's end and each other one's; none where a run has not looked."""
    look = run.parts.get(part_name(job, "seeds", method))
    if look is None:
        return []
    return [barrier(look["alphas"], line[of]) for line in look["lines"].values()]
