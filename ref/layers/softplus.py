"""Softplus units: y = log(1 + exp(x)), a smooth rectifier whose slope is the logistic function.

    forward      y   = max(x, 0) + log(1 + exp(-|x|))       slope  = sigma(x)
    backward     dx  = slope dy
    R-forward    Ry  = slope Rx                             Rslope = slope (1 - slope) Rx
    R-backward   Rdx = slope Rdy + Rslope dy

Shapes: all arrays have x's shape; every product is element by element.
"""

import numpy as np

from ref.layers.logistic import sigma

Array = np.ndarray


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), exact to rounding at any x."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache: slope."""
    return softplus(x), sigma(x)


def backward(dy: Array, cache: Array) -> Array:
    return cache * dy


def r_forward(Rx: Array, cache: Array) -> tuple[Array, Array]:
    """Return Ry and the r_cache: Rx."""
    return cache * Rx, Rx


def r_backward(Rdy: Array, dy: Array, cache: Array, r_cache: Array) -> Array:
    slope = cache
    Rslope = slope * (1 - slope) * r_cache
    return slope * Rdy + Rslope * dy
