"""The memory experiments at a size of seconds, and what is read back from their figures."""

from pathlib import Path

from ref.experiments.memory import copy, ngrams, recall, repeat, sort
from ref.experiments.memory.copy import FIVE, TWICE
from ref.experiments.memory.models import MODELS
from ref.experiments.memory.study import ALL, job, part_config
from ref.experiments.run import Run, run_config

EXPERIMENTS = (copy, repeat, recall, ngrams, sort)
TINY = {
    "n_hidden": 6, "n_locations": 10, "width": 4, "n_validation": 20, "n_test": 30, "n_harder": 10, "chunk": 8,
    "minibatch": 4, "updates": 6, "evaluate_every": 2, "tuning_share": 0.5,
    "rates": dict.fromkeys(MODELS, [1e-3, 1e-2]),
}
BROKEN = {"ntm": {"rate": 1e39}, "lstm": {}}  # no loss is finite after it


def copies(models=ALL, seeds: int = 2, **settings) -> dict:
    harder = {TWICE: {"length": 6}, FIVE: {"length": 15}}
    return job("copy", 3, {"length": [1, 3], "bits": 2}, harder, models, seeds, **settings)


def grams(models=("ntm", "lstm"), **settings) -> dict:
    harder = {TWICE: {"length": 24}, FIVE: {"length": 60}}
    return job("dynamic_ngrams", 12, {"length": 12, "context": 2}, harder, models, **settings)


def tiny(module, *jobs) -> dict:
    return {**run_config(module, "quick", 3), **TINY, "jobs": list(jobs)}


def one_part(model: str = "ntm", rate: float = 1e-2, **settings) -> dict:
    return part_config(tiny(copy), copies([model], **settings), model, 0, rate)


def alt(path: Path) -> str:
    assert path.stat().st_size > 5000
    return path.with_suffix(".alt.txt").read_text()


def with_parts(run: Run, parts: dict) -> Run:
    """The run, had its parts ended otherwise."""
    return run._replace(result={**run.result, "parts": {**run.parts, **parts}})


def with_tests(result: dict, **tests: dict) -> dict:
    """The part's result, had its tests come out otherwise."""
    return {**result, "tests": {which: {**test, **tests.get(which, {})} for which, test in result["tests"].items()}}
