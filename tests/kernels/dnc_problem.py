"""A small DNC through time: see problems."""

import numpy as np

from ref.cells import dnc
from ref.layers import softmax
from ref.layers.logistic import sigma
from tests.kernels.memory_problem import MemoryProblem

ONE, MANY = dnc.Design(5, 6), dnc.Design(6, 2, n_read_heads=3)
VARIANTS = {
    "one read head": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "many heads that read first": (dnc.Design(7, 2, 3, "read first", "softplus", "tanh"), False, True),
    "usage's gradient stopped": (dnc.Design(5, 3, 2, usage_gradient="stopped"), True, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, read first, starts of each case": (dnc.Design(5, 6, order="read first"), True, False),
    "nothing written yet": (dnc.Design(4, 3, 2), False, True),  # all usages equal
}
GRADIENTS = None  # named by their own fields


def _possible(name: str, array: np.ndarray) -> np.ndarray:
    """Usages between 0 and 1, and weights and links that sum to less than one."""
    which, _, variant = name.partition(" ")
    if which not in ("u", "links", "p", "w_write", "w_read"):
        return array
    if variant == "nothing written yet":
        return np.zeros_like(array)
    if which == "u":
        return sigma(3 * array)
    return (0.8 / array.shape[-1] if which == "links" else 0.8) * softmax.forward(array)[0]


PROBLEM = MemoryProblem(dnc, VARIANTS, _possible)
arrays, parameters, directions = PROBLEM.arrays, PROBLEM.parameters, PROBLEM.directions
options, r_options = PROBLEM.options, PROBLEM.r_options
