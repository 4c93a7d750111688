"""What the controller says to the heads, activated, inside the compiled NTM: ref.cells.interface has the pieces.

Each head has one block, its key, beta, g, shares and gamma side by side, the read heads' first; behind all blocks there
are e and then a of all write heads.  Slopes follow from the activated numbers but for beta and gamma, whose slopes are
kept.

Shapes: v and dv (I,), of one case; slopes (K, 2), beta's and gamma's; K heads, read and write.
"""

import math

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import softmax
from numba_kernels.cpu.memory.weighting import r_through_softmax, through_softmax


@njit(**INNER)
def activate(v, slopes, W, shifts, written, contents_tanh, beta_from):
    """v, the controller's numbers, becomes what it says; slopes are written.  written = P W; beta_from 0 or 1."""
    size = W + shifts + 3
    for h in range(len(slopes)):
        block = v[h * size :]
        if contents_tanh:
            tanh(block[:W])
        block[W], slopes[h, 0] = softplus(block[W])
        block[W] += beta_from
        logistic(block[W + 1 : W + 2])
        softmax(block[W + 2 : W + 2 + shifts])
        block[size - 1], slopes[h, 1] = softplus(block[size - 1])
        block[size - 1] += v.dtype.type(1)
    start = len(slopes) * size
    logistic(v[start : start + written])
    if contents_tanh:
        tanh(v[start + written :])


@njit(**INNER)
def softplus(x):
    """Return softplus(x) and its slope, sigma(x)."""
    small = math.exp(-abs(x))
    rest, share = math.log1p(small), 1 / (1 + small)
    return (x + rest, share) if x > 0 else (rest, small * share)


@njit(**INNER)
def times_slopes(v, slopes, W, shifts, written, contents_tanh, dv):
    """dv, at what is said, becomes do, at the controller's numbers; or Ro becomes Rv, as the slopes are symmetric."""
    size = W + shifts + 3
    one = v.dtype.type(1)
    for h in range(len(slopes)):
        block, dblock = v[h * size :], dv[h * size :]
        if contents_tanh:
            through_tanh(block[:W], dblock)
        dblock[W] *= slopes[h, 0]
        dblock[W + 1] *= block[W + 1] * (one - block[W + 1])
        through_softmax(block[W + 2 : W + 2 + shifts], dblock[W + 2 :], dblock[W + 2 :])
        dblock[size - 1] *= slopes[h, 1]
    start = len(slopes) * size
    for i in range(start, start + written):
        dv[i] *= v[i] * (one - v[i])
    if contents_tanh:
        through_tanh(v[start + written :], dv[start + written :])


@njit(**INNER)
def through_tanh(y, dy):
    one = y.dtype.type(1)
    for i in range(len(y)):
        dy[i] *= one - y[i] * y[i]


@njit(**INNER)
def r_times_slopes(v, slopes, Rv, W, shifts, written, contents_tanh, dv, Rdv):
    """Rdv becomes Rdo: slopes Rdv + Rslopes dv; dv becomes do, as in times_slopes."""
    size = W + shifts + 3
    one, start = v.dtype.type(1), len(slopes) * size
    for h in range(len(slopes)):
        block, Rblock, dblock, Rdblock = v[h * size :], Rv[h * size :], dv[h * size :], Rdv[h * size :]
        if contents_tanh:
            r_through_tanh(block[:W], Rblock, dblock, Rdblock)
        for k in range(2):  # softplus: Rslope = slope (1 - slope) Rx = (1 - slope) Ry
            at, slope = W if k == 0 else size - 1, slopes[h, k]
            Rdblock[at] = slope * Rdblock[at] + (one - slope) * Rblock[at] * dblock[at]
        r_through_logistic(block[W + 1 : W + 2], Rblock[W + 1 :], dblock[W + 1 :], Rdblock[W + 1 :])
        r_through_softmax(block[W + 2 : W + 2 + shifts], Rblock[W + 2 : W + 2 + shifts], dblock[W + 2 :],
                          Rdblock[W + 2 :], Rdblock[W + 2 :])
    r_through_logistic(v[start : start + written], Rv[start:], dv[start:], Rdv[start:])
    if contents_tanh:
        r_through_tanh(v[start + written :], Rv[start + written :], dv[start + written :], Rdv[start + written :])
    times_slopes(v, slopes, W, shifts, written, contents_tanh, dv)


@njit(**INNER)
def r_through_tanh(y, Ry, dy, Rdy):
    one, two = y.dtype.type(1), y.dtype.type(2)
    for i in range(len(y)):
        Rdy[i] = (one - y[i] * y[i]) * Rdy[i] - two * y[i] * Ry[i] * dy[i]


@njit(**INNER)
def r_through_logistic(y, Ry, dy, Rdy):
    one, two = y.dtype.type(1), y.dtype.type(2)
    for i in range(len(y)):
        Rdy[i] = y[i] * (one - y[i]) * Rdy[i] + (one - two * y[i]) * Ry[i] * dy[i]
