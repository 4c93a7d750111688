"""A batch: the arrays that one evaluation of an objective sees, and the axis that their cases are on.

    inputs     what the network takes, network.forward(theta, *inputs): (x,), or (x, noise), (x, mask), ...
    targets    what the loss takes, loss.value(z, *targets): (t,), or (t, mask), or nothing
    axis       the axis of the cases, the same in all arrays: 0 for x (N, D), 1 for time-major x (T, N, D)

Whoever takes a batch also takes the two shapes that most batches have as plain tuples, and `Batch.of` reads them:

    (x, t)             cases first: Batch((x,), (t,))
    (x, t, mask)       sequences, time first: Batch((x,), (t, mask), axis=1)

The other way round a batch is the sequence of its arrays, inputs before targets: x, t, mask = batch, or batch[0].

A batch knows its cases and nothing else: shapes of inputs are checked by the network, those of targets by the loss.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Batch:
    """Raises ValueError where there is no input, an array is ragged, or the arrays do not have equally many cases.

    >>> import numpy as np
    >>> from ref import Batch
    >>> x, t = np.zeros((5, 3)), np.ones((5, 2))
    >>> batch = Batch((x,), (t,))
    >>> batch.n_cases, batch.cases(slice(0, 2)).inputs[0].shape
    (5, (2, 3))
    >>> Batch((np.zeros((7, 5, 3)),), (np.ones((7, 5, 2)), np.ones((7, 5), bool)), axis=1).n_cases
    5
    """

    inputs: tuple[Array, ...]
    targets: tuple[Array, ...] = ()
    axis: int = 0

    def __post_init__(self):
        for field in ("inputs", "targets"):
            if not isinstance(getattr(self, field), tuple):
                raise TypeError(f"{field} is a {type(getattr(self, field)).__name__} but must be a tuple of arrays")
        if not self.inputs:
            raise ValueError("inputs is empty but must hold at least one array")
        n = {name: _cases(name, array, self.axis) for name, array in self._named()}
        for name in n:
            if n[name] != n["x"]:
                raise ValueError(f"x has {n['x']} cases but {name} has {n[name]}")

    @classmethod
    def of(cls, batch) -> "Batch":
        """The batch itself, or the one that a plain tuple (x, t) or (x, t, mask) stands for, or an array x alone."""
        if isinstance(batch, Batch):
            return batch
        if isinstance(batch, np.ndarray):
            return cls((batch,))
        if not isinstance(batch, tuple) or len(batch) not in (2, 3):
            held = f"of {len(batch)}" if isinstance(batch, tuple) else ""
            raise TypeError(f"batch is a {type(batch).__name__} {held}".rstrip()
                            + " but must be a Batch, a tuple (x, t), or for sequences (x, t, mask)")
        return cls(batch[:1], batch[1:], axis=len(batch) - 2)

    @property
    def n_cases(self) -> int:
        return np.shape(self.inputs[0])[self.axis]

    def cases(self, part: slice | Array) -> "Batch":
        """These cases, by a slice, whose arrays are views, or by their numbers (n,), whose arrays are copies.

        What is one array in this batch, an autoencoder's inputs and targets, is one array in the new one.
        """
        at = (slice(None),) * self.axis + (part,)
        taken = {id(array): array[at] if isinstance(part, slice) else np.take(array, part, self.axis) for array in self}
        return Batch(*(tuple(taken[id(array)] for array in arrays) for arrays in (self.inputs, self.targets)),
                     self.axis)

    def require_finite(self) -> None:
        """ValueError naming the array and the entry that is NaN or infinite."""
        for name, array in self._named():
            if np.issubdtype(np.asarray(array).dtype, np.inexact) and not np.isfinite(array).all():
                bad = np.argwhere(~np.isfinite(array))[0]
                raise ValueError(f"{name} must be finite but {name}{bad.tolist()} is {array[tuple(bad)]}")

    def __iter__(self) -> Iterator[Array]:
        return iter(self.inputs + self.targets)

    def __getitem__(self, number: int) -> Array:
        return (self.inputs + self.targets)[number]

    def _named(self) -> Iterator[tuple[str, Array]]:
        """(x, inputs[1], ...), then (t, mask, targets[2], ...): the names that errors use."""
        for field, arrays, known in (("inputs", self.inputs, ("x",)), ("targets", self.targets, ("t", "mask"))):
            for number, array in enumerate(arrays):
                yield known[number] if number < len(known) else f"{field}[{number}]", array


def _cases(name: str, array, axis: int) -> int:
    try:
        shape = np.shape(array)
    except ValueError:
        raise ValueError(f"{name} is ragged but must be one array; "
                         f"pad shorter sequences and mask the padding") from None
    if len(shape) <= axis:
        raise ValueError(f"{name} has shape {shape} but its cases must be on axis {axis}")
    if 0 in shape[: axis + 1]:
        raise ValueError(f"{name} is an empty batch: it has shape {shape}")
    return shape[axis]
