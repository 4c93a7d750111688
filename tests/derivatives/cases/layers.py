"""Layers, and the recurrence over a sequence."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from ref.checks import Row, check_op, check_simplex, require_equal
from ref.layers import affine, elman, identity, leaky_relu, logistic, oplu, readout, relu, softmax, softplus, tanh
from tests.derivatives.cases.case import FOUR_PASSES, Case, away_from_kinks, functions, normal, pairs_apart


def layer(op, arguments, analytic: bool = True, linear: bool = False, helpers: tuple[str, ...] = (),
          promise=None) -> Case:
    """promise: a structure check that the output must pass."""
    name = op.__name__.removeprefix("ref.")

    def run() -> list[Row]:
        rows = check_op(op, arguments, analytic=analytic, linear=linear, name=name)
        if promise:
            rows.append(Row(name, "y", promise.__name__.removeprefix("check_"),
                            promise(op.forward(*arguments.values())[0]), 1e-12))
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
    layer(leaky_relu, {"x": away_from_kinks(normal(5, 3, 4)), "a": normal(4, seed=1)}, analytic=False,
          helpers=("_over_cases",)),
]


def affine_of_data() -> Case:
    """x is data: no dx, no Rx, and y is linear in what is left."""
    x = normal(3, 4)
    passes = SimpleNamespace(
        forward=lambda W, b: affine.forward(x.astype(W.dtype), W, b),
        backward=lambda dy, cache: affine.backward(dy, cache, to_input=False)[1:],
        r_forward=lambda RW, Rb, cache: affine.r_forward(None, RW, Rb, cache),
        r_backward=lambda *arguments: affine.r_backward(*arguments, to_input=False)[1:],
    )

    def run() -> list[Row]:
        y, cache = affine.forward(x, normal(4, 5, seed=1), normal(5, seed=2))
        assert affine.backward(y, cache, to_input=False)[0] is None
        _, r_cache = affine.r_forward(None, cache.W, y[0], cache)
        assert affine.r_backward(y, y, cache, r_cache, to_input=False)[0] is None
        return check_op(passes, {"W": normal(4, 5, seed=1), "b": normal(5, seed=2)}, linear=True,
                        name="layers.affine of data")

    return Case("layers.affine of data", functions(affine, *FOUR_PASSES), run)


LAYERS.append(affine_of_data())


def pairs_in_order() -> Case:
    x = pairs_apart(normal(3, 4))

    def run() -> list[Row]:
        rows = check_op(oplu, {"x": x}, linear=True, name="layers.oplu")
        expected = -np.sort(-x.reshape(3, 2, 2)).reshape(3, 4)
        error = require_equal("the same numbers, in order", "y", oplu.forward(x)[0], expected, 0)
        return [*rows, Row("layers.oplu", "y", "the same numbers, in order", error, 0)]

    return Case("layers.oplu", functions(oplu, *FOUR_PASSES, "_exchanged"), run)


LAYERS.append(pairs_in_order())


def read_out(T: int, outputs: str) -> Case:
    name = f"layers.readout {outputs} T={T}"
    passes = SimpleNamespace(forward=partial(readout.forward, outputs=outputs), backward=readout.backward,
                             r_forward=readout.r_forward, r_backward=readout.r_backward)
    arguments = {"h": normal(T, 4, 6), "V": normal(6, 5, seed=1), "c": normal(5, seed=2)}

    def run() -> list[Row]:
        rows = check_op(passes, arguments, analytic=True, name=name)
        z, cache = passes.forward(*arguments.values())
        dz = normal(*z.shape, seed=3)
        error = require_equal("backward's dh alone", "dh", readout.to_states(dz, cache),
                              readout.backward(dz, cache)[0], 1e-14)
        return [*rows, Row(name, "h", "backward's dh alone", error, 1e-14)]

    return Case(name, functions(readout, *FOUR_PASSES, "to_states", "_rows", "_read", "_at_its_steps"), run)


READOUTS = [read_out(1, "all"), read_out(3, "all"), read_out(2, "last"), read_out(3, "last")]


def recurrence(T: int, phi: str, op=elman,
               helpers: tuple[str, ...] = functions(elman, "_over_time", "_of_start", "through_phi",
                                                    "r_through_phi")) -> Case:
    name = f"{op.__name__.removeprefix('ref.')} {phi} T={T}"
    passes = SimpleNamespace(forward=partial(op.forward, phi=phi), backward=op.backward, r_forward=op.r_forward,
                             r_backward=op.r_backward)
    arguments = {"x": 0.5 * normal(T, 4, 6), "U": normal(6, 7, seed=1), "W": 0.5 * normal(7, 7, seed=2),
                 "b": normal(7, seed=3), "h0": normal(7, seed=4), "a": None}
    analytic = op is elman and phi != "softplus"  # the kernels refuse complex numbers
    return Case(name, functions(op, *FOUR_PASSES) + helpers,
                lambda: check_op(passes, arguments, analytic=analytic, name=name))


PHIS = [*((T, "tanh") for T in (1, 2, 3, 5)), (2, "logistic"), (3, "softplus"), (5, "identity")]
RECURRENCES = [recurrence(T, phi) for T, phi in PHIS]
