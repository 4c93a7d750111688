"""Allocation: weights for writing where the memory is free, the least used location first.

    forward      phi  = the locations in ascending order of u           s_j  = epsilon + (1 - epsilon) u[phi_j]
                 P_j  = ∏_{i<j} s_i                                     y_j  = (1 - s_j) P_j      a[phi_j]  = y_j
    backward     dP_j = (1 - s_j) dy_j + s_j dP_{j+1}                   dy_j = da[phi_j]          j = L, ..., 1
                 ds_j = P_j (dP_{j+1} - dy_j)                           du[phi_j] = (1 - epsilon) ds_j
    R-forward    RP_{j+1} = RP_j s_j + P_j Rs_j                         Rs_j = (1 - epsilon) Ru[phi_j]
                 Ry_j = (1 - s_j) RP_j - Rs_j P_j                       Ra[phi_j] = Ry_j          j = 1, ..., L
    R-backward   RdP_j = (1 - s_j) Rdy_j - Rs_j dy_j + s_j RdP_{j+1} + Rs_j dP_{j+1}
                 Rds_j = RP_j (dP_{j+1} - dy_j) + P_j (RdP_{j+1} - Rdy_j)

P_j leaves s_j itself out: a location is free by 1 - s_j, and what is left for it is what all before it could not take.
P_1 = 1, RP_1 = 0, and dP and RdP are zero past the last.  The weights sum to 1 - ∏ s_j, at most 1, and to nothing where
all is taken.  epsilon = 1e-6, and derivatives come back by a scan, not by dividing the whole product by s_j: usage 0 is
where every memory begins.

The order is not differentiated.  Where two usages are equal, the allocation jumps: the two weights change places,
(1/4, 1/2) for (1/2, 1/4) at u = (1/2, 1/2), and no derivative is there.  The sort is stable: of locations that are used
alike, the one with the lower index comes first, as when all are free.  tests/memory/test_allocation.py shows the jump.

Shapes: u and a (N, L), and so what is in order.  N cases, L locations.

Graves et al. 2016, the DNC: allocation weighting; epsilon as in the authors' published code.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray
EPSILON = 1e-6


class Cache(NamedTuple):
    order: Array  # phi (N, L), integers
    s: Array  # (N, L), in order
    P: Array  # likewise


class RCache(NamedTuple):
    Rs: Array  # (N, L), in order
    RP: Array


def forward(u: Array) -> tuple[Array, Cache]:
    order = np.argsort(u, axis=1, kind="stable")
    s = EPSILON + (1 - EPSILON) * _in_order(u, order)
    P = np.ones_like(s)
    np.cumprod(s[:, :-1], axis=1, out=P[:, 1:])
    return _back_in_place((1 - s) * P, order), Cache(order, s, P)


def backward(da: Array, cache: Cache) -> Array:
    order, s, P = cache
    dy = _in_order(da, order)
    ds = P * (_from_after(dy, s) - dy)
    return (1 - EPSILON) * _back_in_place(ds, order)


def r_forward(Ru: Array, cache: Cache) -> tuple[Array, RCache]:
    order, s, P = cache
    Rs = (1 - EPSILON) * _in_order(Ru, order)
    RP = np.zeros_like(s)
    for j in range(1, s.shape[1]):
        RP[:, j] = RP[:, j - 1] * s[:, j - 1] + P[:, j - 1] * Rs[:, j - 1]
    return _back_in_place((1 - s) * RP - Rs * P, order), RCache(Rs, RP)


def r_backward(Rda: Array, da: Array, cache: Cache, r_cache: RCache) -> Array:
    order, s, P = cache
    Rs, RP = r_cache
    dy, Rdy = _in_order(da, order), _in_order(Rda, order)
    dP = _from_after(dy, s)
    RdP = np.zeros_like(s)
    for j in reversed(range(1, s.shape[1])):
        RdP[:, j - 1] = ((1 - s[:, j]) * Rdy[:, j] - Rs[:, j] * dy[:, j]
                         + s[:, j] * RdP[:, j] + Rs[:, j] * dP[:, j])
    Rds = RP * (dP - dy) + P * (RdP - Rdy)
    return (1 - EPSILON) * _back_in_place(Rds, order)


def _from_after(dy: Array, s: Array) -> Array:
    """dP_{j+1} at each j: what all that come after j say of the product up to j."""
    dP = np.zeros_like(s)
    for j in reversed(range(1, s.shape[1])):
        dP[:, j - 1] = (1 - s[:, j]) * dy[:, j] + s[:, j] * dP[:, j]
    return dP


def _in_order(v: Array, order: Array) -> Array:
    return np.take_along_axis(v, order, axis=1)


def _back_in_place(y: Array, order: Array) -> Array:
    """The inverse of _in_order."""
    v = np.empty_like(y)
    np.put_along_axis(v, order, y, axis=1)
    return v
