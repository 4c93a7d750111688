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

from ref.layers.images.windows import Windows

Array = np.ndarray


class Cache(NamedTuple):
    winner: Array  # (N, Y, X, C), integers: the number of the offset, row by row
    windows: Windows


def forward(x: Array, size: int, stride: int | None = None, ceil: bool = False) -> tuple[Array, Cache]:
    """size: of the window, square; stride: None for size, windows side by side."""
    windows = Windows.on(x, size, size, stride or size, ceil=ceil)
    X = _each_offset(windows.padded(x, -np.inf), windows)
    winner = X.argmax(axis=0)
    return _of_winner(X, winner), Cache(winner, windows)


def backward(dy: Array, cache: Cache) -> Array:
    winner, windows = cache
    dx = windows.empty(len(dy), dy.shape[3], dy.dtype)
    for number, (i, j) in enumerate(windows.offsets):
        windows.at(dx, i, j)[...] += np.where(winner == number, dy, 0)
    return windows.inside(dx)


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, None]:
    winner, windows = cache
    return _of_winner(_each_offset(windows.padded(Rx), windows), winner), None


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: None) -> Array:
    return backward(Rdy, cache)


def _each_offset(x: Array, windows: Windows) -> Array:
    """All X_ij, one after the other, (h w, N, Y, X, C)."""
    return np.stack([windows.at(x, i, j) for i, j in windows.offsets])


def _of_winner(X: Array, winner: Array) -> Array:
    (y,) = np.take_along_axis(X, winner[None], axis=0)
    return y
