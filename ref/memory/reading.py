"""Reading: the mean of the memory's rows, by a head's weights on them.

    forward      r   = w M
    backward     dM  = wᵀ dr                      dw  = dr Mᵀ
    R-forward    Rr  = Rw M + w RM
    R-backward   RdM = Rwᵀ dr + wᵀ Rdr            Rdw = Rdr Mᵀ + dr RMᵀ

Shapes: M (N, L, W), w (N, K, L), r (N, K, W).  N cases, K heads, L locations, W their width; ᵀ swaps the last two axes.

Graves, Wayne & Danihelka 2014, equation 2.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    M: Array  # (N, L, W)
    w: Array  # (N, K, L)


class RCache(NamedTuple):
    RM: Array
    Rw: Array


def forward(M: Array, w: Array) -> tuple[Array, Cache]:
    return w @ M, Cache(M, w)


def backward(dr: Array, cache: Cache) -> tuple[Array, Array]:
    """Return dM, dw."""
    M, w = cache
    return w.mT @ dr, dr @ M.mT


def r_forward(RM: Array, Rw: Array, cache: Cache) -> tuple[Array, RCache]:
    M, w = cache
    return Rw @ M + w @ RM, RCache(RM, Rw)


def r_backward(Rdr: Array, dr: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    M, w = cache
    RM, Rw = r_cache
    return Rw.mT @ dr + w.mT @ Rdr, Rdr @ M.mT + dr @ RM.mT
