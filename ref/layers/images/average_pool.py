"""Average pooling: of each channel, the mean of the entries in every window.

    forward      y     = Σ_ij X_ij / n              n: how many entries of the window lie inside the picture
    backward     dX_ij = dy / n
    R-forward    Ry    = Σ_ij RX_ij / n
    R-backward   RdX_ij = Rdy / n

X_ij is what the offset (i, j) of the window sees: ref.layers.images.windows.  Windows may overlap, and with ceil=True
they may reach over the lower and the right edge: the mean is of what is inside.

Shapes: x (N, height, width, C), y (N, Y, X, C), n (1, Y, X, 1).  N cases, C channels, Y x X places.
"""

from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import Windows

Array = np.ndarray


class Cache(NamedTuple):
    n: Array  # (1, Y, X, 1)
    windows: Windows


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    windows = Windows.on(x, size, size, stride or size, ceil=ceil)
    n = _sum(np.ones((1, *windows.picture, 1), x.dtype), windows)
    return _sum(x, windows) / n, Cache(n, windows)


def backward(dy: Array, cache: Cache) -> Array:
    n, windows = cache
    dx = windows.empty(len(dy), dy.shape[3], dy.dtype)
    for i, j in windows.offsets:
        windows.at(dx, i, j)[...] += dy / n
    return windows.inside(dx)


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    return _sum(Rx, cache.windows) / cache.n, None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _sum(x: Array, windows: Windows) -> Array:
    """Σ_ij X_ij, nothing past the edges."""
    x = windows.padded(x)
    return sum(windows.at(x, i, j) for i, j in windows.offsets)
