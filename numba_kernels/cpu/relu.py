"""Rectified linear units, compiled: the twin of ref.layers.relu, which has the equations.

Same functions and arguments.  The cache is x as it was given, from which slope = 1 where x > 0 is taken when needed.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from numba_kernels.cpu.jit import JIT

Array = np.ndarray


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache, x."""
    x = require("x", x, np.ndim(x))
    y = empty(x.shape, x.dtype)
    _rectify(y.reshape(-1), x.reshape(-1))
    return y, x


def backward(dy: Array, cache: Array) -> Array:
    dy = require_like("dy", dy, cache.shape, cache.dtype)
    dx = empty(cache.shape, cache.dtype)
    _where_positive(dx.reshape(-1), dy.reshape(-1), cache.reshape(-1))
    return dx


def r_forward(Rx: Array, cache: Array) -> tuple[Array, None]:
    return backward(require_like("Rx", Rx, cache.shape, cache.dtype), cache), None


def r_backward(Rdy: Array, dy: Array, cache: Array, r_cache: None) -> Array:
    return backward(Rdy, cache)


@njit(**JIT)
def _rectify(y, x):
    for i in range(len(x)):
        y[i] = x.dtype.type(0) if x[i] <= 0 else x[i]  # keeps NaN


@njit(**JIT)
def _where_positive(dx, dy, x):
    for i in range(len(x)):
        dx[i] = dy[i] if x[i] > 0 else dy.dtype.type(0)
