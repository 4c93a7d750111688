"""The controller of a memory, one step: an LSTM, or a layer of tanh units without a state of its own.

    lstm             (h, c) = one step of ref.layers.lstm, without peepholes
    feedforward      h      = tanh(x U + b)

All four passes are those of the layers.  The feed-forward controller has no W, and no last h and c: all three are None,
and so are their gradients.

Shapes: x (N, D'), h and c (N, H); U (D', 4H), W (H, 4H), b (4H,), or U (D', H) and b (H,) feed-forward.  N cases, D'
the inputs and what was read last, H units.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import affine, lstm, tanh

Array = np.ndarray
CONTROLLERS = ("lstm", "feedforward")


class Gradients(NamedTuple):
    dx: Array
    dh: Array | None  # at the last h
    dc: Array | None
    dU: Array
    dW: Array | None
    db: Array


class FeedForward(NamedTuple):
    """The layers' caches; or their R-caches."""

    affine: tuple
    tanh: tuple


def forward(x: Array, h: Array | None, c: Array | None, U: Array, W: Array | None, b: Array):
    """Return h, c and the cache: lstm's, or the two layers'."""
    if W is None:
        s, of_affine = affine.forward(x, U, b)
        h, of_tanh = tanh.forward(s)
        return h, None, FeedForward(of_affine, of_tanh)
    h, cache = lstm.forward(x[None], U, W, b, h, c)
    return h[0], cache.c[1], cache


def backward(dh: Array, dc: Array | None, cache) -> Gradients:
    if isinstance(cache, FeedForward):
        dx, dU, db = affine.backward(tanh.backward(dh, cache.tanh), cache.affine)
        return Gradients(dx, None, None, dU, None, db)
    return _gradients(lstm.backward(dh[None], cache, dc_T=dc))


def r_forward(Rx: Array, Rh: Array | None, Rc: Array | None, RU: Array, RW: Array | None, Rb: Array, cache):
    """Return Rh, Rc and the R-cache."""
    if isinstance(cache, FeedForward):
        Rs, of_affine = affine.r_forward(Rx, RU, Rb, cache.affine)
        Rh, of_tanh = tanh.r_forward(Rs, cache.tanh)
        return Rh, None, FeedForward(of_affine, of_tanh)
    Rh, r_cache = lstm.r_forward(Rx[None], RU, RW, Rb, Rh, Rc, None, cache)
    return Rh[0], r_cache.Rc[1], r_cache


def r_backward(Rdh: Array, Rdc: Array | None, dh: Array, dc: Array | None, cache, r_cache) -> Gradients:
    if isinstance(cache, FeedForward):
        ds = tanh.backward(dh, cache.tanh)
        Rds = tanh.r_backward(Rdh, dh, cache.tanh, r_cache.tanh)
        Rdx, RdU, Rdb = affine.r_backward(Rds, ds, cache.affine, r_cache.affine)
        return Gradients(Rdx, None, None, RdU, None, Rdb)
    return _gradients(lstm.r_backward(Rdh[None], dh[None], cache, r_cache, dc_T=dc, Rdc_T=Rdc))


def _gradients(of_lstm: lstm.Gradients) -> Gradients:
    return Gradients(of_lstm.dx[0], of_lstm.dh0, of_lstm.dc0, of_lstm.dU, of_lstm.dW, of_lstm.db)
