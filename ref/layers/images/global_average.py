"""Global average pooling: of each channel, the mean over all places.

    forward      y  = 1/YX Σ x          backward     dx  = dy / YX, at every place
    R-forward    Ry = 1/YX Σ Rx         R-backward   Rdx = Rdy / YX

Shapes: x (N, Y, X, C), y (N, C).  N cases, Y x X places, C channels.  Lin, Chen & Yan 2014.
"""

import numpy as np

Array = np.ndarray
Shape = tuple[int, int, int, int]


def forward(x: Array) -> tuple[Array, Shape]:
    """Return y and the cache: x's shape."""
    return x.mean(axis=(1, 2)), x.shape


def backward(dy: Array, cache: Shape) -> Array:
    return np.broadcast_to(dy[:, None, None] / (cache[1] * cache[2]), cache).copy()


def r_forward(Rx: Array, cache: Shape) -> tuple[Array, None]:
    return Rx.mean(axis=(1, 2)), None


def r_backward(Rdy: Array, dy: Array, cache: Shape, r_cache: None) -> Array:
    return backward(Rdy, cache)
