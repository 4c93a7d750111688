"""Max pooling, compiled: the twin of ref.layers.images.max_pool, which has the equations; its loops: pool_loops.

Same functions, arguments and caches, but that winner has the smallest unsigned integers that hold its numbers.
"""

import numpy as np

from numba_kernels.cpu.images import pool_loops
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from ref.layers.images.max_pool import Cache
from ref.layers.images.windows import Windows

Array = np.ndarray


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    x = require("x", x, 4)
    windows = Windows.on(x, size, size, stride or size, ceil=ceil)
    shape = (len(x), *windows.places, x.shape[3])
    y, winner = empty(shape, x.dtype), empty(shape, np.min_scalar_type(size * size - 1))
    pool_loops.largest(y, winner, x, size, windows.stride)
    return y, Cache(winner, windows)


def backward(dy: Array, cache: Cache) -> Array:
    winner, windows = cache
    dy = require_like("dy", dy, winner.shape, dy.dtype)
    dx = empty((len(dy), *windows.picture, dy.shape[3]), dy.dtype)
    pool_loops.to_winner(dx, winner, dy, windows.size[0], windows.stride)
    return dx


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    winner, windows = cache
    Rx = require_like("Rx", Rx, (len(winner), *windows.picture, winner.shape[3]), Rx.dtype)
    Ry = empty(winner.shape, Rx.dtype)
    pool_loops.of_winner(Ry, winner, Rx, windows.size[0], windows.stride)
    return Ry, None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)
