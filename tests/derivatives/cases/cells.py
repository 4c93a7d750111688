"""Cells through time: every weight, every array of the start, the last state; and what they are made of."""

import numpy as np

from ref.cells import controller, dnc, interface, ntm, speech, start, through_time
from ref.cells.interface import Piece
from ref.cells.through_time import ThroughTime
from ref.checks import check_op
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal, probabilities

# What all cells are made of: one case of each controller covers it, since the completeness test runs a case again for
# every function that it covers.
CONTROLLER = functions(controller, *FOUR_PASSES) + functions(speech, *FOUR_PASSES, "_with")
SHARED = (functions(ThroughTime, *FOUR_PASSES) + functions(through_time, "each_case", "of_start", "added", "_or_zeros")
          + CONTROLLER + functions(controller, "_gradients")
          + functions(speech, "beside", "apart")
          + functions(interface, *FOUR_PASSES, "cut", "_joined"))


class WithLastState:
    """A cell through time whose one output is y and, behind it, all of the last state.

    Arguments: x, the weights that there are, the start's arrays that there are.
    """

    def __init__(self, op, cell, design, present: tuple[str, ...]):
        self.op, self.cell, self.design, self.present = op, cell, design, present

    def _taken(self, arrays):
        by_name = dict(zip(self.present, arrays[1:]))
        return (arrays[0], self.cell.Weights(*(by_name.get(name) for name in self.cell.Weights._fields)),
                self.cell.State(*(by_name.get(f"{name}0") for name in self.cell.State._fields)))

    def _given(self, gradients):
        of = dict(zip(self.cell.Weights._fields, gradients.dweights))
        of |= {f"{name}0": d for name, d in zip(self.cell.State._fields, gradients.dstart)}
        assert all(d is None for name, d in of.items() if name not in self.present)
        return (gradients.dx, *(of[name] for name in self.present))

    def _joined(self, y, state):
        return np.concatenate([y.ravel(), *(array.ravel() for array in state if array is not None)])

    def _apart(self, d, cache):
        y, state = self.op.trace(cache), self.op.trace(cache)
        last = [None if array is None else array[-1] for array in state]
        T = len(y[0]) - 1
        sizes = [0 if array is None else array.size for array in last]
        of_y, *parts = np.split(d, np.cumsum([len(d) - sum(sizes), *sizes])[:-1])
        return (of_y.reshape(T, len(last[0]), -1),
                self.cell.State(*(None if array is None else part.reshape(array.shape)
                                  for part, array in zip(parts, last))))

    def forward(self, *arrays):
        y, cache = self.op.forward(*self._taken(arrays), self.design)
        return self._joined(y, [None if array is None else array[-1] for array in self.op.trace(cache)]), cache

    def backward(self, d, cache):
        dy, dend = self._apart(d, cache)
        return self._given(self.op.backward(dy, cache, dend=dend))

    def r_forward(self, *arrays_and_cache):
        *Rarrays, cache = arrays_and_cache
        Ry, r_cache = self.op.r_forward(*self._taken(Rarrays), cache)
        return self._joined(Ry, self.op.last_r(r_cache)), r_cache

    def r_backward(self, Rd, d, cache, r_cache):
        (dy, dend), (Rdy, Rdend) = self._apart(d, cache), self._apart(Rd, cache)
        return self._given(self.op.r_backward(Rdy, dy, cache, r_cache, dend=dend, Rdend=Rdend)[0])


