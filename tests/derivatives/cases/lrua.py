"""Least recently used access: its ops, the cell through time, the network; starts from which no order of usages
changes within a difference's step.
"""

from types import SimpleNamespace

import numpy as np

from ref.cells import interface, lrua, ntm
from ref.cells.through_time import ThroughTime
from ref.checks import Row, check_network, check_op, require_equal
from ref.memory import adding, content, forgetting, least_used
from ref.networks.lrua_rnn import LRUARNN
from ref.networks.memory_rnn import MemoryRNN
from tests.cells import lrua_by_loops
from tests.derivatives.cases.case import FOUR_PASSES, Case, dense_start, functions, normal, probabilities
from tests.derivatives.cases.cells import WithLastState, ntm_arguments

N, K, L, W = 2, 3, 5, 4
KEEP = np.array([[1.0, 0, 1, 1, 0], [0, 1, 1, 1, 1]])


def by_loops(name: str, got, expected) -> Row:
    return Row(name, "all", "the equations by loops", require_equal("the equations by loops", "all", got, expected,
                                                                    1e-13), 1e-13)


def op(module, arguments: dict, value, passes=None, variant: str = "", linear: bool = False) -> Case:
    """value: what forward gives, by loops; passes: the module's, where an argument of forward is a constant."""
    name, passes = " ".join(filter(None, (module.__name__.removeprefix("ref."), variant))), passes or module
    return Case(name, functions(module, *FOUR_PASSES),
                lambda: [*check_op(passes, arguments, analytic=True, linear=linear, name=name),
                         by_loops(name, passes.forward(*arguments.values())[0], value(*arguments.values()))])


def forgotten(M):
    return np.array([[[M[n, i, j] if KEEP[n, i] else 0 for j in range(W)] for i in range(L)] for n in range(N)])


def added(M, w, a):
    return np.array([[M[n, i] + sum(w[n, h, i] * a[n, h] for h in range(K)) for i in range(L)] for n in range(N)])


def weighted(s, beta):
    return np.array([[np.exp(row) / sum(np.exp(row)) for row in of_case] for of_case in s])


FORGETTING = SimpleNamespace(forward=lambda M: forgetting.forward(M, KEEP.astype(M.dtype)),
                             **{name: getattr(forgetting, name) for name in FOUR_PASSES[1:]})
OPS = [
    op(forgetting, {"M": normal(N, L, W)}, forgotten, FORGETTING, linear=True),
    op(adding, {"M": normal(N, L, W), "w": probabilities(N, K, L, seed=1), "a": normal(N, K, W, seed=2)}, added),
    op(content, {"s": normal(N, K, L), "beta": None}, weighted, variant="without a strength"),
]
HELPERS = functions(lrua, "least", "heard", "said") + functions(least_used, "usage", "rows", "indicators")


def nearest_order(states: lrua.State, n: int) -> float:
    """By how little a usage is among the n smallest, or before another of them: the least over all steps and cases.

    states: a trace, arrays (T + 1, N, ...); the usage at the start does not move, and that at the end is not looked at.
    """
    return float(np.diff(np.sort(states.u[1:-1], axis=-1), axis=-1)[..., :n].min(initial=np.inf))


class Traced:
    """Without the usage in the trace: it is not differentiated, so it is no output of a case either."""

    def __init__(self, op):
        self.op = op

    def __getattr__(self, name):
        return getattr(self.op, name)

    def trace(self, cache):
        return self.op.trace(cache)._replace(u=None)


class WithUsage(WithLastState):
    """The usage at the start is given and stays where it is."""

    def __init__(self, op, design, present, u0):
        super().__init__(op, lrua, design, present)
        self.u0 = u0

    def _taken(self, arrays):
        x, weights, start = super()._taken(arrays)
        return x, weights, start._replace(u=self.u0.astype(x.dtype))


