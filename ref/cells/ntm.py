"""The neural Turing machine, one step: a controller, heads that write to a memory and heads that read from it.

    forward      h, c, v = speech(x, r', h', c')                        every head's k, beta, g, s, gamma; e and a
                 w_w   = addressing(M', w_w', v of the write heads)
                 M     = writing(M', w_w, e, a)
                 w_r   = addressing(M, w_r', v of the read heads)
                 r     = reading(M, w_r)                                y = (h, r)
    backward     the same lines from last to first; each gradient of the new state is that of y and of step t + 1
    R-forward, R-backward      each line's own

Primes mark the last state.  The heads look at the memory that has just been written, M, as in the paper's equations 2
and 5; with order="read first" they look at the memory of the last step, M', before it is written.

    k, a     tanh(.), or as they are: contents="identity"; the paper does not say
    beta     softplus(.), or 1 + softplus(.): strength="oneplus"
    g, e     sigma(.)         s  softmax(.)         gamma  1 + softplus(.)

Shapes: x (N, D), M (N, L, W), w_r and r (N, R, L) and (N, R, W), w_w, e and a (N, P, L) and (N, P, W), h and c (N, H),
y (N, H + R W); the weights are speech's: ref.cells.speech.  N cases, L locations, W their width, R read and P write
heads, H the controller's units.

Graves, Wayne & Danihelka 2014.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ref.cells import speech
from ref.cells.fitting import require_sizes
from ref.cells.interface import Piece, Pieces
from ref.cells.speech import Weights as Weights, apart, beside
from ref.memory import addressing, reading, writing
from ref.validation import require_choice, require_count

Array = np.ndarray
STRENGTHS = ("softplus", "oneplus")
CONTENTS = ("tanh", "identity")
ORDERS = ("write first", "read first")


class State(NamedTuple):
    M: Array  # (N, L, W)
    w_read: Array  # (N, R, L)
    w_write: Array  # (N, P, L)
    r: Array  # (N, R, W)
    h: Array | None  # (N, H), of the LSTM controller
    c: Array | None


@dataclass(frozen=True)
class Design:
    """Sizes, and what the equations leave open.  Raises ValueError where there is no such memory."""

    n_locations: int
    width: int
    n_read_heads: int = 1
    n_write_heads: int = 1
    shifts: int = 1  # S: shifts from -S to S
    order: str = "write first"
    strength: str = "softplus"
    contents: str = "tanh"

    def __post_init__(self):
        require_sizes(self, "n_read_heads", "n_write_heads")
        require_count("shifts", self.shifts, least=0)
        if 2 * self.shifts + 1 > self.n_locations and self.shifts:
            raise ValueError(f"shifts is {self.shifts} but the {2 * self.shifts + 1} shifts from -{self.shifts} to "
                             f"{self.shifts} must be different in a memory of {self.n_locations} locations")
        require_choice("order", self.order, ORDERS)
        require_choice("strength", self.strength, STRENGTHS)
        require_choice("contents", self.contents, CONTENTS)

    @property
    def pieces(self) -> Pieces:
        """What the controller says to its heads, in the order of P's columns."""
        def address(heads: str, K: int) -> Pieces:
            return (Piece(f"{heads} k", (K, self.width), self.contents), Piece(f"{heads} beta", (K,), self.strength),
                    Piece(f"{heads} g", (K,), "logistic"), Piece(f"{heads} s", (K, 2 * self.shifts + 1), "softmax"),
                    Piece(f"{heads} gamma", (K,), "oneplus"))

        written = self.n_write_heads, self.width
        return (*address("read", self.n_read_heads), *address("write", self.n_write_heads),
                Piece("e", written, "logistic"), Piece("a", written, self.contents))


def start_shapes(design: Design, H: int) -> State:
    """The shapes of a state that is one for all cases."""
    L, W, R, P = design.n_locations, design.width, design.n_read_heads, design.n_write_heads
    return State((L, W), (R, L), (P, L), (R, W), (H,), (H,))


class Cache(NamedTuple):
    """The ops' caches; or, where they differ, their R-caches."""

    speech: tuple
    write: addressing.Cache
    writing: writing.Cache
    read: addressing.Cache
    reading: reading.Cache
    order: str  # of Design


