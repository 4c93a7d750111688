"""The loss-surface experiments at a size of seconds."""

from ref.experiments.loss_surfaces.optimizers import experiment as optimizers
from ref.experiments.loss_surfaces.study import job, part_config
from ref.experiments.run import Run, run_config

METHODS = ("sgd", "adam", "rk2")
TINY = {
    "epochs": 2, "n_training": 120, "n_test": 50, "minibatch": 36,
    "evaluate_every": 1, "n_surface": 40, "tuning_share": 0.5, "kept": [1],
    "alphas": 5, "sheet": 2, "sheets": [["start", "sgd", "adam"], ["start", "start 1", "sgd", "sgd 1"]],
    "rates": {"sgd": [0.1, 0.3], "adam": [1e-2], "rk2": [0.1]},
}


def digits(batch_norm: bool = True, dropout: bool = False, methods=METHODS, seeds: int = 2, **settings) -> dict:
    return job("digits", "nin-tiny", batch_norm, dropout, seeds, methods, **settings)


def tiny(*jobs: dict, **settings) -> dict:
    return {**run_config(optimizers, "quick", 3), **TINY, "jobs": list(jobs), **settings}


def one_part(method: str, rate: float = 0.1, seed: int = 0, dropout: bool = True, **settings) -> dict:
    config = tiny(digits(dropout=dropout, methods=[method]), **settings)
    return part_config(config, config["jobs"][0], method, seed, rate)


def with_parts(run: Run, parts: dict) -> Run:
    """The run, had its parts ended otherwise."""
    return run._replace(result={**run.result, "parts": {**run.parts, **parts}})
