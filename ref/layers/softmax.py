"""Softmax over the last axis.

    forward      y   = exp(x - max x) / Σ exp(x - max x)
    backward     dx  = y (dy - Σ y dy)
    R-forward    Ry  = y (Rx - Σ y Rx)
    R-backward   Rdx = Ry (dy - Σ y dy) + y (Rdy - Σ Ry dy - Σ y Rdy)

Shapes: x (..., C), y (..., C); every Σ and the maximum are over the last axis.
"""

import numpy as np

Array = np.ndarray


def _sum(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache: y."""
    y = np.exp(x - x.max(axis=-1, keepdims=True))
    y = y / _sum(y)
    return y, y


def backward(dy: Array, cache: Array) -> Array:
    y = cache
    return y * (dy - _sum(y * dy))


def r_forward(Rx: Array, cache: Array) -> tuple[Array, Array]:
    """Return Ry twice: it is also what R-backward needs."""
    y = cache
    Ry = y * (Rx - _sum(y * Rx))
    return Ry, Ry


def r_backward(Rdy: Array, dy: Array, cache: Array, r_cache: Array) -> Array:
    y, Ry = cache, r_cache
    return Ry * (dy - _sum(y * dy)) + y * (Rdy - _sum(Ry * dy) - _sum(y * Rdy))
