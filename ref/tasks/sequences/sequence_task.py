"""A task on sequences: how to draw fresh cases of it, and when an answer counts as wrong.

Arrays are time-major: inputs x (steps, N, D), targets t (S, N, C), mask (S, N) of booleans. The mask selects the steps
that have a target; everywhere else t is zero and the loss has to leave the step out. S = steps for a network that reads
out all steps; where the last one alone has a target, S = 1 for a network that reads out the last: `outputs` says which.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from ref import losses
from ref.batch import Batch
from ref.validation import require_count, require_floats

Array = np.ndarray
Arrays = tuple[Array, Array, Array]  # x, t, mask: what a sequence batch unpacks into

TOLERANCE = 0.04  # of an answer in real numbers
SUCCESS = 0.001  # of the answers may be wrong
RIGHT = {  # loss -> which answers (S, N) are right
    "squared_error": lambda z, t: np.all(np.abs(z - t) <= TOLERANCE, axis=-1),
    "logistic_cross_entropy": lambda z, t: np.all((z > 0) == (t > 0.5), axis=-1),
    "softmax_cross_entropy": lambda z, t: np.argmax(z, axis=-1) == np.argmax(t, axis=-1),
}


@dataclass(frozen=True)
class SequenceTask:
    """One task at one length; `sample` draws from it and `wrong` marks the answers."""

    name: str
    T: int  # nominal length
    steps: int  # rows of the arrays, T or somewhat more
    n_inputs: int
    n_outputs: int
    loss_name: str  # of a module of ref.losses; modules do not travel between processes, names do
    draw: Callable[[np.random.Generator, int, np.dtype], Arrays] = field(repr=False, compare=False)
    dtype: np.dtype = np.dtype(np.float64)
    threshold: float = SUCCESS  # solved when `wrong` is below
    last_step_only: bool = False  # whether `wrong` looks at the last step alone
    outputs: str = "all"  # the steps that the network reads out, "all" or the "last": t and mask have `rows` of them

    def __post_init__(self):
        require_outputs(self.outputs)

    @property
    def loss(self) -> ModuleType:
        """The module of ref.losses: squared_error, logistic_cross_entropy or softmax_cross_entropy."""
        return getattr(losses, self.loss_name)

    @property
    def rows(self) -> int:
        """Rows of t and mask."""
        return output_rows(self.outputs, self.steps)

    def sample(self, rng: np.random.Generator, n: int) -> Batch:
        """Draw n fresh cases, a batch of x, t, mask. The same state of rng gives the same bytes."""
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng is {rng!r} but must be a numpy.random.Generator")
        return Batch.of(self.draw(rng, require_count("n", n), self.dtype))

    def wrong(self, z: Array, t: Array, mask: Array) -> float:
        """The fraction of wrong answers among the steps that the mask selects; NaN is always wrong.

        z (S, N, C) the network's outputs before the output nonlinearity. An answer is wrong when it is more than
        0.04 away (squared_error), on the wrong side of 1/2 (logistic_cross_entropy), or not the most probable symbol
        (softmax_cross_entropy). Where a case has one target, this is the fraction of wrong sequences.
        """
        self._check(z, t, mask)
        right = RIGHT[self.loss_name](z, t) & ~np.isnan(z).any(axis=-1)
        if self.last_step_only:
            right, mask = right[-1], mask[-1]
        if not mask.any():
            raise ValueError(f"mask selects no step{' at the end' if self.last_step_only else ''}: nothing to mark")
        return float(np.mean(~right[mask]))

    def _check(self, z: Array, t: Array, mask: Array) -> None:
        for name, array in (("z", z), ("t", t)):
            array = require_floats(name, array, finite=name == "t")
            if array.ndim != 3 or array.shape[::2] != (self.rows, self.n_outputs):
                raise ValueError(f"{name} has shape {array.shape} but must be ({self.rows}, N, {self.n_outputs}): "
                                 f"time-major, {self.name} at T = {self.T} with outputs={self.outputs!r}")
        if np.shape(mask) != z.shape[:2] or t.shape != z.shape:
            raise ValueError(f"z, t, mask have shapes {z.shape}, {t.shape}, {np.shape(mask)} "
                             f"but must be (S, N, C), (S, N, C), (S, N)")
        if mask.dtype != bool:
            raise TypeError(f"mask is {mask.dtype} but must be bool")


def require_outputs(outputs: str) -> str:
    if outputs not in ("all", "last"):
        raise ValueError(f"outputs is {outputs!r} but must be 'all' or 'last'")
    return outputs


def output_rows(outputs: str, steps: int) -> int:
    """How many steps are read out of `steps`."""
    return 1 if outputs == "last" else steps


def distinct(rng: np.random.Generator, n: int, N: int) -> Array:
    """The numbers of n different ones of N stored cases, drawn at random."""
    if n > N:
        raise ValueError(f"n is {n} but there are only {N} cases")
    return rng.choice(N, size=n, replace=False)
