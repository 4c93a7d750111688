"""Sharpening: weights to the power gamma >= 1, over their sum.  A shift in shares blurs them; this undoes it.

    forward      l = ln(a + tiny)                w = softmax(gamma l)           = a^gamma / Σ a^gamma  for tiny = 0
    backward     dq = w (dw - Σ w dw)            da = gamma dq / (a + tiny)     dgamma = Σ l dq
    R-forward    Rl = Ra / (a + tiny)            Rq = gamma Rl + Rgamma l       Rw = w (Rq - Σ w Rq)
    R-backward   Rdq = softmax's                 Rdgamma = Σ (l Rdq + Rl dq)
                 Rda = (gamma (Rdq - dq Rl) + Rgamma dq) / (a + tiny)

The power itself underflows: (1/128)^22 is zero in float32, and 0/0 follows.  Its logarithm does not, and softmax takes
the largest out before the exponential.  tiny = 1e-30 stands for a weight of zero, so that its logarithm is finite.

Shapes: a and w (N, K, L), gamma (N, K); every Σ is over the locations L.  N cases, K heads.

Graves, Wayne & Danihelka 2014, equation 9.
"""

from typing import NamedTuple

import numpy as np

from ref.layers import softmax

Array = np.ndarray
TINY = 1e-30


class Cache(NamedTuple):
    a: Array  # a + tiny (N, K, L)
    l: Array
    gamma: Array  # (N, K, 1)
    w: Array  # (N, K, L), softmax's cache


class RCache(NamedTuple):
    Rl: Array
    Rgamma: Array
    Rw: Array


def forward(a: Array, gamma: Array) -> tuple[Array, Cache]:
    a, gamma = a + TINY, gamma[..., None]
    l = np.log(a)
    w, _ = softmax.forward(gamma * l)
    return w, Cache(a, l, gamma, w)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array]:
    """Return da, dgamma."""
    a, l, gamma, w = cache
    dq = softmax.backward(dw, w)
    return gamma * dq / a, (l * dq).sum(axis=-1)


def r_forward(Ra: Array, Rgamma: Array, cache: Cache) -> tuple[Array, RCache]:
    a, l, gamma, w = cache
    Rl, Rgamma = Ra / a, Rgamma[..., None]
    Rw, _ = softmax.r_forward(gamma * Rl + Rgamma * l, w)
    return Rw, RCache(Rl, Rgamma, Rw)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    a, l, gamma, w = cache
    Rl, Rgamma, Rw = r_cache
    dq = softmax.backward(dw, w)
    Rdq = softmax.r_backward(Rdw, dw, w, Rw)
    Rda = (gamma * (Rdq - dq * Rl) + Rgamma * dq) / a
    return Rda, (l * Rdq + Rl * dq).sum(axis=-1)
