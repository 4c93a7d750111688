"""LSTM over a sequence, with and without peepholes."""

from ref.checks import check_op
from ref.layers import lstm
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal

SIZES = {1: (4, 2, 3), 2: (4, 5, 3), 3: (4, 5, 2), 5: (4, 3, 2)}  # T -> N, D, H
HELPERS = functions(lstm, "_four", "_three", "_to_peepholes", "_of_start")


def long_short_term_memory(T: int, peepholes: bool, op=lstm, helpers: tuple[str, ...] = HELPERS) -> Case:
    name = f"{op.__name__.removeprefix('ref.')} T={T}" + (" with peepholes" if peepholes else "")
    N, D, H = SIZES[T]
    arguments = {"x": 0.5 * normal(T, N, D), "U": 0.5 * normal(D, 4 * H, seed=1), "W": 0.5 * normal(H, 4 * H, seed=2),
                 "b": normal(4 * H, seed=3), "h0": normal(H, seed=4), "c0": normal(H, seed=5)}
    arguments["p"] = normal(3, H, seed=6) if peepholes else None
    analytic = op is lstm  # the kernels refuse complex numbers
    return Case(name, functions(op, *FOUR_PASSES) + helpers,
                lambda: check_op(op, arguments, analytic=analytic, name=name))


LSTMS = [long_short_term_memory(T, peepholes) for T in SIZES for peepholes in (True, False)]
