"""Adding: each head adds its vector to the memory's rows, in the measure of its weight on them, and erases nothing.

    forward      M'_i = M_i + Σ_h w_hi a_h
    backward     dM   = dM'                      dw  = a dM'ᵀ                    da  = w dM'
    R-forward    RM'  = RM + Rwᵀ a + wᵀ Ra
    R-backward   RdM  = RdM'                     Rdw = Ra dM'ᵀ + a RdM'ᵀ         Rda = Rw dM' + w RdM'

ref.memory.writing without the erasing.

Shapes: M (N, L, W), w (N, K, L), a (N, K, W).  N cases, K heads h, L locations i, W their width; ᵀ swaps the last two
axes.

How the memory of Santoro et al. 2016 is written.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    w: Array  # (N, K, L)
    a: Array  # (N, K, W)


class RCache(NamedTuple):
    Rw: Array
    Ra: Array


def forward(M: Array, w: Array, a: Array) -> tuple[Array, Cache]:
    return M + w.mT @ a, Cache(w, a)


def backward(dM: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return the gradients at the old memory, and at w and a."""
    w, a = cache
    return dM, a @ dM.mT, w @ dM


def r_forward(RM: Array, Rw: Array, Ra: Array, cache: Cache) -> tuple[Array, RCache]:
    w, a = cache
    return RM + Rw.mT @ a + w.mT @ Ra, RCache(Rw, Ra)


def r_backward(RdM: Array, dM: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    w, a = cache
    Rw, Ra = r_cache
    return RdM, Ra @ dM.mT + a @ RdM.mT, Rw @ dM + w @ RdM
