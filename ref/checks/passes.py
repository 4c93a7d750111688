"""One op at one point, along one direction: what all checks of an op share.

An op is anything with the four passes: a module, a class, a SimpleNamespace. Cotangents and directions are random,
never ones: with a cotangent of ones a wrong transpose passes, and so does a softmax whose gradient is zero.
"""

import inspect
from collections.abc import Mapping, Sequence

import numpy as np

Array = np.ndarray
Arguments = Mapping[str, Array] | Sequence[Array]
PASSES = ("forward", "backward", "r_forward", "r_backward")


def op_name(op) -> str:
    return getattr(op, "__name__", type(op).__name__).rpartition(".")[2]


def as_tuple(arrays) -> tuple:
    """An op without parameters returns one array, an op with parameters a tuple of them."""
    return arrays if isinstance(arrays, tuple) else (arrays,)


class Point:
    """The op at its arguments, with a random cotangent dy and random directions Rdy and Rx, RW, ... drawn from the
    seed.

    arguments   arrays by name, or a sequence of arrays, which then take their names from the op's forward
    """

    def __init__(self, op, arguments: Arguments, seed: int = 0):
        if not isinstance(arguments, Mapping):
            arguments = dict(zip(inspect.signature(op.forward).parameters, arguments, strict=False))
        self.op, self.names = op, tuple(arguments)
        self.arguments = tuple(np.array(array) for array in arguments.values())
        self.y, self.cache = op.forward(*self.arguments)
        rng = np.random.default_rng(seed)
        self.dy, self.Rdy = (rng.standard_normal(np.shape(self.y)) for _ in range(2))
        self.directions = tuple(rng.standard_normal(array.shape) for array in self.arguments)

    def moved(self, step) -> tuple:
        """The arguments, a step along the directions."""
        return tuple(x + step * Rx for x, Rx in zip(self.arguments, self.directions))

    def output(self, step=0.0) -> Array:
        return self.op.forward(*self.moved(step))[0]

    def gradients(self, step: float = 0.0) -> tuple:
        """backward a step along the directions, the cotangent moving along Rdy."""
        return as_tuple(self.op.backward(self.dy + step * self.Rdy, self.op.forward(*self.moved(step))[1]))

    def r_forward(self, directions: tuple | None = None) -> tuple:
        return self.op.r_forward(*(self.directions if directions is None else directions), self.cache)

    def r_gradients(self, directions: tuple | None = None, Rdy: Array | None = None) -> tuple:
        """r_backward along the directions and Rdy."""
        r_cache = self.r_forward(directions)[1]
        return as_tuple(self.op.r_backward(self.Rdy if Rdy is None else Rdy, self.dy, self.cache, r_cache))
