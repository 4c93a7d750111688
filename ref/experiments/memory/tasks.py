"""The tasks of the memory experiments: what is trained on, what is held out from it, what an answer costs.

A configuration names the task (ref.tasks.algorithms.TASKS) and has

    sizes     the task's arguments in training: {"length": [1, 20], "bits": 8}
    harder    name -> what is otherwise in sequences that are harder than any in training: {"twice": {"length": 40}}
    shown     what is otherwise in the one sequence that is drawn; the largest sizes of training where it says nothing

Held-out sequences are the seed's, in sets that share none: those of validation, of the test, of each harder test, and
the one that is drawn.  Excess is bits a sequence above the optimum, which is known for dynamic n-grams, and zero for
the other tasks.
"""

import numpy as np

from ref.batch import Batch
from ref.experiments import training
from ref.random import stream
from ref.tasks.algorithms import TASKS, dynamic_ngrams
from ref.tasks.algorithms.algorithm_task import AlgorithmTask
from ref.tasks.algorithms.scoring import bits_of_each, wrong_bits_of_each

VALIDATION, TEST = "validation", "test"
SCALES = ("normalized_by",)  # arguments of two numbers that are no sizes to draw from


def task_of(config: dict, lengths: str = "batch", **other) -> AlgorithmTask:
    """The task of training; other: sizes that differ."""
    return TASKS[config["task"]](**{**config["sizes"], **other}, lengths=lengths, dtype=np.dtype(config["dtype"]))


def held_out(config: dict, which: str, n: int) -> Batch:
    """n cases that training never sees: of VALIDATION, TEST, or a name of config["harder"]."""
    number = [VALIDATION, TEST, *config["harder"]].index(which)
    task = task_of(config, "case", **config["harder"].get(which, {}))
    return task.sample(stream(config["part_seed"], number, "held out"), n)


def shown(config: dict) -> Batch:
    """The one sequence whose memory is drawn."""
    largest = {name: size[1] for name, size in config["sizes"].items() if isinstance(size, list) and name not in SCALES}
    number = 2 + len(config["harder"])
    return task_of(config, **{**largest, **config["shown"]}).sample(stream(config["part_seed"], number, "held out"), 1)


def baseline(config: dict, which: str) -> float:
    """Bits a sequence of an answer that remembers nothing (ref.tasks.algorithms)."""
    return task_of(config, **config["harder"].get(which, {})).baseline


def measures(config: dict, network, theta, batch: Batch) -> dict:
    """bits and wrong_bits a sequence; solved, the share of sequences without a wrong bit; excess, and the floor."""
    bits, wrong = [], []
    for z, t, mask in training.outputs(network, theta, batch, config["chunk"]):
        bits += bits_of_each(z, t, mask).tolist()
        wrong += wrong_bits_of_each(z, t, mask).tolist()
    found = {"bits": float(np.mean(bits)), "wrong_bits": float(np.mean(wrong)),
             "solved": float(np.mean(np.array(wrong) == 0))}
    least = floor(config, batch)
    return {**found, "floor": least, "excess": found["bits"] - least}


def floor(config: dict, batch: Batch) -> float:
    """Bits a sequence of the optimum on these very cases."""
    if config["task"] != "dynamic_ngrams":
        return 0.0
    return dynamic_ngrams.floor(*batch, context=config["sizes"].get("context", 5))