def ntm_arguments(design: ntm.Design, T: int, N: int, D: int, H: int, kind: str, each_case: bool, seed: int) -> dict:
    """x, the weights and a start, of each case or one for all."""
    L, W, R, P = design.n_locations, design.width, design.n_read_heads, design.n_write_heads
    lead, gates, I = (N,) if each_case else (), 4 if kind == "lstm" else 1, interface.size(design.pieces)
    lstm = kind == "lstm"
    arguments = {
        "x": normal(T, N, D, seed=seed), "U": 0.3 * normal(D + R * W, gates * H, seed=seed + 1),
        "W": 0.5 * normal(H, 4 * H, seed=seed + 2) if lstm else None, "b": normal(gates * H, seed=seed + 3),
        "P": 0.3 * normal(H, I, seed=seed + 4), "q": normal(I, seed=seed + 5),
        "M0": normal(*lead, L, W, seed=seed + 6), "w_read0": probabilities(*lead, R, L, seed=seed + 7),
        "w_write0": probabilities(*lead, P, L, seed=seed + 8), "r0": normal(*lead, R, W, seed=seed + 9),
        "h0": normal(*lead, H, seed=seed + 10) if lstm else None,
        "c0": normal(*lead, H, seed=seed + 11) if lstm else None}
    return {name: array for name, array in arguments.items() if array is not None}


def turing(T: int, design: ntm.Design, kind: str = "lstm", each_case: bool = True, sizes=(2, 1, 3), op=None,
           helpers: tuple[str, ...] = (), seed: int = 0) -> Case:
    N, D, H = sizes
    owner, op = op or ntm, op or ThroughTime(ntm)
    arguments = ntm_arguments(design, T, N, D, H, kind, each_case, seed)
    name = (f"{getattr(op, '__name__', 'cells.ntm')} {kind} {design.n_read_heads}+{design.n_write_heads} heads "
            f"{design.order} {design.strength} {design.contents} {'each case' if each_case else 'one start'} T={T}")
    passes = WithLastState(op, ntm, design, tuple(arguments)[1:])
    covers = functions(owner, *FOUR_PASSES) + helpers
    return Case(name, covers, lambda: check_op(passes, arguments, name=name))


def dnc_arguments(design: dnc.Design, T: int, N: int, D: int, H: int, kind: str, each_case: bool, seed: int) -> dict:
    """As ntm_arguments; usages far enough from each other for differences, and twice them still usages."""
    L, W, R, lead = design.n_locations, design.width, design.n_read_heads, (N,) if each_case else ()
    arguments = ntm_arguments(ntm.Design(L, W, R, shifts=0), T, N, D, H, kind, each_case, seed)
    I = interface.size(design.pieces)
    arguments |= {"P": 0.3 * normal(H, I, seed=seed + 4), "q": normal(I, seed=seed + 5)}
    del arguments["w_write0"]
    usages = np.random.default_rng(seed + 12).permuted(np.tile((np.arange(L) + 0.5) / (2 * L), (*lead, 1)), axis=-1)
    return arguments | {
        "u0": usages, "links0": 0.5 / L * probabilities(*lead, L, L, seed=seed + 13),
        "p0": 0.7 * probabilities(*lead, L, seed=seed + 14), "w_write0": 0.6 * probabilities(*lead, L, seed=seed + 15),
        "w_read0": 0.8 * probabilities(*lead, R, L, seed=seed + 7)}


def closest_usages(states) -> float:
    """The smallest difference of two locations' usages at any step, of which allocation jumps where it is zero.

    states: a trace, (T + 1, N, ...) each; steps at which all usages are zero, whatever the parameters, do not count.
    """
    u = states.u[states.u.any(axis=-1)]
    return float(np.diff(np.sort(u, axis=-1), axis=-1).min(initial=np.inf))


def computing(T: int, design: dnc.Design, kind: str = "lstm", each_case: bool = True, sizes=(2, 1, 3), op=None,
              helpers: tuple[str, ...] = (), seed: int = 0) -> Case:
    N, D, H = sizes
    owner, op = op or dnc, op or ThroughTime(dnc)
    arguments = dnc_arguments(design, T, N, D, H, kind, each_case, seed)
    name = (f"{getattr(op, '__name__', 'cells.dnc')} {kind} {design.n_read_heads} heads {design.order} "
            f"{design.strength} {design.contents} {'each case' if each_case else 'one start'} T={T}")
    passes = WithLastState(op, dnc, design, tuple(arguments)[1:])
    usages = closest_usages(op.trace(passes.forward(*arguments.values())[1]))
    assert usages > 0.003, f"{name}: two usages are close, {usages:.1g}; choose another seed"
    covers = functions(owner, *FOUR_PASSES) + helpers
    return Case(name, covers, lambda: check_op(passes, arguments, name=name))


