"""Hyperbolic-tangent units.

    forward      y   = tanh(x)                      slope  = 1 - y²
    backward     dx  = slope dy
    R-forward    Ry  = slope Rx                     Rslope = -2 y Ry
    R-backward   Rdx = slope Rdy + Rslope dy

Shapes: all arrays have x's shape; every product is element by element.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    y: Array
    slope: Array  # dy/dx


def forward(x: Array) -> tuple[Array, Cache]:
    y = np.tanh(x)
    return y, Cache(y, 1 - y * y)


def backward(dy: Array, cache: Cache) -> Array:
    return cache.slope * dy


def r_forward(Rx: Array, cache: Cache) -> tuple[Array, Array]:
    """Return Ry twice: it is also what R-backward needs."""
    Ry = cache.slope * Rx
    return Ry, Ry


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: Array) -> Array:
    y, slope = cache
    Rslope = -2 * y * r_cache
    return slope * Rdy + Rslope * dy
