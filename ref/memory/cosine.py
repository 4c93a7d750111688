"""Cosine similarity of keys and the memory's rows.

    forward      k' = direction(k)     M' = direction(M)        s   = k' M'ᵀ
    backward     dk' = ds M'           dM' = dsᵀ k'             then direction's
    R-forward    Rs  = Rk' M'ᵀ + k' RM'ᵀ
    R-backward   Rdk' = Rds M' + ds RM'                         RdM' = Rdsᵀ k' + dsᵀ Rk'

A key or a row of zeros has the similarity 0 to everything (ref.memory.direction).

Shapes: M (N, L, W), k (N, K, W), s (N, K, L).  N cases, K heads, L locations, W their width; ᵀ swaps the last two axes.

Graves, Wayne & Danihelka 2014, equation 6, without epsilon.
"""

from typing import NamedTuple

import numpy as np

from ref.memory import direction

Array = np.ndarray


class Cache(NamedTuple):
    M: direction.Cache
    k: direction.Cache


class RCache(NamedTuple):
    M: direction.RCache
    k: direction.RCache


def forward(M: Array, k: Array) -> tuple[Array, Cache]:
    M, of_M = direction.forward(M)
    k, of_k = direction.forward(k)
    return k @ M.mT, Cache(of_M, of_k)


def backward(ds: Array, cache: Cache) -> tuple[Array, Array]:
    """Return dM, dk."""
    dM = direction.backward(ds.mT @ cache.k.y, cache.M)
    dk = direction.backward(ds @ cache.M.y, cache.k)
    return dM, dk


def r_forward(RM: Array, Rk: Array, cache: Cache) -> tuple[Array, RCache]:
    RM, of_M = direction.r_forward(RM, cache.M)
    Rk, of_k = direction.r_forward(Rk, cache.k)
    return Rk @ cache.M.y.mT + cache.k.y @ RM.mT, RCache(of_M, of_k)


def r_backward(Rds: Array, ds: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    M, k, RM, Rk = cache.M.y, cache.k.y, r_cache.M.Ry, r_cache.k.Ry
    RdM = direction.r_backward(Rds.mT @ k + ds.mT @ Rk, ds.mT @ k, cache.M, r_cache.M)
    Rdk = direction.r_backward(Rds @ M + ds @ RM, ds @ M, cache.k, r_cache.k)
    return RdM, Rdk
