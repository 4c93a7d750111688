"""The differentiable neural computer, one step: a memory that knows what is free and in which order it was written.

    forward      h, c, (k_r, beta_r, k_w, beta_w, e, v_w, f, g_a, g_w, pi) = speech(x, r', h', c')
                 u     = usage(u', w_w', w_r', f)                       a  = allocation(u)
                 c_w   = lookup(M', k_w, beta_w)                        m  = gate(a, c_w, g_a)
                 w_w   = g_w m                                          M  = writing(M', w_w, e, v_w)
                 links = links(links', p', w_w)                         p  = precedence(p', w_w)
                 c_r   = lookup(M, k_r, beta_r)                         w_r = read_modes(links, w_r', c_r, pi)
                 r     = reading(M, w_r)                                y  = (h, r)
    backward     the same lines from last to first; dg_w = Σ m dw_w, dm = g_w dw_w; each gradient of the new state is
                 that of y and of step t + 1
    R-forward, R-backward      each line's own

Primes mark the last state.  The read heads look at the memory and the links that have just been written; with
order="read first" they look at those of the last step.  One head writes.

    k, v_w   as they are, or tanh(.): contents="tanh"        e, f, g_a, g_w  sigma(.)         pi  softmax(.)
    beta     1 + softplus(.), the paper's oneplus, or softplus(.), strength="softplus", as in the authors' code

usage_gradient="stopped" takes w_w' for a constant inside usage, as the authors' code does: what comes out of the
backward pass is then not the whole gradient, and the R-operator is that of the function with this part held.
Allocation sorts, and jumps where two usages are equal: ref.memory.allocation.

Shapes: x (N, D), M (N, L, W), u, p and w_w (N, L), links (N, L, L), w_r (N, R, L), r (N, R, W), h and c (N, H), y
(N, H + R W); the weights are speech's: ref.cells.speech.  N cases, L locations, W their width, R read heads.

Graves et al. 2016.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ref.cells import speech
from ref.cells.fitting import require_sizes
from ref.cells.interface import Piece, Pieces
from ref.cells.ntm import CONTENTS, ORDERS, STRENGTHS
from ref.cells.speech import Weights as Weights, apart, beside
from ref.memory import allocation, gate, links, lookup, precedence, read_modes, reading, usage, writing
from ref.validation import require_choice

Array = np.ndarray
USAGE_GRADIENTS = ("full", "stopped")
MOST_USAGE = 1  # of a start


class State(NamedTuple):
    M: Array  # (N, L, W)
    u: Array  # (N, L)
    links: Array  # (N, L, L)
    p: Array  # (N, L)
    w_write: Array  # (N, L)
    w_read: Array  # (N, R, L)
    r: Array  # (N, R, W)
    h: Array | None  # (N, H), of the LSTM controller
    c: Array | None


@dataclass(frozen=True)
class Design:
    """Sizes, and what paper and code do differently.  Raises ValueError where there is no such memory."""

    n_locations: int
    width: int
    n_read_heads: int = 1
    order: str = "write first"
    strength: str = "oneplus"
    contents: str = "identity"
    usage_gradient: str = "full"

    def __post_init__(self):
        require_sizes(self, "n_read_heads")
        for name, known in (("order", ORDERS), ("strength", STRENGTHS), ("contents", CONTENTS),
                            ("usage_gradient", USAGE_GRADIENTS)):
            require_choice(name, getattr(self, name), known)

    @property
    def pieces(self) -> Pieces:
        """What the controller says to its heads, in the order of P's columns."""
        R, W = self.n_read_heads, self.width
        return (Piece("read k", (R, W), self.contents), Piece("read beta", (R,), self.strength),
                Piece("write k", (1, W), self.contents), Piece("write beta", (1,), self.strength),
                Piece("e", (1, W), "logistic"), Piece("v", (1, W), self.contents), Piece("f", (R,), "logistic"),
                Piece("g_a", (1,), "logistic"), Piece("g_w", (1,), "logistic"), Piece("pi", (R, 3), "softmax"))


