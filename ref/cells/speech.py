"""The first half of every step with a memory: what the controller makes of its input, and what it says to its heads.

    forward      h, c = controller((x, r'), h', c')             v  = interface(h P + q)
    backward     dh  += dstate_h + (interface's do) Pᵀ          dP, dq: affine's          then the controller's
    R-forward, R-backward      each line's own

r' is what was read at the last step, h' and c' the controller's last state, None of a feed-forward one.  dh is the
gradient at h as an output, dstate_h that of step t + 1.

Shapes: x (N, D), r (N, R, W), h and c (N, H); U (D + R W, 4H), W (H, 4H), b (4H,), P (H, I), q (I,); a feed-forward
controller has U (D + R W, H), b (H,), and no W.  N cases, R read heads, I numbers for all heads: ref.cells.interface.
"""

from typing import NamedTuple

import numpy as np

from ref.cells import controller, interface
from ref.layers import affine

Array = np.ndarray


class Weights(NamedTuple):
    U: Array
    W: Array | None
    b: Array
    P: Array
    q: Array


class Cache(NamedTuple):
    controller: tuple
    affine: affine.Cache
    interface: interface.Cache
    read: tuple[int, int]  # R, W


class RCache(NamedTuple):
    controller: tuple
    affine: affine.RCache
    interface: list


class Last(NamedTuple):
    """The gradients at what comes from the step before: x and r', h', c'."""

    dx: Array
    dr: Array
    dh: Array | None
    dc: Array | None


def forward(x: Array, r: Array, h: Array | None, c: Array | None, weights: Weights, pieces: interface.Pieces
            ) -> tuple[Array, Array | None, list[Array], Cache]:
    """Return h, c, the pieces and the cache."""
    U, W, b, P, q = weights
    h, c, of_controller = controller.forward(beside(x, r), h, c, U, W, b)
    o, of_affine = affine.forward(h, P, q)
    v, of_interface = interface.forward(o, pieces)
    return h, c, v, Cache(of_controller, of_affine, of_interface, r.shape[1:])


def backward(dh: Array, dstate_h: Array | None, dc: Array | None, dv: list[Array], cache: Cache
             ) -> tuple[Last, Weights]:
    do = interface.backward(dv, cache.interface)
    dh_too, dP, dq = affine.backward(do, cache.affine)
    d = controller.backward(_with(dh + dh_too, dstate_h), dc, cache.controller)
    return Last(*apart(d.dx, cache.read), d.dh, d.dc), Weights(d.dU, d.dW, d.db, dP, dq)


def r_forward(Rx: Array | None, Rr: Array, Rh: Array | None, Rc: Array | None, Rweights: Weights, cache: Cache
              ) -> tuple[Array, Array | None, list[Array], RCache]:
    """Rx is None where x is data."""
    RU, RW, Rb, RP, Rq = Rweights
    if Rx is None:
        Rx = np.zeros((len(Rr), len(RU) - Rr[0].size), RU.dtype)
    Rh, Rc, of_controller = controller.r_forward(beside(Rx, Rr), Rh, Rc, RU, RW, Rb, cache.controller)
    Ro, of_affine = affine.r_forward(Rh, RP, Rq, cache.affine)
    Rv, of_interface = interface.r_forward(Ro, cache.interface)
    return Rh, Rc, Rv, RCache(of_controller, of_affine, of_interface)


def r_backward(R: tuple, d: tuple, cache: Cache, r_cache: RCache) -> tuple[Last, Weights, Last]:
    """R and d: backward's dh, dstate_h, dc and dv, differentiated, and as they are.  Return what backward returns,
    differentiated, and backward's own gradients at the last step's.
    """
    (Rdh, Rdstate_h, Rdc, Rdv), (dh, dstate_h, dc, dv) = R, d
    do = interface.backward(dv, cache.interface)
    Rdo = interface.r_backward(Rdv, dv, cache.interface, r_cache.interface)
    dh_too, _, _ = affine.backward(do, cache.affine)
    Rdh_too, RdP, Rdq = affine.r_backward(Rdo, do, cache.affine, r_cache.affine)
    dh, Rdh = _with(dh + dh_too, dstate_h), _with(Rdh + Rdh_too, Rdstate_h)
    d = controller.backward(dh, dc, cache.controller)
    R = controller.r_backward(Rdh, Rdc, dh, dc, cache.controller, r_cache.controller)
    return (Last(*apart(R.dx, cache.read), R.dh, R.dc), Weights(R.dU, R.dW, R.db, RdP, Rdq),
            Last(*apart(d.dx, cache.read), d.dh, d.dc))


def beside(x: Array, r: Array) -> Array:
    """(x, r): (N, D) and (N, R, W) -> (N, D + R W)."""
    return np.concatenate([x, r.reshape(len(x), -1)], axis=1)


def apart(d: Array, read: tuple[int, int]) -> tuple[Array, Array]:
    """The inverse of beside; read: (R, W)."""
    width = read[0] * read[1]
    return d[:, :-width], d[:, -width:].reshape(len(d), *read)


def _with(dh: Array, dstate_h: Array | None) -> Array:
    return dh if dstate_h is None else dh + dstate_h
