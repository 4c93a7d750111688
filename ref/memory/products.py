"""Products over heads in which one head is left out, without a division: what a product's derivatives are made of.

    p_h   = ∏_{o≠h} x_o              Rp_h  = Σ_{m≠h} Rx_m ∏_{o≠h,m} x_o

Shapes: x, p (N, K, ...); heads h are on the second axis.
"""

import numpy as np

Array = np.ndarray


def without_one(x: Array) -> Array:
    """p_h for each head: what comes before it times what comes after."""
    before, after = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:, :-1], axis=1, out=before[:, 1:])
    np.cumprod(x[:, :0:-1], axis=1, out=after[:, -2::-1])
    return before * after


def r_without_one(x: Array, Rx: Array) -> Array:
    """Rp_h for each head: each other factor in turn gives way to its derivative."""
    K = x.shape[1]
    Rp = np.zeros_like(x)
    for m in range(K):
        moved = np.concatenate([x[:, :m], Rx[:, m : m + 1], x[:, m + 1 :]], axis=1)
        Rp += without_one(moved) * (np.arange(K) != m).reshape(1, K, *[1] * (x.ndim - 2)).astype(x.dtype)
    return Rp
