"""A gate between two weightings: g of the one, the rest of the other.

    forward      w   = g a + (1 - g) b
    backward     da  = g dw                 db  = (1 - g) dw             dg  = Σ (a - b) dw
    R-forward    Rw  = g Ra + (1 - g) Rb + Rg (a - b)
    R-backward   Rda = g Rdw + Rg dw        Rdb = (1 - g) Rdw - Rg dw    Rdg = Σ ((a - b) Rdw + (Ra - Rb) dw)

Shapes: a, b and w (..., L), g (...); every Σ is over the locations L.

The NTM's interpolation gate between content and the last weights: Graves, Wayne & Danihelka 2014, equation 7.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    difference: Array  # a - b (..., L)
    g: Array  # (..., 1)


class RCache(NamedTuple):
    Rdifference: Array
    Rg: Array


def forward(a: Array, b: Array, g: Array) -> tuple[Array, Cache]:
    g = g[..., None]
    return g * a + (1 - g) * b, Cache(a - b, g)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return da, db, dg."""
    difference, g = cache
    return g * dw, (1 - g) * dw, (difference * dw).sum(axis=-1)


def r_forward(Ra: Array, Rb: Array, Rg: Array, cache: Cache) -> tuple[Array, RCache]:
    difference, g = cache
    Rg = Rg[..., None]
    return g * Ra + (1 - g) * Rb + Rg * difference, RCache(Ra - Rb, Rg)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    difference, g = cache
    Rdifference, Rg = r_cache
    Rdg = (difference * Rdw + Rdifference * dw).sum(axis=-1)
    return g * Rdw + Rg * dw, (1 - g) * Rdw - Rg * dw, Rdg
