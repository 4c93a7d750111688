"""Rectified linear units.

    forward      y   = max(x, 0)                    slope = 1 where x > 0, else 0
    backward     dx  = slope dy
    R-forward    Ry  = slope Rx
    R-backward   Rdx = slope Rdy

The second derivative is zero except at x = 0, where neither derivative exists; slope is 0 there.
Shapes: all arrays have x's shape.
"""

import numpy as np

Array = np.ndarray


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache: slope, in x's dtype."""
    return np.maximum(x, 0), (x > 0).astype(x.dtype)


def backward(dy: Array, cache: Array) -> Array:
    return cache * dy


def r_forward(Rx: Array, cache: Array) -> tuple[Array, None]:
    return cache * Rx, None


def r_backward(Rdy: Array, dy: Array, cache: Array, r_cache: None) -> Array:
    return cache * Rdy
