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

from ref.layers.images.windows import at, inside, n_windows, offsets, padded

Array = np.ndarray


class Cache(NamedTuple):
    x: Array  # (N, height + ..., width + ..., C), padded
    K: Array  # (h, w, C, O)
    shape: tuple[int, int, int, int]  # of x before
    places: tuple[int, int]
    stride: int
    padding: int


class RCache(NamedTuple):
    Rx: Array | None  # padded; None where x is data
    RK: Array


def forward(x: Array, K: Array, b: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Cache]:
    size = K.shape[:2]
    places = tuple(n_windows(length, k, stride, padding) for length, k in zip(x.shape[1:3], size))
    cache = Cache(padded(x, places, size, stride, padding), K, x.shape, places, stride, padding)
    return _convolution(cache.x, K, cache) + b, cache


def backward(dy: Array, cache: Cache, to_input: bool = True) -> tuple[Array | None, Array, Array]:
    """Return dx, dK, db."""
    dx = _to_input(dy, cache.K, cache) if to_input else None
    return dx, _to_filters(cache.x, dy, cache), dy.sum(axis=(0, 1, 2))


def r_forward(Rx: Array | None, RK: Array, Rb: Array, cache: Cache) -> tuple[Array, RCache]:
    Ry = _convolution(cache.x, RK, cache) + Rb
    if Rx is None:
        return Ry, RCache(None, RK)
    Rx = padded(Rx, cache.places, RK.shape[:2], cache.stride, cache.padding)
    return Ry + _convolution(Rx, cache.K, cache), RCache(Rx, RK)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, Array, Array]:
    """Return Rdx, RdK, Rdb."""
    Rx, RK = r_cache
    Rdx = _to_input(Rdy, cache.K, cache) + _to_input(dy, RK, cache) if to_input else None
    RdK = _to_filters(cache.x, Rdy, cache)
    if Rx is not None:
        RdK += _to_filters(Rx, dy, cache)
    return Rdx, RdK, Rdy.sum(axis=(0, 1, 2))


def _convolution(x: Array, K: Array, cache: Cache) -> Array:
    """Σ_ij X_ij K_ij."""
    return sum(at(x, i, j, cache.places, cache.stride) @ K[i, j] for i, j in offsets(K.shape[:2]))


def _to_input(dy: Array, K: Array, cache: Cache) -> Array:
    """dx: each dX_ij = dy K_ijᵀ, added where X_ij was."""
    dx = np.zeros_like(cache.x)
    for i, j in offsets(K.shape[:2]):
        at(dx, i, j, cache.places, cache.stride)[...] += dy @ K[i, j].T
    return inside(dx, cache.shape, cache.padding)


def _to_filters(x: Array, dy: Array, cache: Cache) -> Array:
    """dK_ij = Σ X_ijᵀ dy."""
    dK = np.empty_like(cache.K)
    for i, j in offsets(dK.shape[:2]):
        dK[i, j] = np.tensordot(at(x, i, j, cache.places, cache.stride), dy, ((0, 1, 2), (0, 1, 2)))
    return dK
