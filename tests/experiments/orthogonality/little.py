"""The orthogonality experiments at a size of seconds."""

from ref.experiments.orthogonality import adding, copy, images, soft, text
from ref.experiments.orthogonality.variants import job, part_config
from ref.experiments.run import run_config

EXPERIMENTS = (copy, adding, images, text, soft)
TINY = {"n_hidden": 6, "n_test": 20, "chunk": 8, "minibatch": 5, "updates": 6, "evaluate_every": 2}


def tiny(module, *jobs) -> dict:
    return {**run_config(module, "quick", 3), **TINY, "jobs": list(jobs)}


def one_part(variant: str = "m=0.1", task: str = "copy", T: int = 4, **settings) -> dict:
    return part_config(tiny(copy), job(task, T, [variant], **settings), variant)
