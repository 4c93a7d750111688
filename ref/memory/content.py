"""Content weighting: more weight on the locations that are similar to the key, the more so the greater its strength.

    forward      w     = softmax(beta s)
    backward     da    = w (dw - Σ w dw)                        ds    = beta da              dbeta  = Σ s da
    R-forward    Ra    = beta Rs + Rbeta s                      Rw    = w (Ra - Σ w Ra)
    R-backward   Rda   = softmax's                              Rds   = beta Rda + Rbeta da  Rdbeta = Σ (s Rda + Rs da)

beta may be None, for a strength of 1 that does not move: then w = softmax(s), and there is no dbeta.  s between -1 and
1 leaves such weights within a factor of e² of each other.

The largest beta s is subtracted before the exponential is taken, so that no strength overflows.

Shapes: s and w (N, K, L), beta (N, K); every Σ is over the locations L.  N cases, K heads.

Graves, Wayne & Danihelka 2014, equation 5.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import softmax

Array = np.ndarray


class Cache(NamedTuple):
    s: Array  # (N, K, L)
    beta: Array | None  # (N, K, 1)
    w: Array  # (N, K, L), softmax's cache


class RCache(NamedTuple):
    Rs: Array | None
    Rbeta: Array | None
    Rw: Array


def forward(s: Array, beta: Array | None) -> tuple[Array, Cache]:
    if beta is None:
        w, _ = softmax.forward(s)
        return w, Cache(s, None, w)
    beta = beta[..., None]
    w, _ = softmax.forward(beta * s)
    return w, Cache(s, beta, w)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array | None]:
    """Return ds, dbeta."""
    s, beta, w = cache
    da = softmax.backward(dw, w)
    return (da, None) if beta is None else (beta * da, (s * da).sum(axis=-1))


def r_forward(Rs: Array, Rbeta: Array | None, cache: Cache) -> tuple[Array, RCache]:
    s, beta, w = cache
    if beta is None:
        Rw, _ = softmax.r_forward(Rs, w)
        return Rw, RCache(None, None, Rw)
    Rbeta = Rbeta[..., None]
    Rw, _ = softmax.r_forward(beta * Rs + Rbeta * s, w)
    return Rw, RCache(Rs, Rbeta, Rw)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array | None]:
    s, beta, w = cache
    Rs, Rbeta, Rw = r_cache
    da = softmax.backward(dw, w)
    Rda = softmax.r_backward(Rdw, dw, w, Rw)
    if beta is None:
        return Rda, None
    return beta * Rda + Rbeta * da, (s * Rda + Rs * da).sum(axis=-1)
