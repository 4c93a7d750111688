"""The direction of a row: the row over its length, with epsilon inside the root.

    forward      n   = √(x·x + epsilon)                         y   = x / n
    backward     dx  = (dy - y (y·dy)) / n
    R-forward    Rn  = y·Rx                                     Ry  = (Rx - y Rn) / n
    R-backward   Rdx = (Rdy - Ry (y·dy) - y (Ry·dy + y·Rdy) - dx Rn) / n

The products · are over the last axis.  With epsilon the length of y is a little below 1, and 0 for a row of zeros,
where x/|x| is 0/0.  Added outside, 1/(|x| + epsilon), it leaves the slope of |x| at a row of zeros, which is 0/0 too,
and slopes of 1/epsilon around it; inside, no slope is larger than 1/√epsilon.

Shapes: x, y (..., W).
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray
EPSILON = 1e-6


class Cache(NamedTuple):
    y: Array  # (..., W)
    n: Array  # (..., 1)


class RCache(NamedTuple):
    Ry: Array  # (..., W)
    Rn: Array  # (..., 1)


def forward(x: Array) -> tuple[Array, Cache]:
    n = np.sqrt(_sum(x * x) + EPSILON)
    y = x / n
    return y, Cache(y, n)


def backward(dy: Array, cache: Cache) -> Array:
    y, n = cache
    return (dy - y * _sum(y * dy)) / n


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, RCache]:
    y, n = cache
    Rn = _sum(y * Rx)
    Ry = (Rx - y * Rn) / n
    return Ry, RCache(Ry, Rn)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> Array:
    y, n = cache
    Ry, Rn = r_cache
    dx = backward(dy, cache)
    return (Rdy - Ry * _sum(y * dy) - y * (_sum(Ry * dy) + _sum(y * Rdy)) - dx * Rn) / n


def _sum(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)
