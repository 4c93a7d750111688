"""The NTM's addressing: where a head looks, from what it looks for and from where it has looked before.

    forward      s_k = cosine(M, k)          which rows are like the key
                 w_c = content(s_k, beta)    how much so
                 w_g = gate(w_c, w', g)      or where the head was: w', its last weights
                 w_s = shift(w_g, s)         a step aside
                 w   = sharpening(w_s, gamma)
    backward, R-forward and R-backward go through the five in turn.

Shapes: M (N, L, W), w' and w (N, K, L), k (N, K, W), beta, g, gamma (N, K), s (N, K, 2S + 1).  N cases, K heads,
L locations, W their width, S the widest shift.

Graves, Wayne & Danihelka 2014, equations 5 to 9.
"""

from typing import NamedTuple

import numpy as np

from ref.memory import content, cosine, gate, sharpening, shift

Array = np.ndarray


class Cache(NamedTuple):
    """The five ops' caches; or their R-caches."""

    cosine: tuple
    content: tuple
    gate: tuple
    shift: tuple
    sharpening: tuple


class Gradients(NamedTuple):
    dM: Array
    dw: Array  # at the last weights
    dk: Array
    dbeta: Array
    dg: Array
    ds: Array
    dgamma: Array


def forward(M: Array, w: Array, k: Array, beta: Array, g: Array, s: Array, gamma: Array) -> tuple[Array, Cache]:
    similarity, of_cosine = cosine.forward(M, k)
    by_content, of_content = content.forward(similarity, beta)
    gated, of_gate = gate.forward(by_content, w, g)
    shifted, of_shift = shift.forward(gated, s)
    w, of_sharpening = sharpening.forward(shifted, gamma)
    return w, Cache(of_cosine, of_content, of_gate, of_shift, of_sharpening)


def backward(dw: Array, cache: Cache) -> Gradients:
    dshifted, dgamma = sharpening.backward(dw, cache.sharpening)
    dgated, ds = shift.backward(dshifted, cache.shift)
    dby_content, dw, dg = gate.backward(dgated, cache.gate)
    dsimilarity, dbeta = content.backward(dby_content, cache.content)
    dM, dk = cosine.backward(dsimilarity, cache.cosine)
    return Gradients(dM, dw, dk, dbeta, dg, ds, dgamma)


def r_forward(RM: Array, Rw: Array, Rk: Array, Rbeta: Array, Rg: Array, Rs: Array, Rgamma: Array, cache: Cache
              ) -> tuple[Array, Cache]:
    Rsimilarity, of_cosine = cosine.r_forward(RM, Rk, cache.cosine)
    Rby_content, of_content = content.r_forward(Rsimilarity, Rbeta, cache.content)
    Rgated, of_gate = gate.r_forward(Rby_content, Rw, Rg, cache.gate)
    Rshifted, of_shift = shift.r_forward(Rgated, Rs, cache.shift)
    Rw, of_sharpening = sharpening.r_forward(Rshifted, Rgamma, cache.sharpening)
    return Rw, Cache(of_cosine, of_content, of_gate, of_shift, of_sharpening)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: Cache) -> Gradients:
    dshifted, _ = sharpening.backward(dw, cache.sharpening)
    Rdshifted, Rdgamma = sharpening.r_backward(Rdw, dw, cache.sharpening, r_cache.sharpening)
    dgated, _ = shift.backward(dshifted, cache.shift)
    Rdgated, Rds = shift.r_backward(Rdshifted, dshifted, cache.shift, r_cache.shift)
    dby_content, _, _ = gate.backward(dgated, cache.gate)
    Rdby_content, Rdw, Rdg = gate.r_backward(Rdgated, dgated, cache.gate, r_cache.gate)
    dsimilarity, _ = content.backward(dby_content, cache.content)
    Rdsimilarity, Rdbeta = content.r_backward(Rdby_content, dby_content, cache.content, r_cache.content)
    RdM, Rdk = cosine.r_backward(Rdsimilarity, dsimilarity, cache.cosine, r_cache.cosine)
    return Gradients(RdM, Rdw, Rdk, Rdbeta, Rdg, Rds, Rdgamma)
