"""Temporal links: links[i, j] is how far location i was written right after location j.

    forward      links'_ij  = (1 - ww_i - ww_j) links_ij + ww_i p_j                             0 for i = j
    backward     D          = dlinks', 0 for i = j               dlinks_ij = (1 - ww_i - ww_j) D_ij
                 dp_j       = Σ_i D_ij ww_i
                 dww_i      = Σ_j D_ij (p_j - links_ij) - Σ_j D_ji links_ji
    R-forward    Rlinks'_ij = (1 - ww_i - ww_j) Rlinks_ij - (Rww_i + Rww_j) links_ij
                              + Rww_i p_j + ww_i Rp_j                                           0 for i = j
    R-backward   RD         = Rdlinks', 0 for i = j
                 Rdlinks_ij = (1 - ww_i - ww_j) RD_ij - (Rww_i + Rww_j) D_ij
                 Rdp_j      = Σ_i (RD_ij ww_i + D_ij Rww_i)
                 Rdww_i     = Σ_j (RD_ij (p_j - links_ij) + D_ij (Rp_j - Rlinks_ij))
                              - Σ_j (RD_ji links_ji + D_ji Rlinks_ji)

p is the precedence before this write: how far each location was the last one written.  The precedence after it has ww
in it already, and a full write would then follow itself alone.  A write at i fades all links from and to i, and makes
new ones from where the last write was.  No location follows itself.  Where ww and p sum to at most one, so do the
links' rows and columns.

Shapes: links (N, L, L), p and ww (N, L).  N cases, L locations.

Graves et al. 2016, the DNC: temporal link matrix.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    links: Array  # (N, L, L)
    p: Array  # (N, L)
    ww: Array  # (N, L)


class RCache(NamedTuple):
    Rlinks: Array
    Rp: Array
    Rww: Array


def forward(links: Array, p: Array, ww: Array) -> tuple[Array, Cache]:
    return _off_diagonal((1 - _pairs(ww)) * links + _outer(ww, p)), Cache(links, p, ww)


def backward(dlinks: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dlinks, dp, dww."""
    links, p, ww = cache
    D = _off_diagonal(dlinks)
    dww = (D * (p[:, None] - links)).sum(axis=2) - (D * links).sum(axis=1)
    return (1 - _pairs(ww)) * D, (D * ww[:, :, None]).sum(axis=1), dww


def r_forward(Rlinks: Array, Rp: Array, Rww: Array, cache: Cache) -> tuple[Array, RCache]:
    links, p, ww = cache
    moved = (1 - _pairs(ww)) * Rlinks - _pairs(Rww) * links + _outer(Rww, p) + _outer(ww, Rp)
    return _off_diagonal(moved), RCache(Rlinks, Rp, Rww)


def r_backward(Rdlinks: Array, dlinks: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    links, p, ww = cache
    Rlinks, Rp, Rww = r_cache
    D, RD = _off_diagonal(dlinks), _off_diagonal(Rdlinks)
    Rdp = (RD * ww[:, :, None] + D * Rww[:, :, None]).sum(axis=1)
    Rdww = ((RD * (p[:, None] - links) + D * (Rp[:, None] - Rlinks)).sum(axis=2)
            - (RD * links + D * Rlinks).sum(axis=1))
    return (1 - _pairs(ww)) * RD - _pairs(Rww) * D, Rdp, Rdww


def _pairs(w: Array) -> Array:
    """w_i + w_j: (N, L) -> (N, L, L)."""
    return w[:, :, None] + w[:, None]


def _outer(a: Array, b: Array) -> Array:
    """a_i b_j: twice (N, L) -> (N, L, L)."""
    return a[:, :, None] * b[:, None]


def _off_diagonal(x: Array) -> Array:
    """x, and 0 for i = j."""
    x = x.copy()
    np.einsum("nii->ni", x)[...] = 0  # a view of the diagonals
    return x
