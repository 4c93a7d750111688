"""A matrix by its singular value decomposition, of which every factor is a parameter of its own.

    forward      W   = U S Vᵀ                          S = diag(s),  s = 1 + m tanh(p/2): `spectrum`
    backward     dU  = dW V S                          ds  = Σᵢ Uᵢ (dW V)ᵢ         dV  = dWᵀ U S           dp  = s' ds
    R-forward    RW  = (RU S + U RS) Vᵀ + U S RVᵀ      Rs  = s' Rp                 Rs' = s'' Rp
    R-backward   RdU = (RdW V + dW RV) S + dW V RS     Rds = Σᵢ RUᵢ (dW V)ᵢ + Uᵢ (RdW V + dW RV)ᵢ
                 RdV = (RdWᵀ U + dWᵀ RU) S + dWᵀ U RS  Rdp = s' Rds + Rs' ds

No decomposition is ever differentiated: that fails at repeated singular values, and here all of them start at 1.  The
derivatives are those in all entries of U and V; the Cayley step is what keeps the two orthogonal.  dW is the whole
gradient in W: what penalties on W add to it reaches U, p and V from here.

Shapes: U (n, k), p and s (k,), V (l, k), W (n, l); n = k = l for the transition of a recurrent network.  Σᵢ over rows;
a product with S scales columns.  The paper's equation 8.
"""

from typing import NamedTuple

import numpy as np

from ref.orthogonality.spectrum import singular_values

Array = np.ndarray


class Cache(NamedTuple):
    U: Array  # (n, k)
    V: Array  # (l, k)
    s: Array  # (k,)
    slope: Array  # (k,) s'
    bend: Array  # (k,) s''


class RCache(NamedTuple):
    RU: Array  # (n, k)
    RV: Array  # (l, k)
    Rs: Array  # (k,)
    Rslope: Array  # (k,) Rs'


def forward(U: Array, p: Array, V: Array, margin: float | None = None) -> tuple[Array, Cache]:
    """margin m in [0, 1], or None: s = p.  Raises ValueError for other margins."""
    s, slope, bend = singular_values(p, margin)
    return (U * s) @ V.T, Cache(U, V, s, slope, bend)


def backward(dW: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dU, dp, dV."""
    U, V, s, slope, _ = cache
    dWV = dW @ V
    ds = np.sum(U * dWV, axis=0)
    return dWV * s, slope * ds, dW.T @ U * s


def r_forward(RU: Array, Rp: Array, RV: Array, cache: Cache) -> tuple[Array, RCache]:
    U, V, s, slope, bend = cache
    Rs = slope * Rp
    RW = (RU * s + U * Rs) @ V.T + (U * s) @ RV.T
    return RW, RCache(RU, RV, Rs, bend * Rp)


def r_backward(RdW: Array, dW: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    """Return RdU, Rdp, RdV."""
    U, V, s, slope, _ = cache
    RU, RV, Rs, Rslope = r_cache
    dWV = dW @ V
    RdWV = RdW @ V + dW @ RV
    ds = np.sum(U * dWV, axis=0)
    Rds = np.sum(RU * dWV + U * RdWV, axis=0)
    RdU = RdWV * s + dWV * Rs
    RdV = (RdW.T @ U + dW.T @ RU) * s + dW.T @ U * Rs
    return RdU, slope * Rds + Rslope * ds, RdV
