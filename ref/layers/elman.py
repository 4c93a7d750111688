"""Elman recurrence: a layer of units that see the input and their own last values, over a whole sequence.

    forward      s_t  = x_t U + h_{t-1} W + b                            h_t   = phi(s_t)            t = 1, ..., T
    backward     ds_t = phi'(s_t) (dh_t + ds_{t+1} Wᵀ) [+ damped_t]      dx_t  = ds_t Uᵀ             t = T, ..., 1
                 dU   = Σ_t x_tᵀ ds_t       dW = Σ_t h_{t-1}ᵀ ds_t       db    = Σ_tn ds_t           dh_0 = Σₙ ds_1 Wᵀ
    R-forward    Rs_t = Rx_t U + x_t RU + Rh_{t-1} W + h_{t-1} RW + Rb   Rh_t  = phi'(s_t) Rs_t
    R-backward   R{.} of each line of backward, with R{ds_t} = R{phi'(s_t)} (dh_t + ds_{t+1} Wᵀ)
                                                             + phi'(s_t) (Rdh_t + Rds_{t+1} Wᵀ + ds_{t+1} RWᵀ)

dh_t is the gradient with respect to h_t as an output; what comes back through time, ds_{t+1} Wᵀ, is added to it here.

The initial state h_0 is one for all cases, h0 (H,), or each case's own, h0 (N, H), and then dh_0 is not summed over
cases. The last state is h_T, the last output; dh_T is the gradient of what goes on from there, and stands for the
missing ds_{T+1} Wᵀ.  So a sequence can be cut in two: the second part's dh_0 is the first part's dh_T.

phi is one of PHIS: those of ref.layers.ACTIVATIONS, which have one slope phi' for each element; "oplu", whose units
come in pairs; and "leaky_relu", which has parameters of its own, the slopes a below zero:

    backward     da   = Σ_tn min(s_t, 0) (dh_t + ds_{t+1} Wᵀ)            its R-passes: ref.layers.leaky_relu

Structural damping enters the backward pass of a Gauss-Newton product in one place, the term damped_t: its own
Gauss-Newton part at the pre-activation s_t (Martens & Sutskever 2011; ref.hessian_free.structural_damping).

Clipping keeps every entry of ds_t between -clip and clip before it goes on, to the parameters and back through time, as
the code released with Vorontsov, Trabelsi, Kadoury & Pal 2017 does.  What comes out is then no gradient.

Shapes: x (T, N, D), h and dh (T, N, H), dh_T (N, H), U (D, H), W (H, H), b and a (H,), h0 (H,) or (N, H).  T steps, N
cases, D inputs, H units; time comes first.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import ACTIVATIONS, leaky_relu, oplu

Array = np.ndarray
PHIS = {**ACTIVATIONS, "oplu": oplu, "leaky_relu": leaky_relu}


class Cache(NamedTuple):
    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), h[0] the initial state, h[T] the last
    U: Array
    W: Array
    h0: Array  # (H,) or (N, H), as it came
    phi: str
    phis: list  # phi's cache of each step


class RCache(NamedTuple):
    Rx: Array | None  # (T, N, D)
    Rh: Array  # (T + 1, N, H)
    RU: Array
    RW: Array
    phis: list  # phi's R-cache of each step


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, a: Array | None = None, phi: str = "tanh"
            ) -> tuple[Array, Cache]:
    """a (H,): the slopes of leaky_relu; None for every other phi."""
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
    return h[1:], Cache(x, h, U, W, h0, phi, phis)


def backward(dh: Array, cache: Cache, damped: Array | None = None, to_input: bool = True, clip: float | None = None,
             dh_T: Array | None = None) -> tuple[Array | None, ...]:
    """Return dx, dU, dW, db, dh0, da; da is None for a phi without slopes of its own.

    damped     (T, N, H), added to every ds_t: structural damping
    to_input   False where nobody asks for dx, which is then None
    clip       the largest entry of every ds_t
    dh_T       (N, H), the gradient at the last state of what comes after the sequence
    """
    x, h, U, W, h0, phi, phis = cache
    if damped is not None and phi not in ACTIVATIONS:
        raise ValueError(f"damped must be None for phi={phi!r}: structural damping needs one slope for each element")
    ds, da = np.empty(dh.shape, dh.dtype), 0
    back = 0 if dh_T is None else dh_T  # ds_{t+1} Wᵀ
    for t in reversed(range(len(dh))):
        ds[t], da_t = through_phi(phi, dh[t] + back, phis[t])
        da += da_t
        if damped is not None:
            ds[t] += damped[t]
        if clip is not None:
            np.clip(ds[t], -clip, clip, out=ds[t])
        back = ds[t] @ W.T
    dx = ds @ U.T if to_input else None
    return (dx, _over_time(x, ds), _over_time(h[:-1], ds), ds.sum(axis=(0, 1)), _of_start(back, h0),
            da if np.ndim(da) else None)


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, Ra: Array | None, cache: Cache
              ) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves; Ra where phi has no slopes of its own."""
    Rown = () if Ra is None else (Ra,)
    x, h, U, W, _, phi, phis = cache
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


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dh_T: Array | None = None,
               Rdh_T: Array | None = None) -> tuple[Array | None, ...]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0, Rda: backward, differentiated along all directions, Rdh and Rdh_T."""
    x, h, U, W, h0, phi, phis = cache
    Rx, Rh, RU, RW, r_phis = r_cache
    ds, Rds, Rda = np.empty(dh.shape, dh.dtype), np.empty(dh.shape, dh.dtype), 0
    back, Rback = 0 if dh_T is None else dh_T, 0 if Rdh_T is None else Rdh_T
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
    return Rdx, RdU, RdW, Rds.sum(axis=(0, 1)), _of_start(Rback, h0), Rda if np.ndim(Rda) else None


def through_phi(phi: str, dh: Array, cache) -> tuple[Array, Array | int]:
    """phi's backward: ds, and the gradient of its own slopes, 0 where it has none."""
    gradients = PHIS[phi].backward(dh, cache)
    return gradients if isinstance(gradients, tuple) else (gradients, 0)


def r_through_phi(phi: str, Rdh: Array, dh: Array, cache, r_cache) -> tuple[Array, Array | int]:
    """phi's r_backward: Rds, and that of its own slopes, 0 where it has none."""
    Rgradients = PHIS[phi].r_backward(Rdh, dh, cache, r_cache)
    return Rgradients if isinstance(Rgradients, tuple) else (Rgradients, 0)


def _of_start(back: Array, h0: Array) -> Array:
    """The gradient of the initial state: of one for all cases, the sum over them."""
    return back if h0.ndim == 2 else back.sum(axis=0)


def _over_time(a: Array, ds: Array) -> Array:
    """Σ_t a_tᵀ ds_t as one product: (T, N, D), (T, N, H) -> (D, H)."""
    return a.reshape(-1, a.shape[-1]).T @ ds.reshape(-1, ds.shape[-1])
