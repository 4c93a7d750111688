"""Dropout: units that the mask leaves out are zero, the others stand for them.

    forward      y  = x mask / p                    R-forward    Ry  = Rx mask / p
    backward     dx = dy mask / p                   R-backward   Rdx = Rdy mask / p

p is the share of units that stay, so that the mean over masks is x.  The mask is an argument, drawn outside from a
stream of the seed, and is not differentiated: every pass of a step, and every optimiser, sees the same one.  Without a
mask y = x, as when a network is tried.

Shapes: x, y, mask (N, ...); mask of booleans.

Srivastava et al. 2014, in the form that scales while training.
"""

import numpy as np

Array = np.ndarray


def forward(x: Array, mask: Array | None, p: float) -> tuple[Array, Array | None]:
    """Return y and the cache: mask / p.  Raises ValueError for a mask of another shape than x."""
    if mask is None:
        return x, None
    if mask.shape != x.shape:
        raise ValueError(f"mask has shape {mask.shape} but must be {x.shape}, x's")
    scaled = mask.astype(x.dtype) / x.dtype.type(p)
    return x * scaled, scaled


def backward(dy: Array, cache: Array | None) -> Array:
    return dy if cache is None else dy * cache


def r_forward(Rx: Array, cache: Array | None) -> tuple[Array, None]:
    return backward(Rx, cache), None


def r_backward(Rdy: Array, dy: Array, cache: Array | None, r_cache: None) -> Array:
    return backward(Rdy, cache)
