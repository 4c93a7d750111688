"""The NTM's addressing: where a head looks, from what it looks for and from where it has looked before.

    forward      w_c = lookup(M, k, beta)    which rows are like the key
                 w_g = gate(w_c, w', g)      or where the head was: w', its last weights
                 w_s = shift(w_g, s)         a step aside
                 w   = sharpening(w_s, gamma)
    backward, R-forward and R-backward go through the four in turn.

Shapes: M (N, L, W), w' and w (N, K, L), k (N, K, W), beta, g, gamma (N, K), s (N, K, 2S + 1).  N cases, K heads,
L locations, W their width, S the widest shift.

Graves, Wayne & Danihelka 2014, equations 5 to 9.
"""

from typing import NamedTuple

import numpy as np

from ref.memory import gate, lookup, sharpening, shift

Array = np.ndarray


class Cache(NamedTuple):
    """The four ops' caches; or their R-caches."""

    lookup: lookup.Cache
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
    by_content, of_lookup = lookup.forward(M, k, beta)
    gated, of_gate = gate.forward(by_content, w, g)
    shifted, of_shift = shift.forward(gated, s)
    w, of_sharpening = sharpening.forward(shifted, gamma)
    return w, Cache(of_lookup, of_gate, of_shift, of_sharpening)


def backward(dw: Array, cache: Cache) -> Gradients:
    dshifted, dgamma = sharpening.backward(dw, cache.sharpening)
    dgated, ds = shift.backward(dshifted, cache.shift)
    dby_content, dw, dg = gate.backward(dgated, cache.gate)
    dM, dk, dbeta = lookup.backward(dby_content, cache.lookup)
    return Gradients(dM, dw, dk, dbeta, dg, ds, dgamma)


def r_forward(RM: Array, Rw: Array, Rk: Array, Rbeta: Array, Rg: Array, Rs: Array, Rgamma: Array, cache: Cache
              ) -> tuple[Array, Cache]:
    Rby_content, of_lookup = lookup.r_forward(RM, Rk, Rbeta, cache.lookup)
    Rgated, of_gate = gate.r_forward(Rby_content, Rw, Rg, cache.gate)
    Rshifted, of_shift = shift.r_forward(Rgated, Rs, cache.shift)
    Rw, of_sharpening = sharpening.r_forward(Rshifted, Rgamma, cache.sharpening)
    return Rw, Cache(of_lookup, of_gate, of_shift, of_sharpening)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: Cache) -> Gradients:
    dshifted, _ = sharpening.backward(dw, cache.sharpening)
    Rdshifted, Rdgamma = sharpening.r_backward(Rdw, dw, cache.sharpening, r_cache.sharpening)
    dgated, _ = shift.backward(dshifted, cache.shift)
    Rdgated, Rds = shift.r_backward(Rdshifted, dshifted, cache.shift, r_cache.shift)
    dby_content, _, _ = gate.backward(dgated, cache.gate)
    Rdby_content, Rdw, Rdg = gate.r_backward(Rdgated, dgated, cache.gate, r_cache.gate)
    RdM, Rdk, Rdbeta = lookup.r_backward(Rdby_content, dby_content, cache.lookup, r_cache.lookup)
    return Gradients(RdM, Rdw, Rdk, Rdbeta, Rdg, Rds, Rdgamma)
