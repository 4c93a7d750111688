"""Convolution of pictures with a bank of filters: at every place the same affine layer, of a window around it.

    forward      y     = Σ_ij X_ij K_ij + b
    backward     dX_ij = dy K_ijᵀ                     dK_ij  = Σ X_ijᵀ dy                     db  = Σ dy
    R-forward    Ry    = Σ_ij (RX_ij K_ij + X_ij RK_ij) + Rb
    R-backward   RdX_ij = Rdy K_ijᵀ + dy RK_ijᵀ       RdK_ij = Σ (RX_ijᵀ dy + X_ijᵀ Rdy)      Rdb = Σ Rdy

X_ij (N, Y, X, C) is what the offset (i, j) of the window sees: ref.layers.images.windows.  An entry of x is seen in
several windows, and its dx is the sum of its dX_ij over all of them.  The sums of dK and db are over cases and places.
As everywhere in the field it is a correlation: the filters are not flipped.

Where x is data, nobody asks for dx: to_input=False leaves it out, None in its place.  And x has no direction: Rx=None.

Shapes: x (N, height, width, C), K (h, w, C, O), b (O,), y (N, Y, X, O).  N cases, C channels, O filters, Y x X places.
"""

from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import Windows

Array = np.ndarray


class Cache(NamedTuple):
    x: Array  # padded
    K: Array  # (h, w, C, O)
    windows: Windows


class RCache(NamedTuple):
    Rx: Array | None  # padded; None where x is data
    RK: Array


def forward(x: Array, K: Array, b: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Cache]:
    h, w, _, _ = K.shape
    windows = Windows.on(x, h, w, stride, padding)
    x = windows.padded(x)
    return _convolution(x, K, windows) + b, Cache(x, K, windows)


def backward(dy: Array, cache: Cache, to_input: bool = True) -> tuple[Array | None, Array, Array]:
    """Return dx, dK, db."""
    x, K, windows = cache
    dx = _to_input(dy, K, windows) if to_input else None
    return dx, _to_filters(x, dy, cache), dy.sum(axis=(0, 1, 2))


def r_forward(Rx: Array | None, RK: Array, Rb: Array, cache: Cache) -> tuple[Array, RCache]:
    x, K, windows = cache
    Ry = _convolution(x, RK, windows) + Rb
    if Rx is None:
        return Ry, RCache(None, RK)
    Rx = windows.padded(Rx)
    return Ry + _convolution(Rx, K, windows), RCache(Rx, RK)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, Array, Array]:
    """Return Rdx, RdK, Rdb."""
    (x, K, windows), (Rx, RK) = cache, r_cache
    Rdx = _to_input(Rdy, K, windows) + _to_input(dy, RK, windows) if to_input else None
    RdK = _to_filters(x, Rdy, cache)
    if Rx is not None:
        RdK += _to_filters(Rx, dy, cache)
    return Rdx, RdK, Rdy.sum(axis=(0, 1, 2))


def _convolution(x: Array, K: Array, windows: Windows) -> Array:
    """Σ_ij X_ij K_ij."""
    return sum(windows.at(x, i, j) @ K[i, j] for i, j in windows.offsets)


def _to_input(dy: Array, K: Array, windows: Windows) -> Array:
    """dx: each dX_ij = dy K_ijᵀ, added where X_ij was."""
    dx = windows.empty(len(dy), K.shape[2], dy.dtype)
    for i, j in windows.offsets:
        windows.at(dx, i, j)[...] += dy @ K[i, j].T
    return windows.inside(dx)


def _to_filters(x: Array, dy: Array, cache: Cache) -> Array:
    """dK_ij = Σ X_ijᵀ dy."""
    dK = np.empty_like(cache.K)
    for i, j in cache.windows.offsets:
        dK[i, j] = np.tensordot(cache.windows.at(x, i, j), dy, ((0, 1, 2), (0, 1, 2)))
    return dK