class Started:
    """The start as an op on its two parameters; its output is M and w, flat, one after the other."""

    plan = ntm.State(start.Learnt("M0"), start.Weighting("w0"), np.eye(1, 4), None, None, None)

    def _joined(self, state):
        return np.concatenate([state.M.ravel(), state.w_read.ravel()])

    def _apart(self, d, state):
        M, w = np.split(d, [state.M.size])
        return ntm.State(M.reshape(state.M.shape), w.reshape(state.w_read.shape), np.ones((1, 4)), None, None, None)

    def forward(self, M0, w0):
        state, cache = start.forward({"M0": M0, "w0": w0}, self.plan, M0.dtype)
        return self._joined(state), cache

    def backward(self, d, cache):
        return tuple(start.backward(self._apart(d, cache), self.plan, cache).values())

    def r_forward(self, RM0, Rw0, cache):
        Rstate, r_cache = start.r_forward({"M0": RM0, "w0": Rw0}, self.plan, cache)
        return self._joined(Rstate), r_cache

    def r_backward(self, Rd, d, cache, r_cache):
        apart = self._apart(Rd, cache), self._apart(d, cache)
        return tuple(start.r_backward(*apart, self.plan, cache, r_cache).values())


def of_start() -> Case:
    arguments = {"M0": normal(4, 3), "w0": normal(2, 4, seed=1)}
    return Case("cells.start", functions(start, *FOUR_PASSES),
                lambda: check_op(Started(), arguments, name="cells.start"))


class Spoken:
    """The interface as an op: its output is all pieces, flat, one after the other."""

    pieces = (Piece("k", (2, 3), "tanh"), Piece("s", (2, 3), "softmax"), Piece("g", (2,), "logistic"),
              Piece("gamma", (1,), "oneplus"))

    def _flat(self, parts):
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)

    def forward(self, o):
        v, cache = interface.forward(o, self.pieces)
        return self._flat(v), cache

    def backward(self, dv, cache):
        return interface.backward(list(interface.cut(dv, self.pieces)), cache)

    def r_forward(self, Ro, cache):
        Rv, r_cache = interface.r_forward(Ro, cache)
        return self._flat(Rv), r_cache

    def r_backward(self, Rdv, dv, cache, r_cache):
        return interface.r_backward(*(list(interface.cut(d, self.pieces)) for d in (Rdv, dv)), cache, r_cache)


def of_interface() -> Case:
    name = "cells.interface"
    return Case(name, functions(interface, *FOUR_PASSES, "cut", "_joined", "size"),
                lambda: check_op(Spoken(), {"o": normal(4, interface.size(Spoken.pieces))}, name=name))


CELLS = [
    of_start(),
    of_interface(),
    turing(2, ntm.Design(4, 2), each_case=False, helpers=SHARED),
    turing(1, ntm.Design(3, 2, 2, 1)),
    turing(3, ntm.Design(4, 2, 1, 2, strength="oneplus"), "feedforward", helpers=CONTROLLER, seed=30),
    turing(2, ntm.Design(5, 3, 1, 1, shifts=2, order="read first", contents="identity")),
    turing(2, ntm.Design(3, 2, order="read first"), "feedforward", each_case=False),
    turing(2, ntm.Design(2, 3, shifts=0)),
    computing(1, dnc.Design(4, 3), seed=21),
    computing(2, dnc.Design(3, 2, 2), each_case=False, seed=53),
    computing(3, dnc.Design(4, 2, 1, strength="softplus", contents="tanh"), "feedforward", seed=95),
    computing(2, dnc.Design(4, 2, 2, order="read first"), seed=7),
]
