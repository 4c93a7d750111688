"""The memory experiments' results as Markdown: a table a job, the seeds that failed, and the paper's claims."""

from collections.abc import Callable

import numpy as np

from ref.experiments import tables
from ref.experiments.jobs import part_name
from ref.experiments.memory.models import title as model_title
from ref.experiments.memory.study import or_infinite, outcomes, part_config, title, tried
from ref.experiments.memory.tasks import TEST
from ref.experiments.run import Run
from ref.experiments.tables import Claim, claim_lines

Claims = Callable[[dict, dict], list[Claim]]  # config, parts


def report_of(note: str, claims: Claims) -> Callable[[list], str]:
    """The experiment's `report`; note: what its tables need to be understood."""
    return lambda folders: tables.report(folders, [note], lambda run: _section(run, claims))


def _section(run: Run, claims: Claims) -> str:
    config, parts = run.config, run.parts
    lines = [f"### {config['preset']}, seeds from {config['seed']}, {config['dtype']}"]
    for job in config["jobs"]:
        lines += ["", *_table(config, parts, job), "", _failures(config, parts, job), "", _rates(config, parts, job)]
    lines += claim_lines(claims(config, parts))
    seconds = sum(result["processor_seconds"] for result in parts.values())
    return "\n".join([*lines, "", f"All {len(parts)} parts together took {seconds / 60:.0f} processor minutes."])


def _table(config: dict, parts: dict, job: dict) -> list[str]:
    found = outcomes(parts, job)
    shared = part_config(config, job, next(iter(found)))
    tests = [TEST, *job["harder"]]
    head = ["model", "units", "parameters", "rate", f"seeds below {shared['goal']:g}", "thousand sequences to it",
            *("bits a sequence" if which == TEST else which for which in tests), "ms/update"]
    rows = []
    for model, results in found.items():
        there = [result["reached"] / 1000 for result in results if result["reached"] is not None]
        first = results[0]
        rows.append([model_title(model), first["n_hidden"], f"{first['n_parameters']:,}", f"{first['rate']:g}",
                     f"{len(_solved(shared, results))} of {len(results)}", tables.spread(there, _number),
                     *(tables.spread([_bits(result, which) for result in results], _number) for which in tests),
                     f"{np.median([1000 * r['processor_seconds'] / max(1, r['steps']) for r in results]):.0f}"])
    blank = [""] * 5
    for name, level in (("optimum", "floor"), ("without memory", "baseline")):
        levels = [_level(found, which, level) for which in tests]
        if any(levels):
            rows.append([name, *blank, *map(_number, levels), ""])
    memory = f"{shared['n_locations']} locations of {shared['width']}"
    return [f"**{title(job)}** ({shared['updates']} updates of {shared['minibatch']} sequences; {memory})", "",
            *tables.table(head, rows)]


def _failures(config: dict, parts: dict, job: dict) -> str:
    """Every seed that did not end at the goal, and what it is stuck at."""
    said = []
    for model, results in outcomes(parts, job).items():
        shared = part_config(config, job, model)
        for seed, result in enumerate(results):
            if seed in _solved(shared, results):
                continue
            test = result["tests"][TEST]
            said.append(f"{model_title(model)}, seed {config['seed'] + seed}: {_number(_bits(result, TEST))} bits, "
                        f"{100 * test['solved']:.0f} % of the sequences without a wrong bit"
                        + tables.ending(result, "steps"))
    return f"Seeds that ended above the goal: {'; '.join(said) or 'none'}."


def _rates(config: dict, parts: dict, job: dict) -> str:
    """What each rate came to, on the validation sequences."""
    said = {}
    for name, (model, (rate,)) in tried(config, job).items():
        result = parts[part_name(job, name, 0)]
        said.setdefault(model, []).append(f"{rate:g}: {_number(or_infinite(result['validation']))}"
                                          + tables.ending(result, "steps"))
    updates = part_config(config, job, next(iter(job["models"])), share=config["tuning_share"])["updates"]
    return (f"Rates tried for {updates} updates (bits a sequence above the optimum, validation sequences): "
            + "; ".join(f"{model_title(model)} {', '.join(values)}" for model, values in said.items()) + ".")


def _solved(shared: dict, results: list[dict]) -> set[int]:
    """The seeds that ended at the goal, on the test sequences."""
    ends = [or_infinite(result["tests"][TEST]["excess"]) for result in results]
    return {seed for seed, excess in enumerate(ends) if excess < shared["goal"]}


def _bits(result: dict, which: str) -> float:
    return or_infinite(result["tests"][which]["bits"])


def _level(found: dict, which: str, level: str) -> float:
    return float(np.median([result["tests"][which][level] for results in found.values() for result in results]))


def _number(value: float) -> str:
    return f"{value:.0f}" if 1000 <= abs(value) < np.inf else f"{value:.3g}"
