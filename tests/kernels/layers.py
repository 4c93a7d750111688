"""Every compiled layer with its reference and small problems, and all results of its four passes."""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from numba_kernels import cpu
from ref.layers import batch_norm, relu
from ref.layers.images import average_pool, conv2d, max_pool


class Problem(NamedTuple):
    name: str
    reference: ModuleType
    x: tuple[int, ...]  # shapes
    parameters: tuple[tuple[int, ...], ...] = ()
    options: dict = {}

    @property
    def kernel(self) -> ModuleType:
        return cpu.TWINS[self.name]

    def __str__(self) -> str:
        return " ".join([self.name, "x".join(map(str, self.x)), *(f"{key}={value}" for key, value in
                                                                  self.options.items() if key != "statistics")])


def convolution(N: int, Y: int, X: int, C: int, h: int, w: int, O: int, stride: int = 1, padding: int = 0) -> Problem:
    return Problem("images.conv2d", conv2d, (N, Y, X, C), ((h, w, C, O), (O,)), {"stride": stride, "padding": padding})


def normalization(*shape: int, **options) -> Problem:
    return Problem("batch_norm", batch_norm, shape, (shape[-1:],) * 2, options)


STATISTICS = np.array([0.3, -0.2, 0.1]), np.array([0.5, 1.5, 0.9])
POOLS = (("images.max_pool", max_pool), ("images.average_pool", average_pool))
PROBLEMS = [
    convolution(2, 5, 4, 3, 3, 2, 2),
    convolution(2, 5, 6, 1, 2, 3, 4, stride=2, padding=1),
    convolution(2, 7, 5, 2, 1, 1, 3, stride=3),
    convolution(2, 6, 7, 1, 1, 2, 3, stride=4, padding=1),  # windows that leave entries out
    convolution(2, 4, 4, 3, 2, 2, 5, stride=3, padding=3),  # windows that see nothing but padding
    convolution(2, 4, 3, 2, 1, 1, 3, padding=2),
    convolution(4, 9, 8, 5, 3, 3, 20, padding=1),  # filters that are no whole number of vectors; several pictures
    convolution(7, 2, 3, 3, 3, 3, 17, padding=1),
    convolution(2, 4, 5, 1, 5, 5, 32, padding=2),
    convolution(3, 1, 2, 330, 1, 1, 70, padding=1),  # more than one block of rows
    convolution(2, 5, 4, 3, 1, 1, 6),  # windows of one place, which are plain products
    convolution(1, 1, 1, 1, 1, 1, 1),
    convolution(90, 2, 2, 2, 3, 3, 3, padding=1),  # more pictures than are taken at once
    *(Problem(name, op, shape, options=options) for name, op in POOLS for shape, options in (
        ((2, 6, 4, 3), {"size": 2}),
        ((3, 7, 6, 5), {"size": 3, "stride": 2, "ceil": True}),
        ((2, 3, 7, 2), {"size": 2, "stride": 3, "ceil": True}),
        ((2, 5, 4, 17), {"size": 3, "stride": 1}))),
    normalization(6, 3),
    normalization(2, 4, 5, 3, epsilon=0.3),
    normalization(2, 4, 5, 3, statistics=STATISTICS),
    normalization(64, 3, 3, 20),
    normalization(3, 1, 1, 300),
    Problem("relu", relu, (3, 4, 5)),
]


def takes_data(problem: Problem) -> bool:
    """Whether x may be data, of which no gradient is asked."""
    return problem.name == "images.conv2d"


def arrays(problem: Problem, dtype) -> dict[str, list[np.ndarray]]:
    """x and parameters; a direction of them; two cotangents."""
    rng = np.random.default_rng(0)

    def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
        return [rng.standard_normal(shape).astype(dtype) for shape in shapes]

    inputs = problem.x, *problem.parameters
    y, _ = problem.reference.forward(*drawn(*inputs), **problem.options)
    return {"at": drawn(*inputs), "along": drawn(*inputs), "back": drawn(y.shape, y.shape)}


def results(op, a: dict, options: dict, of_data: bool, slope: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Every result of op's four passes.  of_data: also of x that is data; slope: of rectified units after the op."""
    dy, Rdy = a["back"]
    if slope is not None:
        dy, Rdy = slope * dy, slope * Rdy
    y, cache = op.forward(*a["at"], **options)
    Ry, r_cache = op.r_forward(*a["along"], cache)
    named = {"y": y, "Ry": Ry, "backward": op.backward(dy, cache), "R-backward": op.r_backward(Rdy, dy, cache, r_cache)}
    if of_data:
        R_data, r_data = op.r_forward(None, *a["along"][1:], cache)
        named |= {"Ry of data": R_data, "backward of data": op.backward(dy, cache, to_input=False),
                  "R-backward of data": op.r_backward(Rdy, dy, cache, r_data, to_input=False)}
    if slope is not None:
        named |= {"y": slope * y, "Ry": slope * Ry}
    return {f"{which} {i}": array for which, got in named.items()
            for i, array in enumerate(got if isinstance(got, tuple) else (got,))}
