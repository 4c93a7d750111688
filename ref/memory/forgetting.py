"""Forgetting: rows of the memory are set to zero before they are written to.

    forward      M'   = keep M                   keep_i = 0 for the rows i that are forgotten, 1 for the others
    backward     dM   = keep dM'
    R-forward    RM'  = keep RM
    R-backward   RdM  = keep RdM'

keep is a constant: which rows are forgotten is counted, not learnt (ref.memory.least_used).  What a forgotten row held
has no gradient.

Shapes: M (N, L, W), keep (N, L).  N cases, L locations, W their width.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    keep: Array  # (N, L, 1)


def forward(M: Array, keep: Array) -> tuple[Array, Cache]:
    keep = keep[..., None]
    return keep * M, Cache(keep)


def backward(dM: Array, cache: Cache) -> Array:
    return cache.keep * dM


def r_forward(RM: Array, cache: Cache) -> tuple[Array, None]:
    """There is nothing that R-backward needs."""
    return cache.keep * RM, None


def r_backward(RdM: Array, dM: Array, cache: Cache, r_cache: None) -> Array:
    return cache.keep * RdM
