"""Initial states of each case, and the last states as outputs: gradients come back from them and go on to them."""

import numpy as np

from ref.checks import check_op
from ref.layers import elman, lstm
from tests.derivatives.cases import kinked
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal


class WithLastStates:
    """A recurrence whose output is h and below it the last states: h_T once more and, of an LSTM, c_T."""

    def __init__(self, op, states: tuple[str, ...], **options):
        self.op, self.states, self.options = op, states, options

    def _joined(self, h, of_states):
        return np.concatenate([h, *(state[-1:] for state in of_states)])

    def _taken(self, d, prefix: str) -> dict:
        """The cotangents of the last states, by their names."""
        return {f"{prefix}{state}_T": last for state, last in zip(self.states, d[-len(self.states) :])}

    def forward(self, *arguments):
        h, cache = self.op.forward(*arguments, **self.options)
        return self._joined(h, (getattr(cache, state) for state in self.states)), cache

    def backward(self, dy, cache):
        return tuple(self.op.backward(dy[: -len(self.states)], cache, **self._taken(dy, "d")))

    def r_forward(self, *directions_and_cache):
        Rh, r_cache = self.op.r_forward(*directions_and_cache)
        return self._joined(Rh, (getattr(r_cache, f"R{state}") for state in self.states)), r_cache

    def r_backward(self, Rdy, dy, cache, r_cache):
        last = self._taken(dy, "d") | self._taken(Rdy, "Rd")
        T = -len(self.states)
        return tuple(self.op.r_backward(Rdy[:T], dy[:T], cache, r_cache, **last))


def of_each_case(op, T: int, N: int, D: int, H: int, variant: str, helpers: tuple[str, ...] = (),
                 seed: int = 0) -> Case:
    """variant: of elman phi, of lstm "peepholes" or "no peepholes"."""
    name = f"{op.__name__.removeprefix('ref.')} states of each case {variant} T={T}"
    name_of = op.__name__.rpartition(".")[2]
    width, states = (H, ("h",)) if name_of == "elman" else (4 * H, ("h", "c"))
    arguments = {"x": 0.5 * normal(T, N, D, seed=seed), "U": 0.5 * normal(D, width, seed=seed + 1),
                 "W": 0.5 * normal(H, width, seed=seed + 2), "b": normal(width, seed=seed + 3)}
    arguments |= {f"{state}0": normal(N, H, seed=seed + 4 + k) for k, state in enumerate(states)}
    options = {"phi": variant} if name_of == "elman" else {}
    if name_of == "elman":
        arguments["a"] = normal(H, seed=seed + 6) if variant == "leaky_relu" else None
    else:
        arguments["p"] = normal(3, H, seed=seed + 6) if variant == "peepholes" else None
    passes = WithLastStates(op, states, **options)
    if variant in ("leaky_relu", "oplu"):
        _, cache = passes.forward(*arguments.values())
        s = arguments["x"] @ arguments["U"] + cache.h[:-1] @ arguments["W"] + arguments["b"]
        assert kinked.nearest_kink(variant, s) > 0.05, f"{name}: a unit is near its kink; choose another seed"
    return Case(name, functions(op, *FOUR_PASSES) + helpers, lambda: check_op(passes, arguments, name=name))


STATES = [
    of_each_case(elman, 1, 3, 2, 4, "tanh"),
    of_each_case(elman, 3, 4, 2, 5, "softplus"),
    of_each_case(elman, 2, 3, 5, 4, "leaky_relu", seed=3),
    of_each_case(elman, 2, 3, 5, 4, "oplu", seed=3),
    of_each_case(lstm, 1, 4, 2, 3, "peepholes"),
    of_each_case(lstm, 3, 4, 5, 2, "no peepholes"),
    of_each_case(lstm, 2, 3, 2, 4, "peepholes"),
]
