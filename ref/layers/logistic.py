"""Logistic units.

    forward      y   = 1 / (1 + exp(-x))            slope  = y (1 - y)
    backward     dx  = slope dy
    R-forward    Ry  = slope Rx                     Rslope = (1 - 2y) Ry
    R-backward   Rdx = slope Rdy + Rslope dy

Shapes: all arrays have x's shape; every product is element by element.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    y: Array
    slope: Array  # dy/dx


def sigma(x: Array) -> Array:
    """1 / (1 + exp(-x)) in one new array; exp(-x) = infinity far below zero gives the right limit, 0."""
    y = np.negative(x)
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1
    return np.divide(1, y, out=y)


def forward(x: Array) -> tuple[Array, Cache]:
    y = sigma(x)
    slope = 1 - y
    slope *= y
    return y, Cache(y, slope)


def backward(dy: Array, cache: Cache) -> Array:
    return cache.slope * dy


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, Array]:
    """Return Ry twice: it is also what R-backward needs."""
    Ry = cache.slope * Rx
    return Ry, Ry


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: Array) -> Array:
    y, slope = cache
    Rslope = (1 - 2 * y) * r_cache
    return slope * Rdy + Rslope * dy
