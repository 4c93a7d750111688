"""The orthogonality experiments' results as Markdown: a table a job, and the paper's claims, each shown or not."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ref.experiments import tables
from ref.experiments.jobs import title as job_title
from ref.experiments.orthogonality.tasks import measure_of
from ref.experiments.orthogonality.variants import outcomes, part_config, title
from ref.experiments.run import Run


class Claim(NamedTuple):
    text: str
    shown: bool
    numbers: str


Claims = Callable[[dict, dict], list[Claim]]  # config, parts


def report_of(note: str, claims: Claims, paper: dict[str, dict[str, str]] | None = None) -> Callable[[list], str]:
    """The experiment's `report`.  note: what its tables need to be understood; paper: column -> variant -> number."""
    return lambda folders: tables.report(folders, [note], lambda run: _section(run, claims, paper or {}))


def median(parts: dict, job: dict, variant: str, key: str) -> float:
    """Over the seeds; what a seed does not have, such as the update at which it reached the goal, is infinite."""
    values = [result.get(key) for result in outcomes(parts, job)[variant]]
    return float(np.median([np.inf if value is None or value != value else value for value in values]))


def increasing(parts: dict, job: dict, variants, key: str, text: str, sign: int = 1) -> Claim:
    """The medians grow from each variant to the next (sign 1), or fall (-1); all must be finite to be compared."""
    there = [variant for variant in variants if variant in job["variants"]]
    values = [median(parts, job, variant, key) for variant in there]
    shown = all(sign * (b - a) > 0 for a, b in pairwise(values))
    return Claim(f"{job_title(job)}: {text}", shown, _listed(there, values))


def below(parts: dict, job: dict, variants, reference: str, key: str, text: str) -> Claim:
    """Every variant's median is below the reference's."""
    there = [variant for variant in variants if variant in job["variants"]]
    values, other = [median(parts, job, variant, key) for variant in there], median(parts, job, reference, key)
    numbers = _listed([*there, reference], [*values, other])
    return Claim(f"{job_title(job)}: {text}", all(value < other for value in values), numbers)


def beats_baseline(parts: dict, job: dict, key: str, level: float, text: str) -> Claim:
    """Which variants' medians are below the level."""
    values = {variant: median(parts, job, variant, key) for variant in job["variants"]}
    beaten = [variant for variant, value in values.items() if value < level]
    numbers = f"{_number(level)}; below it: " + (_listed(beaten, [values[variant] for variant in beaten]) or "none")
    missed = [title(variant) for variant in values if variant not in beaten]
    numbers += f"; not below it: {', '.join(missed)}" if missed else ""
    return Claim(f"{job_title(job)}: {text}", bool(beaten), numbers)


def _listed(variants, values) -> str:
    return ", ".join(f"{title(variant)} {_number(value)}" for variant, value in zip(variants, values))


def _section(run: Run, claims: Claims, paper: dict) -> str:
    config, parts = run.config, run.parts
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}, {config['n_hidden']} units"]
    for job in config["jobs"]:
        lines += ["", *_table(config, parts, job, paper)]
    said = claims(config, parts)
    if said:
        lines += ["", "What the paper says, and whether these runs show it:", ""]
        lines += [f"- {'shown' if claim.shown else '**not shown**'}: {claim.text} ({claim.numbers})" for claim in said]
    seconds = sum(result["processor_seconds"] for result in parts.values())
    lines += ["", f"All {len(parts)} parts together took {seconds / 60:.0f} processor minutes."]
    return "\n".join(lines)


def _table(config: dict, parts: dict, job: dict, paper: dict) -> list[str]:
    shared = part_config(config, job)
    measure = measure_of(shared)
    settings = "".join(f", {key} {value}" for key, value in job["settings"].items() if key != "updates")
    goal = [] if measure.goal is None else [f"updates to {measure.goal:.3g}"]
    head = ["variant", "seeds", f"best {measure.label}", "at the end", *goal, "singular values at the end", "ms/update"]
    rows = []
    for variant, results in outcomes(parts, job).items():
        an_update = np.median([result["processor_seconds"] / max(1, result["updates"]) for result in results])
        rows.append([title(variant), _seeds(results),
                     *(_spread([result.get(of) for result in results]) for of in ("best", measure.name)),
                     *([_reached([result["reached"] for result in results])] if goal else []),
                     _spectrum(results), f"{1000 * an_update:.0f}",
                     *(column.get(variant, "") for column in paper.values())])
    return [f"**{job_title(job)}** ({shared['updates']} updates of {shared['minibatch']}{settings}); "
            f"{measure.level_name}: {_number(measure.level)}", "", *tables.table([*head, *paper], rows)]


def _seeds(results: list[dict]) -> str:
    early = [result["stopped"] for result in results if result["stopped"] != "steps"]
    return f"{len(results)}" + (f" ({len(early)} ended early: {', '.join(sorted(set(early)))})" if early else "")


def _reached(values: list) -> str:
    there = [value for value in values if value is not None]
    return f"{_spread(there)} ({len(there)} of {len(values)})" if there else f"none of {len(values)}"


def _spread(values: list) -> str:
    return tables.spread([np.nan if value is None else value for value in values], _number)


def _spectrum(results: list[dict]) -> str:
    there = [result for result in results if "s_min" in result]
    if not there:
        return ""
    return f"{_number(min(r['s_min'] for r in there))} to {_number(max(r['s_max'] for r in there))}"


def _number(value: float) -> str:
    if value == np.inf:
        return "not reached"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
