"""Small memories to try things on: an op, its design, inputs, weights and a start of each case."""

from typing import NamedTuple

import numpy as np

from ref.cells import dnc, ntm
from ref.cells.through_time import ThroughTime
from tests.derivatives.cases.cells import dnc_arguments, ntm_arguments

DESIGNS = {
    "ntm": (ntm, ntm.Design(5, 3, 2, 2)),
    "ntm read first": (ntm, ntm.Design(6, 2, 1, 1, shifts=2, order="read first", contents="identity")),
    "dnc": (dnc, dnc.Design(5, 3, 2)),
    "dnc stopped": (dnc, dnc.Design(4, 2, 2, usage_gradient="stopped")),
    "dnc read first": (dnc, dnc.Design(4, 2, 1, order="read first", strength="softplus", contents="tanh")),
}
ARGUMENTS = {ntm: ntm_arguments, dnc: dnc_arguments}
T, N, D, H = 3, 2, 2, 3


class Problem(NamedTuple):
    op: ThroughTime
    cell: object
    design: object
    x: np.ndarray
    weights: tuple
    start: tuple


def problem(name: str, kind: str = "lstm", seed: int = 0, steps: int = T, dtype=np.float64) -> Problem:
    cell, design = DESIGNS[name]
    arrays = ARGUMENTS[cell](design, steps, N, D, H, kind, True, seed)
    arrays = {of: array.astype(dtype) for of, array in arrays.items()}
    return Problem(ThroughTime(cell), cell, design, arrays["x"],
                   cell.Weights(*(arrays.get(of) for of in cell.Weights._fields)),
                   cell.State(*(arrays.get(f"{of}0") for of in cell.State._fields)))


def one_case(state: tuple, n) -> tuple:
    """The state of a case, or of a slice of them."""
    return type(state)(*(None if array is None else array[n] for array in state))


def random_like(state: tuple, seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    return type(state)(*(None if array is None else rng.standard_normal(array.shape) for array in state))


def close(got, expected, tolerance: float = 1e-12) -> None:
    """Arrays, or named tuples of them, up to the size of each array."""
    if expected is None:
        assert got is None
    elif isinstance(expected, tuple):
        for one, other in zip(got, expected, strict=True):
            close(one, other, tolerance)
    else:
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * max(1, np.abs(expected).max()))
