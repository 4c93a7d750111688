"""Usage: how far each location is taken, after the last step's write, less what the read heads have set free.

    forward      v     = u + (1 - u) ww                         q_k   = 1 - f_k wr_k
                 psi   = ∏_k q_k                                u'    = v psi
    backward     dpsi  = v du'                                  dq_k  = dpsi ∏_{j≠k} q_j
                 du    = (1 - ww) psi du'                       dww   = (1 - u) psi du'
                 dwr_k = -f_k dq_k                              df_k  = -Σ wr_k dq_k
    R-forward    Rv    = (1 - ww) Ru + (1 - u) Rww              Rq_k  = -(Rf_k wr_k + f_k Rwr_k)
                 Rpsi  = Σ_k Rq_k ∏_{j≠k} q_j                   Ru'   = Rv psi + v Rpsi
    R-backward   Rdpsi = Rv du' + v Rdu'                        Rdq_k = Rdpsi ∏_{j≠k} q_j + dpsi R{∏_{j≠k} q_j}
                 Rdu   = R{(1 - ww) psi du'}                    Rdww  = R{(1 - u) psi du'}
                 Rdwr_k = -(Rf_k dq_k + f_k Rdq_k)              Rdf_k = -Σ (Rwr_k dq_k + wr_k Rdq_k)

ww and wr are the last step's weights, of its one write head and of its K read heads; f are this step's free gates, and
psi is what they retain.  v is u + ww - u ww.  With u, ww, wr and f in [0, 1], u' is in [0, 1], rounding included, so
that nothing is clipped.  The products over the other heads are taken without a division (ref.memory.products), since
q_k = 0 is allowed.

dww is the equation's derivative.  The authors' published code takes ww for a constant here; a cell that does as the
code does leaves dww and Rdww out and gives zeros for Rww.

Shapes: u, ww, v and psi (N, L), wr and q (N, K, L), f (N, K); the Σ is over the locations L.  N cases, K read heads.

Graves et al. 2016, the DNC: retention and usage.
"""

from typing import NamedTuple

import numpy as np

from ref.memory.products import r_without_one, without_one

Array = np.ndarray


class Cache(NamedTuple):
    u: Array  # (N, L)
    ww: Array  # (N, L)
    wr: Array  # (N, K, L)
    f: Array  # (N, K, 1)
    v: Array  # (N, L)
    q: Array  # (N, K, L)
    psi: Array  # (N, L)


class RCache(NamedTuple):
    Ru: Array
    Rww: Array
    Rwr: Array
    Rf: Array  # (N, K, 1)
    Rv: Array
    Rq: Array
    Rpsi: Array


def forward(u: Array, ww: Array, wr: Array, f: Array) -> tuple[Array, Cache]:
    f = f[..., None]
    v = u + (1 - u) * ww
    q = 1 - f * wr
    psi = q.prod(axis=1)
    return v * psi, Cache(u, ww, wr, f, v, q, psi)


def backward(du: Array, cache: Cache) -> tuple[Array, Array, Array, Array]:
    """Return du, dww, dwr, df."""
    u, ww, wr, f, v, q, psi = cache
    dpsi = v * du
    dq = dpsi[:, None] * without_one(q)
    return (1 - ww) * psi * du, (1 - u) * psi * du, -f * dq, -(wr * dq).sum(axis=-1)


def r_forward(Ru: Array, Rww: Array, Rwr: Array, Rf: Array, cache: Cache) -> tuple[Array, RCache]:
    u, ww, wr, f, v, q, psi = cache
    Rf = Rf[..., None]
    Rv = (1 - ww) * Ru + (1 - u) * Rww
    Rq = -(Rf * wr + f * Rwr)
    Rpsi = (Rq * without_one(q)).sum(axis=1)
    return Rv * psi + v * Rpsi, RCache(Ru, Rww, Rwr, Rf, Rv, Rq, Rpsi)


def r_backward(Rdu: Array, du: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array, Array]:
    u, ww, wr, f, v, q, psi = cache
    Ru, Rww, Rwr, Rf, Rv, Rq, Rpsi = r_cache
    others = without_one(q)
    dpsi = v * du
    Rdpsi = Rv * du + v * Rdu
    dq = dpsi[:, None] * others
    Rdq = Rdpsi[:, None] * others + dpsi[:, None] * r_without_one(q, Rq)
    Rkept = Rpsi * du + psi * Rdu  # R{psi du'}
    return ((1 - ww) * Rkept - Rww * psi * du, (1 - u) * Rkept - Ru * psi * du,
            -(Rf * dq + f * Rdq), -(Rwr * dq + wr * Rdq).sum(axis=-1))
