"""Sums and products written over their first argument, inside compiled recurrences: A, B, C (N, H), c (H,).

Plain loops: they compile several times faster than array expressions, and give the same machine code.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import JIT


@njit(**JIT)
def put(A, B):
    """A = B"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] = B[n, j]


@njit(**JIT)
def add(A, B):
    """A += B"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] += B[n, j]


@njit(**JIT)
def multiply(A, B):
    """A *= B"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] *= B[n, j]


@njit(**JIT)
def multiply_by_sum(A, B, C):
    """A *= B + C"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] *= B[n, j] + C[n, j]


@njit(**JIT)
def add_to_rows(A, c):
    """A += c, to each row"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] += c[j]


@njit(**JIT)
def add_rows(c, A):
    """c += the sum of A's rows"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            c[j] += A[n, j]


@njit(**JIT)
def clipped(a, limit):
    return -limit if a < -limit else limit if a > limit else a  # keeps NaN


@njit(**JIT)
def clip_entries(A, limit):
    """-limit <= A <= limit"""
    for n in range(A.shape[0]):
        for j in range(A.shape[1]):
            A[n, j] = clipped(A[n, j], limit)


@njit(**JIT)
def add_product(C, A, B, rest):
    """C += A B; rest, of C's shape, is written over."""
    np.dot(A, B, rest)
    add(C, rest)
