"""Layers, and the recurrence over a sequence."""

from functools import partial
from types import SimpleNamespace

from ref.checks import Row, check_op, check_simplex
from ref.layers import affine, elman, identity, logistic, relu, softmax, softplus, tanh
from tests.derivatives.cases.case import FOUR_PASSES, Case, away_from_kinks, functions, normal


def layer(op, arguments, analytic: bool = True, linear: bool = False, helpers: tuple[str, ...] = (), promise=None) -> Case:
    """promise: a structure check that the output must pass."""
    name = op.__name__.removeprefix("ref.")

    def run() -> list[Row]:
        rows = check_op(op, arguments, analytic=analytic, linear=linear, name=name)
        if promise:
            rows.append(Row(name, "y", promise.__name__.removeprefix("check_"), promise(op.forward(*arguments.values())[0]), 1e-12))
        return rows

    return Case(name, functions(op, *FOUR_PASSES, *helpers), run)


LAYERS = [
    layer(affine, {"x": normal(3, 4), "W": normal(4, 5, seed=1), "b": normal(5, seed=2)}),
    layer(identity, {"x": normal(3, 4)}, linear=True),
    layer(logistic, {"x": normal(3, 4)}, helpers=("sigma",)),
    layer(tanh, {"x": normal(3, 4)}),
    layer(relu, {"x": away_from_kinks(normal(3, 4))}, linear=True),
    layer(softplus, {"x": away_from_kinks(normal(3, 4))}, analytic=False, helpers=("softplus",)),
    layer(softmax, {"x": normal(3, 4)}, helpers=("_sum",), promise=check_simplex),
]


def recurrence(T: int, phi: str, op=elman, helpers: tuple[str, ...] = functions(elman, "_over_time")) -> Case:
    name = f"{op.__name__.removeprefix('ref.')} {phi} T={T}"
    passes = SimpleNamespace(forward=partial(op.forward, phi=phi), backward=op.backward, r_forward=op.r_forward, r_backward=op.r_backward)
    arguments = {"x": 0.5 * normal(T, 4, 6), "U": normal(6, 7, seed=1), "W": 0.5 * normal(7, 7, seed=2),
                 "b": normal(7, seed=3), "h0": normal(7, seed=4)}
    analytic = op is elman and phi != "softplus"  # the kernels refuse complex numbers
    return Case(name, functions(op, *FOUR_PASSES) + helpers, lambda: check_op(passes, arguments, analytic=analytic, name=name))


PHIS = [*((T, "tanh") for T in (1, 2, 3, 5)), (2, "logistic"), (3, "softplus"), (5, "identity")]
RECURRENCES = [recurrence(T, phi) for T, phi in PHIS]