def start_shapes(design: Design, H: int) -> State:
    """The shapes of a state that is one for all cases."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return State((L, W), (L,), (L, L), (L,), (L,), (R, L), (R, W), (H,), (H,))


class Cache(NamedTuple):
    speech: tuple
    usage: usage.Cache
    allocation: allocation.Cache
    write: lookup.Cache
    gate: gate.Cache
    m: Array  # (N, L)
    g_w: Array  # (N, 1)
    writing: writing.Cache
    links: links.Cache
    precedence: precedence.Cache
    read: lookup.Cache
    read_modes: read_modes.Cache
    reading: reading.Cache
    order: str  # of Design
    usage_gradient: str


def forward(x: Array, state: State, weights: Weights, design: Design) -> tuple[Array, State, Cache]:
    """Return y, the new state and the cache."""
    h, c, v, of_speech = speech.forward(x, state.r, state.h, state.c, weights, design.pieces)
    k_r, beta_r, k_w, beta_w, e, v, f, g_a, g_w, pi = v

    u, of_usage = usage.forward(state.u, state.w_write, state.w_read, f)
    a, of_allocation = allocation.forward(u)
    c_w, of_write = lookup.forward(state.M, k_w, beta_w)
    m, of_gate = gate.forward(a, c_w[:, 0], g_a[:, 0])
    w_write = g_w * m
    M, of_writing = writing.forward(state.M, w_write[:, None], e, v)

    linked, of_links = links.forward(state.links, state.p, w_write)
    p, of_precedence = precedence.forward(state.p, w_write)
    seen, followed = (M, linked) if design.order == "write first" else (state.M, state.links)
    c_r, of_read = lookup.forward(seen, k_r, beta_r)
    w_read, of_read_modes = read_modes.forward(followed, state.w_read, c_r, pi)
    r, of_reading = reading.forward(seen, w_read)
    new = State(M, u, linked, p, w_write, w_read, r, None if weights.W is None else h, c)
    cache = Cache(of_speech, of_usage, of_allocation, of_write, of_gate, m, g_w, of_writing, of_links, of_precedence,
                  of_read, of_read_modes, of_reading, design.order, design.usage_gradient)
    return beside(h, r), new, cache


def backward(dy: Array, dstate: State, cache: Cache) -> tuple[Array, State, Weights]:
    """Return dx, and the gradients at the last state and at the weights."""
    written_first = cache.order == "write first"
    dh, dr = apart(dy, cache.speech.read)
    dseen, dw = reading.backward(dr + dstate.r, cache.reading)
    dfollowed, dw_read, dc_r, dpi = read_modes.backward(dstate.w_read + dw, cache.read_modes)
    dseen_too, dk_r, dbeta_r = lookup.backward(dc_r, cache.read)
    dseen = dseen + dseen_too

    dp, dw_write = precedence.backward(dstate.p, cache.precedence)
    dlinked = dstate.links + dfollowed if written_first else dstate.links
    dlinks, dp_too, dw = links.backward(dlinked, cache.links)
    dp, dw_write = dp + dp_too, dstate.w_write + dw_write + dw
    if not written_first:
        dlinks = dlinks + dfollowed

    dM = dstate.M + dseen if written_first else dstate.M
    dM, dw, de, dv = writing.backward(dM, cache.writing)
    dw_write = dw_write + dw[:, 0]
    dg_w = (cache.m * dw_write).sum(axis=1, keepdims=True)
    da, dc_w, dg_a = gate.backward(cache.g_w * dw_write, cache.gate)
    dM_too, dk_w, dbeta_w = lookup.backward(dc_w[:, None], cache.write)
    dM = dM + dM_too if written_first else dM + dM_too + dseen
    du, dw_write, dw, df = usage.backward(dstate.u + allocation.backward(da, cache.allocation), cache.usage)
    dw_read = dw_read + dw
    if cache.usage_gradient == "stopped":
        dw_write = np.zeros_like(dw_write)

    last, dweights = speech.backward(dh, dstate.h, dstate.c,
                                     [dk_r, dbeta_r, dk_w, dbeta_w, de, dv, df, dg_a[:, None], dg_w, dpi], cache.speech)
    return last.dx, State(dM, du, dlinks, dp, dw_write, dw_read, last.dr, last.dh, last.dc), dweights


def r_forward(Rx: Array | None, Rstate: State, Rweights: Weights, cache: Cache) -> tuple[Array, State, Cache]:
    """Return Ry, the new Rstate and the R-cache; Rx is None where x is data."""
    Rh, Rc, Rv, of_speech = speech.r_forward(Rx, Rstate.r, Rstate.h, Rstate.c, Rweights, cache.speech)
    Rk_r, Rbeta_r, Rk_w, Rbeta_w, Re, Rv, Rf, Rg_a, Rg_w, Rpi = Rv

    Rw = np.zeros_like(Rstate.w_write) if cache.usage_gradient == "stopped" else Rstate.w_write
    Ru, of_usage = usage.r_forward(Rstate.u, Rw, Rstate.w_read, Rf, cache.usage)
    Ra, of_allocation = allocation.r_forward(Ru, cache.allocation)
    Rc_w, of_write = lookup.r_forward(Rstate.M, Rk_w, Rbeta_w, cache.write)
    Rm, of_gate = gate.r_forward(Ra, Rc_w[:, 0], Rg_a[:, 0], cache.gate)
    Rw_write = Rg_w * cache.m + cache.g_w * Rm
    RM, of_writing = writing.r_forward(Rstate.M, Rw_write[:, None], Re, Rv, cache.writing)

    Rlinked, of_links = links.r_forward(Rstate.links, Rstate.p, Rw_write, cache.links)
    Rp, of_precedence = precedence.r_forward(Rstate.p, Rw_write, cache.precedence)
    Rseen, Rfollowed = (RM, Rlinked) if cache.order == "write first" else (Rstate.M, Rstate.links)
    Rc_r, of_read = lookup.r_forward(Rseen, Rk_r, Rbeta_r, cache.read)
    Rw_read, of_read_modes = read_modes.r_forward(Rfollowed, Rstate.w_read, Rc_r, Rpi, cache.read_modes)
    Rr, of_reading = reading.r_forward(Rseen, Rw_read, cache.reading)
    new = State(RM, Ru, Rlinked, Rp, Rw_write, Rw_read, Rr, None if Rweights.W is None else Rh, Rc)
    r_cache = Cache(of_speech, of_usage, of_allocation, of_write, of_gate, Rm, Rg_w, of_writing, of_links,
                    of_precedence, of_read, of_read_modes, of_reading, cache.order, cache.usage_gradient)
    return beside(Rh, Rr), new, r_cache


def r_backward(Rdy: Array, Rdstate: State, dy: Array, dstate: State, cache: Cache, r_cache: Cache
               ) -> tuple[Array, State, Weights, State]:
    """Return Rdx, the gradients of backward at the last state and at the weights, each differentiated; and backward's
    own at the last state, which the step before needs.
    """
    written_first = cache.order == "write first"
    dh, dr = apart(dy, cache.speech.read)
    Rdh, Rdr = apart(Rdy, cache.speech.read)
    dr, Rdr = dr + dstate.r, Rdr + Rdstate.r
    dseen, dw = reading.backward(dr, cache.reading)
    Rdseen, Rdw = reading.r_backward(Rdr, dr, cache.reading, r_cache.reading)
    dw, Rdw = dstate.w_read + dw, Rdstate.w_read + Rdw
    dfollowed, dw_read, dc_r, dpi = read_modes.backward(dw, cache.read_modes)
    Rdfollowed, Rdw_read, Rdc_r, Rdpi = read_modes.r_backward(Rdw, dw, cache.read_modes, r_cache.read_modes)
    dseen_too, dk_r, dbeta_r = lookup.backward(dc_r, cache.read)
    Rdseen_too, Rdk_r, Rdbeta_r = lookup.r_backward(Rdc_r, dc_r, cache.read, r_cache.read)
    dseen, Rdseen = dseen + dseen_too, Rdseen + Rdseen_too

    dp, dw_write = precedence.backward(dstate.p, cache.precedence)
    Rdp, Rdw_write = precedence.r_backward(Rdstate.p, dstate.p, cache.precedence, r_cache.precedence)
    dlinked = dstate.links + dfollowed if written_first else dstate.links
    Rdlinked = Rdstate.links + Rdfollowed if written_first else Rdstate.links
    dlinks, dp_too, dw = links.backward(dlinked, cache.links)
    Rdlinks, Rdp_too, Rdw = links.r_backward(Rdlinked, dlinked, cache.links, r_cache.links)
    dp, dw_write = dp + dp_too, dstate.w_write + dw_write + dw
    Rdp, Rdw_write = Rdp + Rdp_too, Rdstate.w_write + Rdw_write + Rdw
    if not written_first:
        dlinks, Rdlinks = dlinks + dfollowed, Rdlinks + Rdfollowed

    dM = dstate.M + dseen if written_first else dstate.M
    RdM = Rdstate.M + Rdseen if written_first else Rdstate.M
    RdM, Rdw, Rde, Rdv = writing.r_backward(RdM, dM, cache.writing, r_cache.writing)
    dM, dw, de, dv = writing.backward(dM, cache.writing)
    dw_write, Rdw_write = dw_write + dw[:, 0], Rdw_write + Rdw[:, 0]
    dg_w = (cache.m * dw_write).sum(axis=1, keepdims=True)
    Rdg_w = (r_cache.m * dw_write + cache.m * Rdw_write).sum(axis=1, keepdims=True)
    dm, Rdm = cache.g_w * dw_write, r_cache.g_w * dw_write + cache.g_w * Rdw_write
    da, dc_w, dg_a = gate.backward(dm, cache.gate)
    Rda, Rdc_w, Rdg_a = gate.r_backward(Rdm, dm, cache.gate, r_cache.gate)
    dM_too, dk_w, dbeta_w = lookup.backward(dc_w[:, None], cache.write)
    RdM_too, Rdk_w, Rdbeta_w = lookup.r_backward(Rdc_w[:, None], dc_w[:, None], cache.write, r_cache.write)
    dM = dM + dM_too if written_first else dM + dM_too + dseen
    RdM = RdM + RdM_too if written_first else RdM + RdM_too + Rdseen
    du = dstate.u + allocation.backward(da, cache.allocation)
    Rdu = Rdstate.u + allocation.r_backward(Rda, da, cache.allocation, r_cache.allocation)
    Rdu, Rdw_write, Rdw, Rdf = usage.r_backward(Rdu, du, cache.usage, r_cache.usage)
    du, dw_write, dw, df = usage.backward(du, cache.usage)
    dw_read, Rdw_read = dw_read + dw, Rdw_read + Rdw
    if cache.usage_gradient == "stopped":
        dw_write, Rdw_write = np.zeros_like(dw_write), np.zeros_like(dw_write)

    dv = [dk_r, dbeta_r, dk_w, dbeta_w, de, dv, df, dg_a[:, None], dg_w, dpi]
    Rdv = [Rdk_r, Rdbeta_r, Rdk_w, Rdbeta_w, Rde, Rdv, Rdf, Rdg_a[:, None], Rdg_w, Rdpi]
    Rlast, Rdweights, last = speech.r_backward((Rdh, Rdstate.h, Rdstate.c, Rdv), (dh, dstate.h, dstate.c, dv),
                                               cache.speech, r_cache.speech)
    return (Rlast.dx, State(RdM, Rdu, Rdlinks, Rdp, Rdw_write, Rdw_read, Rlast.dr, Rlast.dh, Rlast.dc), Rdweights,
            State(dM, du, dlinks, dp, dw_write, dw_read, last.dr, last.dh, last.dc))
