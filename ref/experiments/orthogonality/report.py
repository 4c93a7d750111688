"""The orthogonality experiments' results as Markdown: a table a job, and the paper's claims, each shown or not."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ref.experiments import tables
from ref.experiments.jobs import title as job_title
from ref.experiments.orthogonality import rates
from ref.experiments.orthogonality.tasks import measure_of
from ref.experiments.orthogonality.variants import base, outcomes, part_config, title
from ref.experiments.run import Run
from ref.experiments.tables import Claim, claim_lines

Claims = Callable[[dict, dict], list[Claim]]  # config, parts


def report_of(note: str, claims: Claims, paper: dict[str, dict[str, str]] | None = None,
              levels: Callable[[dict], dict[str, float]] = lambda shared: {}) -> Callable[[list], str]:
    """The experiment's `report`.

    note: what its tables need to be understood; paper: column -> variant -> number; levels: what a job's parts share ->
    rows below its variants, name -> value of the measure.
    """
    return lambda folders: tables.report(folders, [note], lambda run: _section(run, claims, paper or {}, levels))


def median(parts: dict, job: dict, variant: str, key: str) -> float:
    """Over the seeds; what a seed does not have, such as the update at which it reached the goal, is infinite."""
    values = [result.get(key) for result in outcomes(parts, job)[variant]]
    return float(np.median([np.inf if value is None or value != value else value for value in values]))


def chosen_rates(config: dict, parts: dict, job: dict) -> dict[str, str]:
    """variant without its rate -> the variant at the rate that is best on the cases kept back, the first of equals."""
    sign, chosen = 1 if measure_of(part_config(config, job)).higher_is_better else -1, {}
    for variant in job["variants"]:
        chosen.setdefault(base(variant), []).append(variant)
    return {name: max(rates, key=lambda variant: sign * median(parts, job, variant, "kept_back"))
            for name, rates in chosen.items() if rates[1:]}


def tuned(run: Run) -> Run:
    """The run, had its variants been tried at their best rates alone."""
    def of_best_rates(job: dict) -> dict:
        chosen = chosen_rates(run.config, run.parts, job)
        stay = [variant for variant in job["variants"] if chosen.get(base(variant), variant) == variant]
        return {**job, **{key: {variant: job[key][variant] for variant in stay} for key in ("variants", "seeds")}}

    return run._replace(config={**run.config, "jobs": list(map(of_best_rates, run.config["jobs"]))})


def increasing(parts: dict, job: dict, variants, key: str, text: str, sign: int = 1) -> Claim:
    """The medians grow from each variant to the next (sign 1), or fall (-1); all must be finite to be compared."""
    there = [variant for variant in variants if variant in job["variants"]]
    values = [median(parts, job, variant, key) for variant in there]
    shown = all(sign * (b - a) > 0 for a, b in pairwise(values))
    return Claim(f"{job_title(job)}: {text}", shown, _listed(there, values))


def below(parts: dict, job: dict, variants, reference: str, key: str, text: str) -> Claim:
    """Every variant's median is below the reference's; not shown where the job has none of them."""
    there = [variant for variant in variants if variant in job["variants"]]
    values, other = [median(parts, job, variant, key) for variant in there], median(parts, job, reference, key)
    numbers = _listed([*there, reference], [*values, other])
    return Claim(f"{job_title(job)}: {text}", bool(values) and all(value < other for value in values), numbers)


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


def _section(run: Run, claims: Claims, paper: dict, levels: Callable) -> str:
    config, parts = run.config, run.parts
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}, {config['n_hidden']} units"]
    for job in config["jobs"]:
        lines += ["", *(rates.section(parts, job) if "grid" in job else _table(config, parts, job, paper, levels))]
    lines += claim_lines(claims(config, parts))
    seconds = sum(result["processor_seconds"] for result in parts.values())
    lines += ["", f"All {len(parts)} parts together took {seconds / 60:.0f} processor minutes."]
    return "\n".join(lines)


def _table(config: dict, parts: dict, job: dict, paper: dict, levels: Callable) -> list[str]:
    shared = part_config(config, job)
    measure = measure_of(shared)
    settings = "".join(f", {key} {_plain(value)}" for key, value in job["settings"].items() if key != "updates")
    goal = [] if measure.goal is None else [f"updates to {measure.goal:.3g}"]
    kept = ["accuracy on the images kept back"] if shared.get("kept_back") else []
    last = ["at the end", *goal, "singular values at the end", "ms/update"]
    head = ["variant", "seeds", best_label(shared), *kept, *last]
    rows, of = [], ("best", *(["kept_back"] if kept else []), measure.name)
    for variant, results in outcomes(parts, job).items():
        an_update = np.median([result["processor_seconds"] / max(1, result["updates"]) for result in results])
        rows.append([title(variant), _seeds(results),
                     *(_spread([result.get(key) for result in results]) for key in of),
                     *([_reached([result["reached"] for result in results])] if goal else []),
                     _spectrum(results), f"{1000 * an_update:.0f}",
                     *(column.get(base(variant), "") for column in paper.values())])
    rows += [[name, "", _number(value), *[""] * (len(head) + len(paper) - 3)] for name, value in levels(shared).items()]
    return [f"**{job_title(job)}** ({shared['updates']} updates of {shared['minibatch']}{settings}); "
            f"{measure.level_name}: {_number(measure.level)}", "", *tables.table([*head, *paper], rows),
            *_rates(config, parts, job)]


def best_label(shared: dict) -> str:
    """What "best" is in a part's result; shared: what the parts of a job share."""
    label = measure_of(shared).label
    return f"{label}, at the evaluation chosen by those kept back" if shared.get("kept_back") else f"best {label}"


def _rates(config: dict, parts: dict, job: dict) -> list[str]:
    chosen = chosen_rates(config, parts, job)
    if not chosen:
        return []
    said = "; ".join(f"{title(name)} {part_config(config, job, variant)['rate']:g}" for name, variant in chosen.items())
    return ["", f"Rates chosen by the images kept back: {said}."]


def _plain(value) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, dict) else str(value)


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
