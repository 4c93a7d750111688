"""A small LRUA through time: see problems."""

import numpy as np

from ref.cells import lrua
from ref.layers import softmax
from tests.kernels.memory_problem import MemoryProblem

ONE, MANY = lrua.Design(5, 6), lrua.Design(7, 3, n_read_heads=2)
VARIANTS = {
    "one head": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "strengths, all forgotten": (lrua.Design(7, 3, 2, 0.5, "softplus", zeroes="all"), True, True),
    "all that can be said, one location each": (lrua.Design(8, 2, 3, 1, "oneplus", True, "identity", "one each"),
                                                False, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, own vectors, starts of each case": (lrua.Design(7, 3, 2, separate_add=True), True, False),
    "as many heads as locations": (lrua.Design(2, 3, 2, 0, spread="one each", zeroes="all"), True, True),
    "nothing written yet": (lrua.Design(6, 3, 2), False, True),  # all usages equal
}
SEED = 12  # which gives no short row or key: its direction turns fast, and in float32 is mostly rounding
GRADIENTS = None  # named by their own fields


def _possible(name: str, array: np.ndarray) -> np.ndarray:
    """Usages from 0, weights of a sum of 1, rows that are long; or all of them 0."""
    which, _, variant = name.partition(" ")
    if which in ("M", "u", "w_read") and variant == "nothing written yet":
        return np.zeros_like(array)
    if which == "w_read":
        return softmax.forward(array)[0]
    return 2 * np.abs(array) if which == "u" else 3 * array if which == "M" else array


PROBLEM = MemoryProblem(lrua, VARIANTS, _possible, still=("u",), standard=True, seed=SEED)
arrays, parameters, directions = PROBLEM.arrays, PROBLEM.parameters, PROBLEM.directions
options, r_options = PROBLEM.options, PROBLEM.r_options
