"""Average pooling, compiled: the twin of ref.layers.images.average_pool, which has the equations; its loops:
pool_loops.

Same functions and arguments.  The cache is the windows; how many entries each has inside is counted where it is needed.
"""

import numpy as np

from numba_kernels.cpu.images import pool_loops
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from ref.layers.images.windows import Windows

Array = np.ndarray


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Windows]:
    """size: of the window, square; stride: None for size, windows side by side."""
    x = require("x", x, 4)
    windows = Windows.on(x, size, size, stride or size, ceil=ceil)
    return _mean(x, windows), windows


def backward(dy: Array, cache: Windows) -> Array:
    dy = require_like("dy", dy, (len(dy), *cache.places, dy.shape[3]), dy.dtype)
    dx = empty((len(dy), *cache.picture, dy.shape[3]), dy.dtype)
    pool_loops.spread(dx, dy, cache.size[0], cache.stride)
    return dx


def r_forward(Rx: Array, cache: Windows) -> tuple[Array, None]:
    Rx = require_like("Rx", Rx, (len(Rx), *cache.picture, Rx.shape[3]), Rx.dtype)
    return _mean(Rx, cache), None


def r_backward(Rdy: Array, dy: Array, cache: Windows, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _mean(x: Array, windows: Windows) -> Array:
    y = empty((len(x), *windows.places, x.shape[3]), x.dtype)
    pool_loops.mean(y, x, windows.size[0], windows.stride)
    return y
