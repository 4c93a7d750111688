"""Leaky rectified linear units whose slope below zero is learned, one a unit.

    forward      y   = x where x > 0, else a x          slope = 1 where x > 0, else a
    backward     dx  = slope dy                         da    = Σₙ min(x, 0) dy
    R-forward    Ry  = slope Rx + min(x, 0) Ra
    R-backward   Rdx = slope Rdy + Rslope dy            Rda   = Σₙ (min(x, 0) Rdy + Rmin dy)
                 Rslope = Ra where x <= 0, else 0       Rmin  = Rx where x <= 0, else 0

There is no derivative at x = 0; the slope is a there.  a = 0 is relu, a = 1 the identity, a = -1 the absolute value.

Shapes: a (H,), all others (..., H); Σₙ is the sum over all axes but the last.  Maas, Hannun & Ng 2013; a slope that is
learned: He, Zhang, Ren & Sun 2015.  One slope a unit is our choice.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    x: Array
    a: Array


class RCache(NamedTuple):
    Rx: Array
    Ra: Array


def forward(x: Array, a: Array) -> tuple[Array, Cache]:
    return np.where(x > 0, x, a * x), Cache(x, a)


def backward(dy: Array, cache: Cache) -> tuple[Array, Array]:
    """Return dx, da."""
    x, a = cache
    return np.where(x > 0, dy, a * dy), _over_cases(np.minimum(x, 0) * dy)


def r_forward(Rx: Array, Ra: Array, cache: Cache) -> tuple[Array, RCache]:
    x, a = cache
    return np.where(x > 0, Rx, a * Rx + x * Ra), RCache(Rx, Ra)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    """Return Rdx, Rda: backward, differentiated along (Rx, Ra, Rdy)."""
    x, a = cache
    Rx, Ra = r_cache
    Rdx = np.where(x > 0, Rdy, a * Rdy + Ra * dy)
    return Rdx, _over_cases(np.where(x > 0, 0, x * Rdy + Rx * dy))


def _over_cases(da: Array) -> Array:
    return da.reshape(-1, da.shape[-1]).sum(axis=0)
