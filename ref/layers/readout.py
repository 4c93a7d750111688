"""Linear readout of a recurrence's states, at every step or at the last alone.

    forward      z_t   = h_t V + c                                                       t = 1, ..., T, or t = T
    backward     dh_t  = dz_t Vᵀ                dV  = Σ_t h_tᵀ dz_t                      dc  = Σ_tn dz_t
    R-forward    Rz_t  = Rh_t V + h_t RV + Rc
    R-backward   Rdh_t = Rdz_t Vᵀ + dz_t RVᵀ    RdV = Σ_t (Rh_tᵀ dz_t + h_tᵀ Rdz_t)      Rdc = Σ_tn Rdz_t

dh_t and Rdh_t are zero at the steps that are not read out.  It is the affine layer, whose cases are all cases of all
steps that are.

Shapes: h (T, N, H), z (S, N, C) with S = T or 1, V (H, C), c (C,).  T steps, N cases, H units, C outputs; time comes
first.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import affine

Array = np.ndarray
OUTPUTS = ("all", "last")


class Cache(NamedTuple):
    h: Array  # (T, N, H)
    affine: affine.Cache
    outputs: str


def forward(h: Array, V: Array, c: Array, outputs: str = "all") -> tuple[Array, Cache]:
    z, cache = affine.forward(_read(h, outputs), V, c)
    return z.reshape(-1, h.shape[1], len(c)), Cache(h, cache, outputs)


def backward(dz: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dh (T, N, H), dV, dc."""
    dh, dV, dc = affine.backward(_rows(dz), cache.affine)
    return _at_its_steps(dh, cache.h), dV, dc


def to_states(dz: Array, cache: Cache) -> Array:
    """backward's dh alone."""
    return _at_its_steps(_rows(dz) @ cache.affine.W.T, cache.h)


def r_forward(Rh: Array, RV: Array, Rc: Array, cache: Cache) -> tuple[Array, affine.RCache]:
    """Return Rz and the affine layer's R-cache."""
    Rz, r_cache = affine.r_forward(_read(Rh, cache.outputs), RV, Rc, cache.affine)
    return Rz.reshape(-1, Rh.shape[1], len(Rc)), r_cache


def r_backward(Rdz: Array, dz: Array, cache: Cache, r_cache: affine.RCache) -> tuple[Array, Array, Array]:
    """Return Rdh (T, N, H), RdV, Rdc: backward, differentiated along (Rh, RV, Rc, Rdz)."""
    Rdh, RdV, Rdc = affine.r_backward(_rows(Rdz), _rows(dz), cache.affine, r_cache)
    return _at_its_steps(Rdh, cache.h), RdV, Rdc


def _rows(z: Array) -> Array:
    """All cases of all steps, one a row: (S, N, C) -> (S N, C)."""
    return z.reshape(-1, z.shape[-1])


def _read(h: Array, outputs: str) -> Array:
    """The states that are read out, as rows: (T, N, H) -> (S N, H)."""
    return _rows(h if outputs == "all" else h[-1])


def _at_its_steps(rows: Array, h: Array) -> Array:
    """The opposite: (S N, H) -> (T, N, H) like h, zero at the steps that are not read out."""
    read = rows.reshape(-1, *h.shape[1:])
    return read if len(read) == len(h) else np.pad(read, ((len(h) - 1, 0), (0, 0), (0, 0)))
