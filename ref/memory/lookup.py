"""Looking up by content: weights on the rows that are like a key.

    forward      s   = cosine(M, k)                   w   = content(s, beta)
    backward     ds, dbeta = content's of dw          dM, dk = cosine's of ds
    R-forward, R-backward      each line's own

Shapes: M (N, L, W), k (N, K, W), beta (N, K) or None (ref.memory.content), w (N, K, L).  N cases, K heads, L locations,
W their width.

Graves, Wayne & Danihelka 2014, equations 5 and 6.
"""

from typing import NamedTuple

import numpy as np

from ref.memory import content, cosine

Array = np.ndarray


class Cache(NamedTuple):
    """The two ops' caches; or their R-caches."""

    cosine: tuple
    content: tuple


def forward(M: Array, k: Array, beta: Array | None) -> tuple[Array, Cache]:
    s, of_cosine = cosine.forward(M, k)
    w, of_content = content.forward(s, beta)
    return w, Cache(of_cosine, of_content)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array, Array | None]:
    """Return dM, dk, dbeta."""
    ds, dbeta = content.backward(dw, cache.content)
    return *cosine.backward(ds, cache.cosine), dbeta


def r_forward(RM: Array, Rk: Array, Rbeta: Array | None, cache: Cache) -> tuple[Array, Cache]:
    Rs, of_cosine = cosine.r_forward(RM, Rk, cache.cosine)
    Rw, of_content = content.r_forward(Rs, Rbeta, cache.content)
    return Rw, Cache(of_cosine, of_content)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: Cache) -> tuple[Array, Array, Array | None]:
    ds, _ = content.backward(dw, cache.content)
    Rds, Rdbeta = content.r_backward(Rdw, dw, cache.content, r_cache.content)
    return *cosine.r_backward(Rds, ds, cache.cosine, r_cache.cosine), Rdbeta
