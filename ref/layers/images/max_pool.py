"""Max pooling: of each channel, the largest entry in every window.

    forward      y     = max_ij X_ij                   winner (i, j): the first offset at which it is reached
    backward     dX_ij = dy where (i, j) won, else 0
    R-forward    Ry    = RX_ij of the winner
    R-backward   RdX_ij = Rdy where (i, j) won, else 0

X_ij is what the offset (i, j) of the window sees: ref.layers.images.windows.  Windows may overlap, and with ceil=True
they may reach over the lower and the right edge, where nothing can win.  Linear between kinks, which are where two
entries of a window are equal: there the first of them, row by row, takes all, and no derivative exists.

Shapes: x (N, height, width, C), y (N, Y, X, C).  N cases, C channels, Y x X places.
"""

from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import at, n_windows, offsets, padded

Array = np.ndarray


class Cache(NamedTuple):
    winner: Array  # (N, Y, X, C), integers: the number of the offset, row by row
    shape: tuple[int, int, int, int]  # of x
    places: tuple[int, int]
    size: tuple[int, int]
    stride: int


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    stride, size = stride or size, (size, size)
    places = tuple(n_windows(length, k, stride, 0, ceil) for length, k in zip(x.shape[1:3], size))
    X = _each_offset(x, places, size, stride, -np.inf)
    winner = X.argmax(axis=0)
    return np.take_along_axis(X, winner[None], axis=0)[0], Cache(winner, x.shape, places, size, stride)


def backward(dy: Array, cache: Cache) -> Array:
    dx = np.zeros(cache.shape, dy.dtype)
    dx = padded(dx, cache.places, cache.size, cache.stride, 0)
    for number, (i, j) in enumerate(offsets(cache.size)):
        at(dx, i, j, cache.places, cache.stride)[...] += np.where(cache.winner == number, dy, 0)
    return dx[:, : cache.shape[1], : cache.shape[2]]


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    RX = _each_offset(Rx, cache.places, cache.size, cache.stride, 0.0)
    return np.take_along_axis(RX, cache.winner[None], axis=0)[0], None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _each_offset(x: Array, places: tuple[int, int], size: tuple[int, int], stride: int, beyond: float) -> Array:
    """All X_ij, one after the other, (h w, N, Y, X, C); beyond: what stands past the edges."""
    x = padded(x, places, size, stride, 0, beyond)
    return np.stack([at(x, i, j, places, stride) for i, j in offsets(size)])