def forward(x: Array, state: State, weights: Weights, design: Design) -> tuple[Array, State, Cache]:
    """Return y, the new state and the cache."""
    h, c, v, of_speech = speech.forward(x, state.r, state.h, state.c, weights, design.pieces)
    to_read, to_write, (e, a) = v[:5], v[5:10], v[10:]

    w_write, of_write = addressing.forward(state.M, state.w_write, *to_write)
    M, of_writing = writing.forward(state.M, w_write, e, a)
    seen = M if design.order == "write first" else state.M
    w_read, of_read = addressing.forward(seen, state.w_read, *to_read)
    r, of_reading = reading.forward(seen, w_read)
    new = State(M, w_read, w_write, r, None if weights.W is None else h, c)
    return beside(h, r), new, Cache(of_speech, of_write, of_writing, of_read, of_reading, design.order)


def backward(dy: Array, dstate: State, cache: Cache) -> tuple[Array, State, Weights]:
    """Return dx, and the gradients at the last state and at the weights."""
    written_first = cache.order == "write first"
    dh, dr = apart(dy, cache.speech.read)
    dseen, dw = reading.backward(dr + dstate.r, cache.reading)
    dseen_too, dw_read, *dto_read = addressing.backward(dstate.w_read + dw, cache.read)
    dseen = dseen + dseen_too

    dM = dstate.M + dseen if written_first else dstate.M
    dM, dw, de, da = writing.backward(dM, cache.writing)
    dM_too, dw_write, *dto_write = addressing.backward(dstate.w_write + dw, cache.write)
    dM = dM + dM_too if written_first else dM + dM_too + dseen

    last, dweights = speech.backward(dh, dstate.h, dstate.c, [*dto_read, *dto_write, de, da], cache.speech)
    return last.dx, State(dM, dw_read, dw_write, last.dr, last.dh, last.dc), dweights


def r_forward(Rx: Array | None, Rstate: State, Rweights: Weights, cache: Cache) -> tuple[Array, State, Cache]:
    """Return Ry, the new Rstate and the R-cache; Rx is None where x is data."""
    Rh, Rc, Rv, of_speech = speech.r_forward(Rx, Rstate.r, Rstate.h, Rstate.c, Rweights, cache.speech)
    to_read, to_write, (Re, Ra) = Rv[:5], Rv[5:10], Rv[10:]

    Rw_write, of_write = addressing.r_forward(Rstate.M, Rstate.w_write, *to_write, cache.write)
    RM, of_writing = writing.r_forward(Rstate.M, Rw_write, Re, Ra, cache.writing)
    Rseen = RM if cache.order == "write first" else Rstate.M
    Rw_read, of_read = addressing.r_forward(Rseen, Rstate.w_read, *to_read, cache.read)
    Rr, of_reading = reading.r_forward(Rseen, Rw_read, cache.reading)
    new = State(RM, Rw_read, Rw_write, Rr, None if Rweights.W is None else Rh, Rc)
    return beside(Rh, Rr), new, Cache(of_speech, of_write, of_writing, of_read, of_reading, cache.order)


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
    dseen_too, dw_read, *dto_read = addressing.backward(dw, cache.read)
    Rdseen_too, Rdw_read, *Rdto_read = addressing.r_backward(Rdw, dw, cache.read, r_cache.read)
    dseen, Rdseen = dseen + dseen_too, Rdseen + Rdseen_too

    dM = dstate.M + dseen if written_first else dstate.M
    RdM = Rdstate.M + Rdseen if written_first else Rdstate.M
    RdM, Rdw, Rde, Rda = writing.r_backward(RdM, dM, cache.writing, r_cache.writing)
    dM, dw, de, da = writing.backward(dM, cache.writing)
    dw, Rdw = dstate.w_write + dw, Rdstate.w_write + Rdw
    dM_too, dw_write, *dto_write = addressing.backward(dw, cache.write)
    RdM_too, Rdw_write, *Rdto_write = addressing.r_backward(Rdw, dw, cache.write, r_cache.write)
    dM = dM + dM_too if written_first else dM + dM_too + dseen
    RdM = RdM + RdM_too if written_first else RdM + RdM_too + Rdseen

    dv, Rdv = [*dto_read, *dto_write, de, da], [*Rdto_read, *Rdto_write, Rde, Rda]
    Rlast, Rdweights, last = speech.r_backward((Rdh, Rdstate.h, Rdstate.c, Rdv), (dh, dstate.h, dstate.c, dv),
                                               cache.speech, r_cache.speech)
    return (Rlast.dx, State(RdM, Rdw_read, Rdw_write, Rlast.dr, Rlast.dh, Rlast.dc), Rdweights,
            State(dM, dw_read, dw_write, last.dr, last.dh, last.dc))
