"""Products of a few rows with a matrix that stays the same through a loop over time.

    out += A B        A (N, K), B (K, G), out (N, G)

BLAS lays B out anew for each product, which with eight rows takes as long as the product itself.  Here B is laid out
once, before the loop: in panels (G / LANES, K, LANES), some columns side by side, zeros behind the last.  Four rows of
out times one panel are summed in registers, along K in order, so that a row's result does not depend on how many rows
there are.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.lanes import add_times, lanes_of, load, store, zeros

Array = np.ndarray
ROWS = 4  # of out, at once


def in_panels(B: Array) -> Array:
    """B (K, G) as its panels, (G / LANES rounded up, K, LANES)."""
    (K, G), lanes = B.shape, lanes_of(B)
    panels = -(-G // lanes)
    padded = np.zeros((K, panels * lanes), B.dtype)
    padded[:, :G] = B
    return np.ascontiguousarray(padded.reshape(K, panels, lanes).swapaxes(0, 1))


@njit(**INNER)
def put_product(out, A, B):
    """out = A B"""
    for n in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[n, j] = 0
    add_product(out, A, B)


@njit(**INNER)
def add_product(out, A, B):
    """out += A B; B in panels, A contiguous."""
    (N, K), lanes = A.shape, lanes_of(A)
    a, b, sums = A.reshape(A.size), B.reshape(B.size), np.empty(ROWS * lanes, A.dtype)
    for panel in range(len(B)):
        first = panel * lanes  # of out's columns
        for n in range(0, N, ROWS):
            four_rows(a, n * K, min(n + 1, N - 1) * K, min(n + 2, N - 1) * K, min(n + 3, N - 1) * K, b, first * K, K,
                      sums)
            for i in range(min(ROWS, N - n)):
                for j in range(min(lanes, out.shape[1] - first)):
                    out[n + i, first + j] += sums[i * lanes + j]


@njit(**INNER)
def four_rows(a, a0, a1, a2, a3, b, at, K, sums):
    """sums = the four rows of A that begin at a0, ..., a3, times the panel that begins at `at`."""
    lanes = lanes_of(a)
    s0, s1, s2, s3 = zeros(a), zeros(a), zeros(a), zeros(a)
    for k in range(K):
        v = load(b, at + k * lanes)
        s0 = add_times(s0, a, a0 + k, v)
        s1 = add_times(s1, a, a1 + k, v)
        s2 = add_times(s2, a, a2 + k, v)
        s3 = add_times(s3, a, a3 + k, v)
    store(sums, 0, s0)
    store(sums, lanes, s1)
    store(sums, 2 * lanes, s2)
    store(sums, 3 * lanes, s3)
