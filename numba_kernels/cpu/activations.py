"""The nonlinearities of ref.layers inside the compiled recurrences, all from the output y alone:

                    y                    slope               Rslope
    identity        s                    1                   0
    logistic        1 / (1 + exp(-s))    y (1 - y)           (1 - 2y) Ry
    tanh            tanh(s)              1 - y²              -2 y Ry
    relu            max(s, 0)            1 where y > 0       0
    softplus        log(1 + exp(s))      1 - exp(-y)         exp(-y) Ry

Ry = slope Rs.  Which one it is, is known before the loops: each loop has one formula, which the compiler can vectorise.
The loops run over all cases and units as one row, so that few are left over when several are taken at once.

Shapes: all arrays contiguous, (N, H) in activate, slope and r_slope; (n,) in tanh and logistic.
"""

import math

from numba import njit

from numba_kernels.cpu import vector_math, vector_math32
from numba_kernels.cpu.jit import JIT

IDENTITY, LOGISTIC, TANH, RELU, SOFTPLUS = range(5)
CODES = {"identity": IDENTITY, "logistic": LOGISTIC, "tanh": TANH, "relu": RELU, "softplus": SOFTPLUS}


@njit(**JIT)
def activate(phi, s):
    """s becomes y."""
    row = s.reshape(s.size)
    if phi == TANH:
        tanh(row)
    elif phi == LOGISTIC:
        logistic(row)
    elif phi == RELU:
        for i in range(len(row)):
            if row[i] < 0:  # keeps NaN
                row[i] = 0
    elif phi == SOFTPLUS:
        for i in range(len(row)):
            rest = math.log1p(math.exp(-abs(row[i])))
            row[i] = row[i] + rest if row[i] > 0 else rest


@njit(**JIT)
def tanh(s):
    """s becomes tanh(s)."""
    if s.itemsize == 4:
        for i in range(len(s)):
            s[i] = vector_math32.tanh(s[i])
    else:
        for i in range(len(s)):
            s[i] = vector_math.tanh(s[i])


@njit(**JIT)
def logistic(s):
    """s becomes sigma(s)."""
    if s.itemsize == 4:
        for i in range(len(s)):
            s[i] = vector_math32.logistic(s[i])
    else:
        for i in range(len(s)):
            s[i] = vector_math.logistic(s[i])


@njit(**JIT)
def slope(phi, y, out):
    row, into = y.reshape(y.size), out.reshape(out.size)
    one = y.dtype.type(1)  # a Python 1 would turn float32 into float64
    if phi == TANH:
        for i in range(len(row)):
            into[i] = one - row[i] * row[i]
    elif phi == LOGISTIC:
        for i in range(len(row)):
            into[i] = row[i] * (one - row[i])
    elif phi == RELU:
        for i in range(len(row)):
            into[i] = row[i] > 0
    elif phi == SOFTPLUS:
        for i in range(len(row)):
            into[i] = -math.expm1(-row[i])
    else:
        into[:] = one


@njit(**JIT)
def r_slope(phi, y, Ry, out):
    row, Rrow, into = y.reshape(y.size), Ry.reshape(Ry.size), out.reshape(out.size)
    one, two = y.dtype.type(1), y.dtype.type(2)
    if phi == TANH:
        for i in range(len(row)):
            into[i] = -two * row[i] * Rrow[i]
    elif phi == LOGISTIC:
        for i in range(len(row)):
            into[i] = (one - two * row[i]) * Rrow[i]
    elif phi == SOFTPLUS:
        for i in range(len(row)):
            into[i] = math.exp(-row[i]) * Rrow[i]
    else:
        into[:] = 0
