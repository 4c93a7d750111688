"""A memory with least recently used access, one step: written where it was read last, or where it was used least.

    forward      h, c, v = speech(x, r', h', c')                        every head's k, g, and perhaps beta, a
                 w^lu   = indicators of the R least used rows, by u'    a constant
                 w^w    = gate(w^r', w^lu, g)
                 M      = adding(forgetting(M', keep), w^w, k)          or a in k's place
                 w^r    = lookup(M, k, beta)
                 r      = reading(M, w^r)                               y = (h, r)
                 u      = usage(u', w^r, w^w)
    backward     the same lines from last to first, without those of w^lu and u; each gradient of the new state is that
                 of y and of step t + 1
    R-forward, R-backward      each line's own

Primes mark the last state.  Nothing is differentiated with respect to the usage u, and keep and w^lu are constant
(ref.memory.least_used, with the reason): a State of gradients, or of derivatives along a direction, has None for it.

    k, a     tanh(.), or as they are: contents="identity"
    g        sigma(alpha), alpha a number for each head from the controller: our reading
    beta     none, so that w^r = softmax(cosine(M, k)), as the paper has it; our additions are softplus(.) and
             1 + softplus(.), since without beta no weight is more than e² times another
    a        the key k is what is added; with separate_add=True a vector of its own, as in public code
    w^lu     spread="all": every head writes to all R least used rows, as the equation is usually written;
             spread="one each": head h writes to the h-th least used alone, as in public code; that there are as many
             rows as heads is our reading
    keep     zeroes="first": the least used row is set to zero before writing; zeroes="all": all R least used rows
    gamma    usage_decay, 0.99: our choice

Shapes: x (N, D), M (N, L, W), w^r and w^w (N, R, L), u (N, L), k, a and r (N, R, W), g and beta (N, R), h and c (N, H),
y (N, H + R W); the weights are speech's: ref.cells.speech.  N cases, L locations, W their width, R heads, which read
and write.

Santoro, Bartunov, Botvinick, Wierstra & Lillicrap 2016.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ref.cells import ntm, speech
from ref.cells.fitting import require_sizes
from ref.cells.interface import Piece, Pieces
from ref.cells.ntm import CONTENTS
from ref.cells.speech import Weights as Weights, apart, beside
from ref.memory import adding, forgetting, gate, least_used, lookup, reading
from ref.validation import require_choice, require_number

Array = np.ndarray
STRENGTHS = ("none", *ntm.STRENGTHS)
SPREADS = ("all", "one each")
ZEROES = ("first", "all")
MOST_USAGE = np.inf  # of a start


class State(NamedTuple):
    M: Array  # (N, L, W)
    w_read: Array  # (N, R, L)
    u: Array | None  # (N, L); None among gradients
    r: Array  # (N, R, W)
    h: Array | None  # (N, H), of the LSTM controller
    c: Array | None


@dataclass(frozen=True)
class Design:
    """Sizes, and what the equations leave open.  Raises ValueError or TypeError where there is no such memory."""

    n_locations: int
    width: int
    n_read_heads: int = 1
    usage_decay: float = 0.99
    strength: str = "none"
    separate_add: bool = False
    contents: str = "tanh"
    spread: str = "all"
    zeroes: str = "first"

    def __post_init__(self):
        require_sizes(self, "n_read_heads")
        require_number("usage_decay", self.usage_decay, least=0, most=1)
        if not isinstance(self.separate_add, bool):
            raise TypeError(f"separate_add is {self.separate_add!r} but must be True or False")
        for name, known in (("strength", STRENGTHS), ("contents", CONTENTS), ("spread", SPREADS), ("zeroes", ZEROES)):
            require_choice(name, getattr(self, name), known)

    @property
    def pieces(self) -> Pieces:
        """What the controller says to its heads, in the order of P's columns."""
        R, row = self.n_read_heads, (self.n_read_heads, self.width)
        return (Piece("k", row, self.contents), Piece("g", (R,), "logistic"),
                *((Piece("beta", (R,), self.strength),) if self.strength != "none" else ()),
                *((Piece("a", row, self.contents),) if self.separate_add else ()))


def start_shapes(design: Design, H: int) -> State:
    """The shapes of a state that is one for all cases."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return State((L, W), (R, L), (L,), (R, W), (H,), (H,))


class Cache(NamedTuple):
    """The ops' caches; or, where they differ, their R-caches."""

    speech: tuple
    gate: gate.Cache
    forgetting: forgetting.Cache
    adding: adding.Cache
    lookup: lookup.Cache
    reading: reading.Cache


def forward(x: Array, state: State, weights: Weights, design: Design) -> tuple[Array, State, Cache]:
    """Return y, the new state and the cache."""
    h, c, v, of_speech = speech.forward(x, state.r, state.h, state.c, weights, design.pieces)
    k, g, beta, a = heard(v, design.pieces)

    w_least, keep = least(state, design)
    w_write, of_gate = gate.forward(state.w_read, w_least, g)
    M, of_forgetting = forgetting.forward(state.M, keep)
    M, of_adding = adding.forward(M, w_write, a)
    w_read, of_lookup = lookup.forward(M, k, beta)
    r, of_reading = reading.forward(M, w_read)
    u = least_used.usage(state.u, w_read, w_write, design.usage_decay)
    new = State(M, w_read, u, r, None if weights.W is None else h, c)
    return beside(h, r), new, Cache(of_speech, of_gate, of_forgetting, of_adding, of_lookup, of_reading)


