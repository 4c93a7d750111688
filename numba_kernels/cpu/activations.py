"""The nonlinearities of ref.layers inside the compiled recurrences, all from the output y alone:

                    y                    slope               Rslope
    identity        s                    1                   0
    logistic        1 / (1 + exp(-s))    y (1 - y)           (1 - 2y) Ry
    tanh            tanh(s)              1 - y²              -2 y Ry
    relu            max(s, 0)            1 where y > 0       0
    softplus        log(1 + exp(s))      1 - exp(-y)         exp(-y) Ry

Ry = slope Rs.  Which one it is, is known before the loops: each loop has one formula, which the compiler can vectorise.

Shapes: all arrays (N, H), except b (H,).
"""

import math

import numpy as np
from numba import njit

from numba_kernels.cpu import vector_math
from numba_kernels.cpu.jit import JIT

IDENTITY, LOGISTIC, TANH, RELU, SOFTPLUS = range(5)
CODES = {"identity": IDENTITY, "logistic": LOGISTIC, "tanh": TANH, "relu": RELU, "softplus": SOFTPLUS}


@njit(**JIT)
def activate(phi, s):
    """s becomes y."""
    N, H = s.shape
    if phi == TANH:
        for n in range(N):
            for j in range(H):
                s[n, j] = vector_math.tanh(s[n, j])
    elif phi == LOGISTIC:
        for n in range(N):
            for j in range(H):
                s[n, j] = vector_math.logistic(s[n, j])
    elif phi == RELU:
        for n in range(N):
            for j in range(H):
                s[n, j] = 0 if s[n, j] < 0 else s[n, j]  # keeps NaN
    elif phi == SOFTPLUS:
        for n in range(N):
            for j in range(H):
                s[n, j] = (0 if s[n, j] < 0 else s[n, j]) + math.log1p(math.exp(-abs(s[n, j])))


@njit(**JIT)
def slope(phi, y, out):
    N, H = y.shape
    if phi == TANH:
        for n in range(N):
            for j in range(H):
                out[n, j] = 1 - y[n, j] * y[n, j]
    elif phi == LOGISTIC:
        for n in range(N):
            for j in range(H):
                out[n, j] = y[n, j] * (1 - y[n, j])
    elif phi == RELU:
        for n in range(N):
            for j in range(H):
                out[n, j] = y[n, j] > 0
    elif phi == SOFTPLUS:
        for n in range(N):
            for j in range(H):
                out[n, j] = -math.expm1(-y[n, j])
    else:
        out[:] = 1


@njit(**JIT)
def r_slope(phi, y, Ry, out):
    N, H = y.shape
    if phi == TANH:
        for n in range(N):
            for j in range(H):
                out[n, j] = -2 * y[n, j] * Ry[n, j]
    elif phi == LOGISTIC:
        for n in range(N):
            for j in range(H):
                out[n, j] = (1 - 2 * y[n, j]) * Ry[n, j]
    elif phi == SOFTPLUS:
        for n in range(N):
            for j in range(H):
                out[n, j] = math.exp(-y[n, j]) * Ry[n, j]
    else:
        out[:] = 0
