"""Forgetting: rows of the memory are set to zero before they are written to.

    forward      M'   = keep M                   keep_i = 0 for the rows i that are forgotten, 1 for the others
    backward     dM   = keep dM'
    R-forward    RM'  = keep RM
    R-backward   RdM  = keep RdM'

keep is a constant: which rows are forgotten is counted, not learnt (ref.memory.least_used).  What a forgotten row held
has no gradient.

Shapes: M (N, L, W), keep (N, L).  N cases, L locations, W their width.
"""

import numpy as np

Array = np.ndarray


def forward(M: Array, keep: Array) -> tuple[Array, Array]:
    """Return M' and the cache: keep (N, L, 1)."""
    keep = keep[..., None]
    return keep * M, keep


def backward(dM: Array, cache: Array) -> Array:
    keep = cache
    return keep * dM


def r_forward(RM: Array, cache: Array) -> tuple[Array, None]:
    keep = cache
    return keep * RM, None


def r_backward(RdM: Array, dM: Array, cache: Array, r_cache: None) -> Array:
    keep = cache
    return keep * RdM
