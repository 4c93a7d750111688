"""Average pooling, compiled: the twin of ref.layers.images.average_pool, which has the equations; its loops:
pool_loops.

Same functions, arguments and caches.
"""

import numpy as np

from numba_kernels.cpu.images import pool_loops
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from ref.layers.images.average_pool import Cache
from ref.layers.images.windows import Windows

Array = np.ndarray


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    x = require("x", x, 4)
    windows = Windows.on(x, size, size, stride or size, ceil=ceil)
    inside = [np.minimum(size, length - windows.stride * np.arange(places))
              for places, length in zip(windows.places, windows.picture)]
    n = np.multiply.outer(*inside).astype(x.dtype)[None, :, :, None]
    return _mean(x, windows), Cache(n, windows)


def backward(dy: Array, cache: Cache) -> Array:
    windows = cache.windows
    dy = require_like("dy", dy, (len(dy), *windows.places, dy.shape[3]), dy.dtype)
    dx = empty((len(dy), *windows.picture, dy.shape[3]), dy.dtype)
    pool_loops.spread(dx, dy, windows.size[0], windows.stride)
    return dx


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    Rx = require_like("Rx", Rx, (len(Rx), *cache.windows.picture, Rx.shape[3]), Rx.dtype)
    return _mean(Rx, cache.windows), None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _mean(x: Array, windows: Windows) -> Array:
    y = empty((len(x), *windows.places, x.shape[3]), x.dtype)
    pool_loops.mean(y, x, windows.size[0], windows.stride)
    return y
