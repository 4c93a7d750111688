"""Writing: each location is erased and added to, by every head, in the measure of the head's weight on it.

    forward      M'_i   = M_i ∏_h (1 - w_hi e_h) + Σ_h w_hi a_h
    backward     dM_i   = dM'_i ∏_h (1 - w_hi e_h)
                 E_hi   = dM'_i M_i ∏_{o≠h} (1 - w_oi e_o)      the gradient at 1 - w_hi e_h
                 dw_hi  = dM'_i·a_h - E_hi·e_h      de_h = -Σ_i w_hi E_hi      da_h = Σ_i w_hi dM'_i
    R-forward    RM'_i  = RM_i ∏_h (1 - w_hi e_h) + M_i R{∏} + Σ_h (Rw_hi a_h + w_hi Ra_h)
                 R{1 - w_hi e_h} = -(Rw_hi e_h + w_hi Re_h)
                 R{∏_h}  = Σ_h R{1 - w_hi e_h} ∏_{o≠h} (1 - w_oi e_o)
    R-backward   R{.} of each line of backward

All heads erase before any adds, so that their order does not matter.  The products without one head are formed without
dividing by 1 - w e, which is zero where a head erases all.

Shapes: M (N, L, W), w (N, K, L), e and a (N, K, W).  N cases, K heads h, L locations i, W their width.

Graves, Wayne & Danihelka 2014, equations 3 and 4.
"""

from typing import NamedTuple

import numpy as np

from ref.memory.products import r_without_one, without_one

Array = np.ndarray


class Cache(NamedTuple):
    M: Array  # (N, L, W)
    w: Array  # (N, K, L)
    e: Array  # (N, K, W)
    a: Array
    kept: Array  # 1 - w_hi e_h (N, K, L, W)


class RCache(NamedTuple):
    RM: Array
    Rw: Array
    Re: Array
    Ra: Array
    Rkept: Array  # (N, K, L, W)


def forward(M: Array, w: Array, e: Array, a: Array) -> tuple[Array, Cache]:
    kept = 1 - _outer(w, e)
    return M * kept.prod(axis=1) + w.mT @ a, Cache(M, w, e, a, kept)


def backward(dM: Array, cache: Cache) -> tuple[Array, Array, Array, Array]:
    """Return the gradients at the old memory, and at w, e, a."""
    M, w, e, a, kept = cache
    E = (dM * M)[:, None] * without_one(kept)
    dw = a @ dM.mT - np.einsum("nklv,nkv->nkl", E, e)
    de = -np.einsum("nkl,nklv->nkv", w, E)
    return dM * kept.prod(axis=1), dw, de, w @ dM


def r_forward(RM: Array, Rw: Array, Re: Array, Ra: Array, cache: Cache) -> tuple[Array, RCache]:
    M, w, e, a, kept = cache
    Rkept = -_outer(Rw, e) - _outer(w, Re)
    Rproduct = (Rkept * without_one(kept)).sum(axis=1)
    R = RM * kept.prod(axis=1) + M * Rproduct + Rw.mT @ a + w.mT @ Ra
    return R, RCache(RM, Rw, Re, Ra, Rkept)


def r_backward(RdM: Array, dM: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array, Array]:
    M, w, e, a, kept = cache
    RM, Rw, Re, Ra, Rkept = r_cache
    others, Rothers = without_one(kept), r_without_one(kept, Rkept)
    E = (dM * M)[:, None] * others
    RE = (RdM * M + dM * RM)[:, None] * others + (dM * M)[:, None] * Rothers
    Rdw = Ra @ dM.mT + a @ RdM.mT - np.einsum("nklv,nkv->nkl", RE, e) - np.einsum("nklv,nkv->nkl", E, Re)
    Rde = -np.einsum("nkl,nklv->nkv", Rw, E) - np.einsum("nkl,nklv->nkv", w, RE)
    return RdM * kept.prod(axis=1) + dM * (Rkept * others).sum(axis=1), Rdw, Rde, Rw @ dM + w @ RdM


def _outer(w: Array, e: Array) -> Array:
    """w_hi e_h: (N, K, L) and (N, K, W) -> (N, K, L, W)."""
    return w[..., None] * e[:, :, None, :]
