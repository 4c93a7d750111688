"""Precedence: how far each location was the last one written.

    forward      m    = 1 - Σ ww                                p'   = m p + ww
    backward     dp   = m dp'                                   dww  = dp' - Σ p dp'
    R-forward    Rm   = -Σ Rww                                  Rp'  = m Rp + Rm p + Rww
    R-backward   Rdp  = m Rdp' + Rm dp'                         Rdww = Rdp' - Σ (p Rdp' + Rp dp')

A full write, Σ ww = 1, makes p' the write's own weights; where nothing is written, p' = p.  Where ww and p sum to at
most one, so does p'.

Shapes: p and ww (N, L), m (N, 1); every Σ is over the locations L.  N cases.

Graves et al. 2016, the DNC: precedence weighting.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    p: Array  # (N, L)
    m: Array  # (N, 1)


class RCache(NamedTuple):
    Rp: Array
    Rm: Array


def forward(p: Array, ww: Array) -> tuple[Array, Cache]:
    m = 1 - _sum(ww)
    return m * p + ww, Cache(p, m)


def backward(dp: Array, cache: Cache) -> tuple[Array, Array]:
    """Return dp, dww."""
    p, m = cache
    return m * dp, dp - _sum(p * dp)


def r_forward(Rp: Array, Rww: Array, cache: Cache) -> tuple[Array, RCache]:
    p, m = cache
    Rm = -_sum(Rww)
    return m * Rp + Rm * p + Rww, RCache(Rp, Rm)


def r_backward(Rdp: Array, dp: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    p, m = cache
    Rp, Rm = r_cache
    return m * Rdp + Rm * dp, Rdp - _sum(p * Rdp + Rp * dp)


def _sum(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)
