"""What the controller says to the heads, activated, inside the compiled NTM: ref.cells.interface has the pieces.

Each head has one block, its key, beta, g, shares and gamma side by side, the read heads' first; behind all blocks there
are e and then a of all write heads.  Slopes follow from the activated numbers but for beta and gamma, whose slopes are
kept.

Shapes: v and dv (I,), of one case; slopes (K, 2), beta's and gamma's; K heads, read and write.
"""

import math

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.ntm_rows import softmax
from numba_kernels.cpu.ntm_weighting import through_softmax


@njit(**JIT)
def activate(v, slopes, W, shifts, written, contents_tanh, beta_from):
    """v, the controller's numbers, becomes what it says; slopes are written.  written = P W; beta_from 0 or 1."""
    size = W + shifts + 3
    for h in range(len(slopes)):
        block = v[h * size : (h + 1) * size]
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


@njit(**JIT)
def softplus(x):
    """Return softplus(x) and its slope, sigma(x)."""
    small = math.exp(-abs(x))
    rest, share = math.log1p(small), 1 / (1 + small)
    return (x + rest, share) if x > 0 else (rest, small * share)


@njit(**JIT)
def activate_backward(v, slopes, W, shifts, written, contents_tanh, dv):
    """dv, at what is said, becomes what goes to the controller's numbers."""
    size = W + shifts + 3
    one = v.dtype.type(1)
    for h in range(len(slopes)):
        block, dblock = v[h * size : (h + 1) * size], dv[h * size : (h + 1) * size]
        if contents_tanh:
            through_tanh(block[:W], dblock[:W])
        dblock[W] *= slopes[h, 0]
        dblock[W + 1] *= block[W + 1] * (one - block[W + 1])
        through_softmax(block[W + 2 : W + 2 + shifts], dblock[W + 2 : W + 2 + shifts], dblock[W + 2 : W + 2 + shifts])
        dblock[size - 1] *= slopes[h, 1]
    start = len(slopes) * size
    for i in range(start, start + written):
        dv[i] *= v[i] * (one - v[i])
    if contents_tanh:
        through_tanh(v[start + written :], dv[start + written :])


@njit(**JIT)
def through_tanh(y, dy):
    one = y.dtype.type(1)
    for i in range(len(y)):
        dy[i] *= one - y[i] * y[i]
