"""Orthogonal permutation linear units: two by two, the larger of a pair first and the smaller second.

    forward      y_{2k} = max(x_{2k}, x_{2k+1})         y_{2k+1} = min(x_{2k}, x_{2k+1})          k = 0, 1, ...
    backward     dx  = dy with the two of a pair exchanged where x_{2k} < x_{2k+1}
    R-forward    Ry  = Rx, exchanged likewise
    R-backward   Rdx = Rdy, exchanged likewise

Each case's Jacobian is a permutation, so that no norm changes, forward or backward.  It is not diagonal, which is why
OPLU is none of ref.layers.ACTIVATIONS: structural damping, KFRA and the kernels take those to have one slope for each
element.  Where a pair is equal there is no derivative; nothing is exchanged there.

Shapes: all arrays (..., H), H even.  Chernodub & Nowicki 2016.
"""

import numpy as np

Array = np.ndarray


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache: x.  Raises ValueError for an odd number of units."""
    if x.shape[-1] % 2:
        raise ValueError(f"x has {x.shape[-1]} columns but OPLU needs an even number: its units come in pairs")
    return _exchanged(x, x), x


def backward(dy: Array, cache: Array) -> Array:
    return _exchanged(dy, cache)


def r_forward(Rx: Array, cache: Array) -> tuple[Array, None]:
    return _exchanged(Rx, cache), None


def r_backward(Rdy: Array, dy: Array, cache: Array, r_cache: None) -> Array:
    return _exchanged(Rdy, cache)


def _exchanged(v: Array, x: Array) -> Array:
    """v with the two entries of a pair exchanged where x has the smaller one first."""
    v = v.reshape(*v.shape[:-1], -1, 2)
    x = x.reshape(v.shape)
    return np.where(x[..., :1] < x[..., 1:], v[..., ::-1], v).reshape(*v.shape[:-2], -1)
