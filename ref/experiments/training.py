"""What the trainings of several families share: methods by name, the cases of drawn tasks, what a training cost."""

from collections.abc import Callable, Iterator
from importlib import import_module

import numpy as np

from ref.optimizers import Adam, GradientDescent, Nesterov, rising
from ref.parameters import Parameters
from ref.tasks.sequences.sequence_task import Batch, SequenceTask
from ref.training.train import Result

Array = np.ndarray
HELD_OUT, MINIBATCHES = 1, 2  # last entries of the random generators' seeds: no draw is used for two purposes
SPENT = "gradient_equivalents"  # how a training ends that has spent its budget of work
TITLES = {"gradient-descent": "Gradient descent", "nesterov": "Nesterov", "adam": "Adam"}


def first_order(method: str, rate: float, momentum: float = 0.99, period: int = 250):
    """The optimiser of this name; momentum: the largest, to which Nesterov's rises as `period` says."""
    if method == "nesterov":
        return Nesterov(rate, rising(momentum, period))
    return {"gradient-descent": GradientDescent, "adam": Adam}[method](rate)


def loss_of(task: SequenceTask):
    return import_module(f"ref.losses.{task.loss}")


def held_out(task: SequenceTask, seed: int, n: int) -> Batch:
    """The seed's n cases that training never sees."""
    return task.sample(np.random.default_rng([seed, 0, HELD_OUT]), n)


def fresh_minibatches(task: SequenceTask, seed: int, n: int) -> Callable[[int], Batch]:
    """batches(step), each of n cases that no other step sees."""
    return lambda step: task.sample(np.random.default_rng([seed, step, MINIBATCHES]), n)


def outputs(network, theta: Parameters, batch: Batch, chunk: int) -> Iterator[tuple[Array, Array, Array]]:
    """(z, t, mask) of `chunk` sequences after the other."""
    x, t, mask = batch
    for first in range(0, x.shape[1], chunk):
        cases = slice(first, first + chunk)
        z, _ = network.forward(theta, x[:, cases])
        yield z, t[:, cases], mask[:, cases]


def ended(result: Result) -> dict:
    """How a training ended and what it cost, for a part's result."""
    return {"stopped": result.stopped, "steps": result.step, "gradient_equivalents": result.gradient_equivalents,
            "seconds": result.seconds}


def processor_seconds(result: Result) -> float:
    return sum(row.get("step_processor_seconds", 0.0) for row in result.rows)
