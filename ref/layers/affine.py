"""Affine layer: every unit sees every input.

    forward      y  = x W + b
    backward     dx = dy Wᵀ              dW  = xᵀ dy              db  = Σₙ dy
    R-forward    Ry = Rx W + x RW + Rb
    R-backward   Rdx = Rdy Wᵀ + dy RWᵀ   RdW = Rxᵀ dy + xᵀ Rdy    Rdb = Σₙ Rdy

Shapes: x (N, D), W (D, H), b (H,), y (N, H).  N cases, D inputs, H outputs.

Where x is data, nobody asks for dx: to_input=False leaves it out, None in its place.  And x has no direction: Rx=None.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    """What backward needs of the forward pass."""

    x: Array  # (N, D)
    W: Array  # (D, H)


class RCache(NamedTuple):
    """What R-backward needs of the R-forward pass."""

    Rx: Array | None  # (N, D), None where x is data
    RW: Array  # (D, H)


def forward(x: Array, W: Array, b: Array) -> tuple[Array, Cache]:
    y = x @ W
    y += b
    return y, Cache(x, W)


def backward(dy: Array, cache: Cache, to_input: bool = True, out: tuple = (None, None)
             ) -> tuple[Array | None, Array, Array]:
    """Return dx, dW, db.  out: arrays that dW and db are written to, or None for new ones."""
    x, W = cache
    dW, db = out
    return dy @ W.T if to_input else None, np.matmul(x.T, dy, out=dW), np.sum(dy, axis=0, out=db)


def r_forward(Rx: Array | None, RW: Array, Rb: Array, cache: Cache) -> tuple[Array, RCache]:
    x, W = cache
    Ry = x @ RW
    if Rx is not None:
        Ry += Rx @ W
    Ry += Rb
    return Ry, RCache(Rx, RW)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, Array, Array]:
    """Return Rdx, RdW, Rdb: backward, differentiated along (Rx, RW, Rb, Rdy)."""
    x, W = cache
    Rx, RW = r_cache
    RdW = x.T @ Rdy
    if Rx is not None:
        RdW += Rx.T @ dy
    return Rdy @ W.T + dy @ RW.T if to_input else None, RdW, Rdy.sum(axis=0)