def least_recently_used(T: int, design: lrua.Design, kind: str = "lstm", each_case: bool = True, sizes=(2, 1, 3),
                        op=None, helpers: tuple[str, ...] = (), seed: int = 0) -> Case:
    """op: a compiled twin of the recurrence, whose functions helpers names."""
    N, D, H = sizes
    R, L, lead, I = design.n_read_heads, design.n_locations, (N,) if each_case else (), interface.size(design.pieces)
    arguments = ntm_arguments(ntm.Design(L, design.width, R, shifts=0), T, N, D, H, kind, each_case, seed)
    del arguments["w_write0"]
    arguments |= {"P": 0.3 * normal(H, I, seed=seed + 4), "q": normal(I, seed=seed + 5)}
    u0 = np.random.default_rng(seed + 12).permuted(np.broadcast_to(0.4 * np.arange(L), (*lead, L)), axis=-1)
    options = (design.strength, "own add" if design.separate_add else "", design.contents, f"spread {design.spread}",
               f"zeroes {design.zeroes}", "each case" if each_case else "one start")
    name = " ".join([f"{getattr(op, '__name__', 'cells.lrua')} {kind} {R} heads", *filter(None, options), f"T={T}"])
    covers, op = functions(op or lrua, *FOUR_PASSES) + (() if op else HELPERS) + helpers, op or ThroughTime(lrua)
    passes = WithUsage(Traced(op), design, tuple(arguments)[1:], u0)
    x, weights, start = passes._taken(tuple(arguments.values()))
    gap = nearest_order(op.trace(op.forward(x, weights, start, design)[1]), R)
    assert gap > 0.02, f"{name}: two usages are near, {gap:.1g}; choose another seed"

    def run() -> list[Row]:
        y, cache = op.forward(x, weights, start, design)
        expected = np.concatenate(lrua_by_loops.through_time(x, weights, start, design), axis=2)
        got = np.concatenate([y, op.trace(cache).u[1:]], axis=2)
        return [*check_op(passes, arguments, name=name), by_loops(name, got, expected)]

    return Case(name, covers, run)


CELLS = [
    least_recently_used(1, lrua.Design(5, 3), seed=10),
    least_recently_used(2, lrua.Design(4, 3, 2), each_case=False, seed=50),
    least_recently_used(3, lrua.Design(4, 2, separate_add=True), "feedforward", seed=50),
    least_recently_used(2, lrua.Design(5, 3, 2, strength="softplus", spread="one each"), seed=50),
    least_recently_used(3, lrua.Design(5, 2, 3, strength="oneplus", zeroes="all"), each_case=False, seed=30),
    least_recently_used(3, lrua.Design(6, 3, 2, 0.5, "softplus", True, "identity", "one each", "all"), "feedforward",
                        seed=10),
]


def lrua_rnn(T: int, cases: int, op=None, helpers: tuple[str, ...] = (), seed: int = 4, **options) -> Case:
    """op: a compiled twin of the recurrence, whose functions helpers names."""
    network = LRUARNN(2, 3, 2, 5, 3, **options | ({} if op is None else {"lrua": op}))
    theta = dense_start(network, seed)
    for name in theta.shapes:
        if name.endswith("0") or name == "q":  # no short row or key, whose direction turns too fast for differences
            theta[name] = normal(*theta[name].shape, seed=seed)
    x = normal(T, cases, 2, seed=3)
    name = " ".join(["networks.lrua_rnn", *(str(value) for value in options.values()), f"T={T}"]
                    + ([f"on {op.__name__}"] if op is not None else []))
    gap = nearest_order(network.trace(network.forward(theta, x)[1]), network.design.n_read_heads)
    assert gap > 0.02, f"{name}: two usages are near, {gap:.1g}; choose another seed"
    return Case(name, functions(MemoryRNN, *FOUR_PASSES) + helpers, lambda: check_network(network, theta, x, name=name))


NETWORKS = [
    lrua_rnn(1, 4, seed=20),
    lrua_rnn(3, 1, n_read_heads=2, controller="feedforward", outputs="last", learnt=("M", "r"), seed=80),
    lrua_rnn(2, 3, strength="oneplus", separate_add=True, spread="one each", learnt=("M",), seed=40),
]
LRUA = [*OPS, *CELLS, *NETWORKS]
