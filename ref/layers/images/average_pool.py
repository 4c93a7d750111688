"""Average pooling: of each channel, the mean of the entries in every window.

    forward      y     = Σ_ij X_ij / n              n: how many entries of the window lie inside the picture
    backward     dX_ij = dy / n
    R-forward    Ry    = Σ_ij RX_ij / n
    R-backward   RdX_ij = Rdy / n

X_ij is what the offset (i, j) of the window sees: ref.layers.images.windows.  Windows may overlap, and with ceil=True
they may reach over the lower and the right edge: the mean is of what is inside.

Shapes: x (N, height, width, C), y (N, Y, X, C), n (Y, X, 1).  N cases, C channels, Y x X places.
"""

from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import at, n_windows, offsets, padded

Array = np.ndarray


class Cache(NamedTuple):
    n: Array  # (Y, X, 1)
    shape: tuple[int, int, int, int]  # of x
    places: tuple[int, int]
    size: tuple[int, int]
    stride: int


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    stride, size = stride or size, (size, size)
    places = tuple(n_windows(length, k, stride, 0, ceil) for length, k in zip(x.shape[1:3], size))
    n = _sum(np.ones((1, *x.shape[1:3], 1), x.dtype), places, size, stride)[0]
    return _sum(x, places, size, stride) / n, Cache(n, x.shape, places, size, stride)


def backward(dy: Array, cache: Cache) -> Array:
    dx = padded(np.zeros(cache.shape, dy.dtype), cache.places, cache.size, cache.stride, 0)
    for i, j in offsets(cache.size):
        at(dx, i, j, cache.places, cache.stride)[...] += dy / cache.n
    return dx[:, : cache.shape[1], : cache.shape[2]]


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    return _sum(Rx, cache.places, cache.size, cache.stride) / cache.n, None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _sum(x: Array, places: tuple[int, int], size: tuple[int, int], stride: int) -> Array:
    """Σ_ij X_ij, nothing past the edges."""
    x = padded(x, places, size, stride, 0)
    return sum(at(x, i, j, places, stride) for i, j in offsets(size))
