"""Sums, softmax and circular shifts of one head's rows over the locations, inside the compiled NTM.

Shapes: rows (L,); an extended row (L + 2S,) is a row with its last S entries again in front of it and its first S
behind it, so that a shift by up to S locations, around the ends, is a slice.
"""

from numba import njit

from numba_kernels.cpu import vector_math, vector_math32
from numba_kernels.cpu.jit import INNER, SUMS


@njit(**SUMS)
def dot(a, b):
    total = a.dtype.type(0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@njit(**SUMS)
def total_of(a):
    total = a.dtype.type(0)
    for i in range(len(a)):
        total += a[i]
    return total


@njit(**INNER)
def largest(x):
    """Four at a time, none of which waits for another."""
    a = b = c = d = x[0]
    whole = len(x) // 4 * 4
    for i in range(0, whole, 4):
        a = x[i] if x[i] > a else a
        b = x[i + 1] if x[i + 1] > b else b
        c = x[i + 2] if x[i + 2] > c else c
        d = x[i + 3] if x[i + 3] > d else d
    for i in range(whole, len(x)):
        a = x[i] if x[i] > a else a
    a = b if b > a else a
    c = d if d > c else c
    return c if c > a else a


@njit(**INNER)
def subtract(x, a):
    for i in range(len(x)):
        x[i] -= a


@njit(**INNER)
def scale(x, a):
    for i in range(len(x)):
        x[i] *= a


@njit(**INNER)
def softmax(x):
    """x becomes softmax(x)."""
    subtract(x, largest(x))
    if x.itemsize == 4:
        for i in range(len(x)):
            x[i] = vector_math32.exp(x[i])
    else:
        for i in range(len(x)):
            x[i] = vector_math.exp(x[i])
    scale(x, x.dtype.type(1) / total_of(x))


@njit(**INNER)
def log(x, out):
    if x.itemsize == 4:
        for i in range(len(x)):
            out[i] = vector_math32.log(x[i])
    else:
        for i in range(len(x)):
            out[i] = vector_math.log(x[i])


@njit(**INNER)
def fill(out, value):
    for i in range(len(out)):
        out[i] = value


@njit(**INNER)
def extend(ends, S):
    """The middle of an extended row is there; its ends are written."""
    L = len(ends) - 2 * S
    for i in range(S):
        ends[i] = ends[L + i]
    for i in range(S):
        ends[S + L + i] = ends[S + i]


@njit(**INNER)
def add_convolution(shares, extended, out):
    """out(i) += Σ_j shares_j a(i - j), a the row that is extended."""
    widest = len(shares) - 1
    for j in range(len(shares)):
        share, moved = shares[j], extended[widest - j :]
        for i in range(len(out)):
            out[i] += share * moved[i]


@njit(**INNER)
def add_correlation(shares, extended, out):
    """out(i) += Σ_j shares_j a(i + j)."""
    for j in range(len(shares)):
        share, moved = shares[j], extended[j:]
        for i in range(len(out)):
            out[i] += share * moved[i]
