"""Every twin with its reference and a small problem, no two dimensions alike, and all results of its four passes.

A problem is a module with

    VARIANTS                                        what the arguments choose among
    arrays(T, dtype, ...)                           by name, dh and Rdh among them
    parameters(a, variant), directions(a, variant)  the arguments of forward, and of r_forward without the cache
    options(a, variant)                             the ways to call backward: name -> keyword arguments
    r_options(a, variant)                           the ways to call r_backward
    GRADIENTS                                       the names of what the backward passes return; None where the fields
                                                    of named tuples are their names
"""

from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

import numpy as np

from numba_kernels import cpu
from ref.cells.through_time import ThroughTime
from ref.layers import elman, lstm
from ref.networks import dnc_rnn, lrua_rnn, ntm_rnn
from tests.kernels import dnc_problem, elman_problem, lrua_problem, lstm_problem, ntm_problem


class Twin(NamedTuple):
    kernel: ModuleType
    reference: ModuleType | ThroughTime
    problem: ModuleType
    own_caches: bool = False  # of other types than the reference's


TWINS = {"elman": Twin(cpu.elman, elman, elman_problem), "lstm": Twin(cpu.lstm, lstm, lstm_problem),
         "ntm": Twin(cpu.ntm, ntm_rnn.THROUGH_TIME, ntm_problem, own_caches=True),
         "dnc": Twin(cpu.dnc, dnc_rnn.THROUGH_TIME, dnc_problem, own_caches=True),
         "lrua": Twin(cpu.lrua, lrua_rnn.THROUGH_TIME, lrua_problem, own_caches=True)}


def results(problem: ModuleType, op: ModuleType, a: dict, variant: str, then: ModuleType | None = None
            ) -> dict[str, np.ndarray]:
    """Every result of op's four passes, and the states of a cell.

    then   another module whose backward passes go on from op's caches
    """
    return dict(one_by_one(problem, op, a, variant, then))


def one_by_one(problem: ModuleType, op: ModuleType, a: dict, variant: str, then: ModuleType | None = None
               ) -> Iterator[tuple[str, np.ndarray | None]]:
    """results, each with its name as soon as its pass has run: who looks at them meanwhile may stop at a wrong one."""
    def named(which: str, got: tuple) -> Iterator[tuple[str, np.ndarray | None]]:
        parts = fields(got) if problem.GRADIENTS is None else zip(problem.GRADIENTS, got, strict=True)
        return ((f"{which}, {name}", array) for name, array in parts)

    then = then or op
    y, cache = op.forward(*problem.parameters(a, variant))
    yield "h", y
    if hasattr(op, "trace"):
        yield from named("states", op.trace(cache))
    for name, options in problem.options(a, variant).items():
        yield from named(f"backward{name}", then.backward(a["dh"], cache, **options))
    directions = problem.directions(a, variant)
    Ry, r_cache = op.r_forward(*directions, cache)
    yield "Rh", Ry
    if hasattr(op, "last_r"):
        yield from named("last R-state", op.last_r(r_cache))
    for name, options in problem.r_options(a, variant).items():
        yield from named(f"R-backward{name}", then.r_backward(a["Rdh"], a["dh"], cache, r_cache, **options))
    Ry, r_cache = op.r_forward(None, *directions[1:], cache)
    yield "Rh of data", Ry
    yield from named("R-backward of data", then.r_backward(a["Rdh"], a["dh"], cache, r_cache, to_input=False))


def fields(tree: tuple, name: str = "") -> Iterator[tuple[str, np.ndarray | None]]:
    """Every array of nested tuples, by the names of the fields that lead to it, or their numbers."""
    for key, value in zip(getattr(tree, "_fields", range(len(tree))), tree):
        if isinstance(value, tuple):
            yield from fields(value, f"{name}{key}.")
        else:
            yield f"{name}{key}", value


def caches(problem: ModuleType, op: ModuleType, a: dict, variant: str) -> tuple:
    _, cache = op.forward(*problem.parameters(a, variant))
    return cache, op.r_forward(*problem.directions(a, variant), cache)[1]


def assert_same(got: dict, expected: dict, tolerance: float) -> None:
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        if array is None:
            assert got[name] is None, name
            continue
        assert got[name].dtype == array.dtype and got[name].shape == array.shape, name
        error = np.linalg.norm(got[name] - array) / (np.linalg.norm(array) or 1)  # where nothing depends on it: zero
        assert error <= tolerance, f"{name}: relative error {error:.1e}"