def backward(dy: Array, dstate: State, cache: Cache) -> tuple[Array, State, Weights]:
    """Return dx, and the gradients at the last state and at the weights."""
    dh, dr = apart(dy, cache.speech.read)
    dM, dw_read = reading.backward(dr + dstate.r, cache.reading)
    dM_too, dk, dbeta = lookup.backward(dstate.w_read + dw_read, cache.lookup)
    dM, dw_write, da = adding.backward(dstate.M + dM + dM_too, cache.adding)
    dM = forgetting.backward(dM, cache.forgetting)
    dw_read, _, dg = gate.backward(dw_write, cache.gate)

    dv = said(dk, dg, dbeta, da, cache.speech.interface.pieces)
    last, dweights = speech.backward(dh, dstate.h, dstate.c, dv, cache.speech)
    return last.dx, State(dM, dw_read, None, last.dr, last.dh, last.dc), dweights


def r_forward(Rx: Array | None, Rstate: State, Rweights: Weights, cache: Cache) -> tuple[Array, State, Cache]:
    """Return Ry, the new Rstate and the R-cache; Rx is None where x is data."""
    Rh, Rc, Rv, of_speech = speech.r_forward(Rx, Rstate.r, Rstate.h, Rstate.c, Rweights, cache.speech)
    Rk, Rg, Rbeta, Ra = heard(Rv, cache.speech.interface.pieces)

    Rw_write, of_gate = gate.r_forward(Rstate.w_read, np.zeros_like(Rstate.w_read), Rg, cache.gate)
    RM, of_forgetting = forgetting.r_forward(Rstate.M, cache.forgetting)
    RM, of_adding = adding.r_forward(RM, Rw_write, Ra, cache.adding)
    Rw_read, of_lookup = lookup.r_forward(RM, Rk, Rbeta, cache.lookup)
    Rr, of_reading = reading.r_forward(RM, Rw_read, cache.reading)
    new = State(RM, Rw_read, None, Rr, None if Rweights.W is None else Rh, Rc)
    return beside(Rh, Rr), new, Cache(of_speech, of_gate, of_forgetting, of_adding, of_lookup, of_reading)


def r_backward(Rdy: Array, Rdstate: State, dy: Array, dstate: State, cache: Cache, r_cache: Cache
               ) -> tuple[Array, State, Weights, State]:
    """Return Rdx, the gradients of backward at the last state and at the weights, each differentiated; and backward's
    own at the last state, which the step before needs.
    """
    dh, dr = apart(dy, cache.speech.read)
    Rdh, Rdr = apart(Rdy, cache.speech.read)
    dr, Rdr = dr + dstate.r, Rdr + Rdstate.r
    dM, dw = reading.backward(dr, cache.reading)
    RdM, Rdw = reading.r_backward(Rdr, dr, cache.reading, r_cache.reading)
    dw, Rdw = dstate.w_read + dw, Rdstate.w_read + Rdw
    dM_too, dk, dbeta = lookup.backward(dw, cache.lookup)
    RdM_too, Rdk, Rdbeta = lookup.r_backward(Rdw, dw, cache.lookup, r_cache.lookup)
    dM, RdM = dstate.M + dM + dM_too, Rdstate.M + RdM + RdM_too
    RdM, Rdw, Rda = adding.r_backward(RdM, dM, cache.adding, r_cache.adding)
    dM, dw, da = adding.backward(dM, cache.adding)
    RdM = forgetting.r_backward(RdM, dM, cache.forgetting, r_cache.forgetting)
    dM = forgetting.backward(dM, cache.forgetting)
    Rdw_read, _, Rdg = gate.r_backward(Rdw, dw, cache.gate, r_cache.gate)
    dw_read, _, dg = gate.backward(dw, cache.gate)

    pieces = cache.speech.interface.pieces
    dv, Rdv = said(dk, dg, dbeta, da, pieces), said(Rdk, Rdg, Rdbeta, Rda, pieces)
    R, Rdweights, last = speech.r_backward((Rdh, Rdstate.h, Rdstate.c, Rdv), (dh, dstate.h, dstate.c, dv),
                                           cache.speech, r_cache.speech)
    return (R.dx, State(RdM, Rdw_read, None, R.dr, R.dh, R.dc), Rdweights,
            State(dM, dw_read, None, last.dr, last.dh, last.dc))


def least(state: State, design: Design) -> tuple[Array, Array]:
    """w^lu, (N, R, L) or one for all heads (N, 1, L), and keep (N, L): both by the last usage, both constant."""
    rows = least_used.rows(state.u, design.n_read_heads)
    one_each = least_used.indicators(rows, design.n_locations, state.M.dtype)
    all_of_them = one_each.sum(axis=1)
    zeroed = one_each[:, 0] if design.zeroes == "first" else all_of_them
    return one_each if design.spread == "one each" else all_of_them[:, None], 1 - zeroed


def heard(v: list[Array], pieces: Pieces) -> tuple[Array, Array, Array | None, Array]:
    """k, g, beta and a from the pieces: without a of its own it is k, and there may be no beta."""
    parts = {piece.name: part for piece, part in zip(pieces, v)}
    return parts["k"], parts["g"], parts.get("beta"), parts.get("a", parts["k"])


def said(dk: Array, dg: Array, dbeta: Array | None, da: Array, pieces: Pieces) -> list[Array]:
    """The gradients at the pieces: without a of its own, the key has what is added, too."""
    parts = {"k": dk, "g": dg, "beta": dbeta, "a": da}
    if "a" not in [piece.name for piece in pieces]:
        parts["k"] = dk + da
    return [parts[piece.name] for piece in pieces]
