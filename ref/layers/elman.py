"""Elman recurrence: a layer of units that see the input and their own last values, over a whole sequence.

    forward      s_t  = x_t U + h_{t-1} W + b                            h_t   = phi(s_t)            t = 1, ..., T
    backward     ds_t = phi'(s_t) (dh_t + ds_{t+1} Wᵀ) [+ damped_t]      dx_t  = ds_t Uᵀ             t = T, ..., 1
                 dU   = Σ_t x_tᵀ ds_t       dW = Σ_t h_{t-1}ᵀ ds_t       db    = Σ_tn ds_t           dh_0 = Σₙ ds_1 Wᵀ
    R-forward    Rs_t = Rx_t U + x_t RU + Rh_{t-1} W + h_{t-1} RW + Rb   Rh_t  = phi'(s_t) Rs_t
    R-backward   R{.} of each line of backward, with R{ds_t} = R{phi'(s_t)} (dh_t + ds_{t+1} Wᵀ)
                                                             + phi'(s_t) (Rdh_t + Rds_{t+1} Wᵀ + ds_{t+1} RWᵀ)

The initial state h_0 is a parameter, the same for every case.  dh_t is the gradient with respect to h_t as an output;
what comes back through time, ds_{t+1} Wᵀ, is added to it here.

phi is one of PHIS: those of ref.layers.ACTIVATIONS, which have one slope phi' for each element; "oplu", whose units
come in pairs; and "leaky_relu", which has parameters of its own, the slopes a below zero:

    backward     da   = Σ_tn min(s_t, 0) (dh_t + ds_{t+1} Wᵀ)            its R-passes: ref.layers.leaky_relu

Structural damping enters the backward pass of a Gauss-Newton product in one place, the term damped_t: its own
Gauss-Newton part at the pre-activation s_t (Martens & Sutskever 2011; ref.hessian_free.structural_damping).

Clipping keeps every entry of ds_t between -clip and clip before it goes on, to the parameters and back through time, as
the code released with Vorontsov, Trabelsi, Kadoury & Pal 2017 does.  What comes out is then no gradient.

Shapes: x (T, N, D), h and dh (T, N, H), U (D, H), W (H, H), b, h0 and a (H,).  T steps, N cases, D inputs, H units;
time comes first.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import ACTIVATIONS, leaky_relu, oplu

Array = np.ndarray
PHIS = {**ACTIVATIONS, "oplu": oplu, "leaky_relu": leaky_relu}


class Cache(NamedTuple):
    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), h[0] the initial state
    U: Array
    W: Array
    phi: str
    phis: list  # phi's cache of each step


class RCache(NamedTuple):
    Rx: Array | None  # (T, N, D)
    Rh: Array  # (T + 1, N, H)
    RU: Array
    RW: Array
    phis: list  # phi's R-cache of each step


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, phi: str = "tanh", a: Array | None = None
            ) -> tuple[Array, Cache]:
    """a (H,): the slopes of leaky_relu, which the others do not have."""
    own = () if a is None else (a,)  # phi's own parameters
    T, N, _ = x.shape
    h, phis = np.empty((T + 1, N, len(W)), x.dtype), []
    h[0] = h0
    for t in range(T):
        s = x[t] @ U
        s += h[t] @ W
        s += b
        h[t + 1], cache = PHIS[phi].forward(s, *own)
        phis.append(cache)
    return h[1:], Cache(x, h, U, W, phi, phis)


def backward(dh: Array, cache: Cache, damped: Array | None = None, to_input: bool = True, clip: float | None = None
             ) -> tuple[Array | None, ...]:
    """Return dx, dU, dW, db, dh0, and of leaky_relu da.

    damped     (T, N, H), added to every ds_t: structural damping
    to_input   False where nobody asks for dx, which is then None
    clip       the largest entry of every ds_t
    """
    x, h, U, W, phi, phis = cache
    if damped is not None and phi not in ACTIVATIONS:
        raise ValueError(f"damped must be None for phi={phi!r}: structural damping needs one slope for each element")
    ds, back, da = np.empty(dh.shape, dh.dtype), 0, 0  # back: ds_{t+1} Wᵀ
    for t in reversed(range(len(dh))):
        ds[t], da_t = through_phi(phi, dh[t] + back, phis[t])
        da += da_t
        if damped is not None:
            ds[t] += damped[t]
        if clip is not None:
            np.clip(ds[t], -clip, clip, out=ds[t])
        back = ds[t] @ W.T
    dx = ds @ U.T if to_input else None
    gradients = dx, _over_time(x, ds), _over_time(h[:-1], ds), ds.sum(axis=(0, 1)), back.sum(axis=0)
    return (*gradients, da) if phi == "leaky_relu" else gradients


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, cache: Cache, Ra: Array | None = None
              ) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves."""
    Rown = () if Ra is None else (Ra,)
    x, h, U, W, phi, phis = cache
    Rh, r_phis = np.empty(h.shape, h.dtype), []
    Rh[0] = Rh0
    for t in range(len(x)):
        Rs = x[t] @ RU
        if Rx is not None:
            Rs += Rx[t] @ U
        Rs += h[t] @ RW
        Rs += Rh[t] @ W
        Rs += Rb
        Rh[t + 1], r_cache = PHIS[phi].r_forward(Rs, *Rown, phis[t])
        r_phis.append(r_cache)
    return Rh[1:], RCache(Rx, Rh, RU, RW, r_phis)


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, ...]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0, and of leaky_relu Rda: backward, differentiated along all directions and Rdh."""
    x, h, U, W, phi, phis = cache
    Rx, Rh, RU, RW, r_phis = r_cache
    ds, Rds = np.empty(dh.shape, dh.dtype), np.empty(dh.shape, dh.dtype)
    back, Rback, Rda = 0, 0, 0
    for t in reversed(range(len(dh))):
        total = dh[t] + back
        ds[t], _ = through_phi(phi, total, phis[t])
        Rds[t], Rda_t = r_through_phi(phi, Rdh[t] + Rback, total, phis[t], r_phis[t])
        Rda += Rda_t
        back = ds[t] @ W.T
        Rback = Rds[t] @ W.T + ds[t] @ RW.T
    RdU = _over_time(x, Rds)
    if Rx is not None:
        RdU += _over_time(Rx, ds)
    RdW = _over_time(h[:-1], Rds) + _over_time(Rh[:-1], ds)
    Rdx = Rds @ U.T + ds @ RU.T if to_input else None
    Rgradients = Rdx, RdU, RdW, Rds.sum(axis=(0, 1)), Rback.sum(axis=0)
    return (*Rgradients, Rda) if phi == "leaky_relu" else Rgradients


def through_phi(phi: str, dh: Array, cache) -> tuple[Array, Array | int]:
    """phi's backward: ds, and da of leaky_relu, 0 of the others."""
    return leaky_relu.backward(dh, cache) if phi == "leaky_relu" else (PHIS[phi].backward(dh, cache), 0)


def r_through_phi(phi: str, Rdh: Array, dh: Array, cache, r_cache) -> tuple[Array, Array | int]:
    """phi's r_backward: Rds, and Rda of leaky_relu, 0 of the others."""
    if phi == "leaky_relu":
        return leaky_relu.r_backward(Rdh, dh, cache, r_cache)
    return PHIS[phi].r_backward(Rdh, dh, cache, r_cache), 0


def _over_time(a: Array, ds: Array) -> Array:
    """Σ_t a_tᵀ ds_t as one product: (T, N, D), (T, N, H) -> (D, H)."""
    return a.reshape(-1, a.shape[-1]).T @ ds.reshape(-1, ds.shape[-1])
