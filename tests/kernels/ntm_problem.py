"""A small NTM through time: see problems."""

import numpy as np

from ref.cells import ntm
from ref.layers import softmax
from tests.kernels.memory_problem import MemoryProblem

ONE, MANY = ntm.Design(5, 6), ntm.Design(6, 2, n_read_heads=3, n_write_heads=2, shifts=2)
VARIANTS = {
    "one head of each kind": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "many heads that read first": (ntm.Design(6, 2, 3, 2, 2, "read first", "oneplus", "identity"), False, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, read first, starts of each case": (ntm.Design(5, 6, order="read first"), True, False),
    "feed-forward, no shifts": (ntm.Design(4, 6, shifts=0), False, False),
}
GRADIENTS = None  # named by their own fields


def _possible(name: str, array: np.ndarray) -> np.ndarray:
    """Weights of a sum of 1."""
    return softmax.forward(array)[0] if name.startswith("w_") else array


PROBLEM = MemoryProblem(ntm, VARIANTS, _possible)
arrays, parameters, directions = PROBLEM.arrays, PROBLEM.parameters, PROBLEM.directions
options, r_options = PROBLEM.options, PROBLEM.r_options
