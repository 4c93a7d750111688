"""What the trainings of several families share: methods by name, the cases of drawn tasks, what a training cost."""

from collections.abc import Callable, Iterator

import numpy as np

from ref.batch import Batch
from ref.optimizers import Adam, GradientDescent, Nesterov, rising
from ref.parameters import Parameters
from ref.random import stream
from ref.tasks.sequences.sequence_task import SequenceTask
from ref.training.train import Result

Array = np.ndarray
SPENT = "gradient_equivalents"  # how a training ends that has spent its budget of work
TITLES = {"gradient-descent": "Gradient descent", "nesterov": "Nesterov", "adam": "Adam"}


def first_order(method: str, rate: float, momentum: float = 0.99, period: int = 250):
    """The optimiser of this name; momentum: the largest, to which Nesterov's rises as `period` says."""
    if method == "nesterov":
        return Nesterov(rate, rising(momentum, period))
    return {"gradient-descent": GradientDescent, "adam": Adam}[method](rate)


def held_out(task: SequenceTask, seed: int, n: int) -> Batch:
    """The seed's n cases that training never sees."""
    return task.sample(stream(seed, 0, "held out"), n)


def fresh_minibatches(task: SequenceTask, seed: int, n: int) -> Callable[[int], Batch]:
    """batches(step), each of n cases that no other step sees."""
    return lambda step: task.sample(stream(seed, step, "fresh cases"), n)


def outputs(network, theta: Parameters, batch: Batch, chunk: int) -> Iterator[tuple[Array, Array, Array]]:
    """(z, t, mask) of `chunk` sequences after the other."""
    batch = Batch.of(batch)
    for first in range(0, batch.n_cases, chunk):
        part = batch.cases(slice(first, first + chunk))
        yield network.forward(theta, *part.inputs)[0], *part.targets


def ended(result: Result) -> dict:
    """How a training ended and what it cost, for a part's result."""
    return {"stopped": result.stopped, "steps": result.step, "gradient_equivalents": result.gradient_equivalents,
            "seconds": result.seconds}


def processor_seconds(result: Result) -> float:
    return sum(row.get("step_processor_seconds", 0.0) for row in result.rows)
