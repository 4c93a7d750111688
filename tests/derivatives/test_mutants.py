"""A sample of the mutants (all of them: `make mutants`), and the mutation machinery itself."""

import inspect
import textwrap

import pytest

from ref.layers import tanh
from tests.derivatives.cases import CASES
from tests.derivatives.completeness import resolve
from tests.derivatives.mutants import (
    EQUIVALENT,
    changed_modules,
    chosen,
    covered_functions,
    numbered,
    report,
    run,
    swapped,
)
from tests.derivatives.mutations import mutants


def test_a_sample_is_killed():
    """Of the reference: a wrong index in what calls machine code could end this process."""
    outcomes = run(numbered([name for name in covered_functions() if name.startswith("ref.")], every=61))
    assert len(outcomes) > 60
    assert [outcome for outcome in outcomes if outcome.fate == "survived"] == [], report(outcomes)


@pytest.mark.slow
def test_all_are_killed():
    outcomes = run(numbered(covered_functions()))
    assert [outcome for outcome in outcomes if outcome.fate == "survived"] == [], report(outcomes)


@pytest.mark.parametrize("rule", EQUIVALENT, ids=lambda rule: f"{rule[0]} {rule[1]}")
def test_each_equivalence_is_of_a_mutant_that_is_there(rule):
    name, before, after, reason = rule
    module, _, qualified = name.partition(":")
    source = inspect.getsource(inspect.getmodule(resolve(name)))
    assert (before, after) in [(mutant.before, mutant.after) for mutant in mutants(source, qualified)]
    assert reason


def planted(source: str) -> set[tuple[str, str]]:
    return {(mutant.kind, mutant.after) for mutant in mutants(textwrap.dedent(source), "f")}


def test_each_kind_of_fault_is_planted():
    assert planted("def f(a, b):\n    return a + b") == {
        ("sign", "a - b"), ("dropped", "a"), ("dropped", "b"), ("scale", "1.0001 * (a + b)"), ("sign", "-(a + b)")}
    assert ("transpose", "W") in planted("def f(dy, W):\n    return dy @ W.T")
    assert ("transpose", "W.T @ dy") in planted("def f(dy, W):\n    return dy @ W.T")
    assert ("dropped", "pass") in planted("def f(a, b):\n    a += b\n    return a")
    assert ("sign", "a -= b") in planted("def f(a, b):\n    a += b\n    return a")
    assert ("comparison", "x < 0") in planted("def f(x):\n    return (x > 0) * 1")
    assert ("arguments", "g(b, a)") in planted("def f(a, b):\n    return g(a, b)")


def test_steps_of_time_are_shifted():
    source = """
        def f(dy, T):
            for t in reversed(range(1, T)):
                dy[t - 1] += dy[t]
            return dy
    """
    kinds = planted(source)
    assert {("off by one", after) for after in ("range(1, T)", "range(1, T - 1)", "range(1 + 1, T)", "dy[t - 1 - 1]",
                                                "dy[t + 1]")} <= kinds


def test_arguments_checks_and_errors_are_left_alone():
    source = """
        def f(x):
            require_floats("x", x - 1)
            if x.ndim != 2:
                raise ValueError(f"x has {x.ndim - 1}")
    """
    assert planted(source) == set()


def test_a_swap_is_undone_and_reaches_every_import():
    before = tanh.backward.__code__
    with swapped("ref.layers.tanh:backward", lambda dy, cache: "swapped"):
        assert tanh.backward(1.0, None) == "swapped"
        assert resolve("ref.networks.mlp:ACTIVATIONS")["tanh"].backward(1.0, None) == "swapped"
    assert tanh.backward.__code__ is before


def test_modules_are_chosen_by_their_names_and_an_unknown_one_is_refused():
    functions = {"ref.layers.tanh:backward": [], "ref.layers.tanh_like:backward": [],
                 "ref.losses.squared_error:value": []}
    assert list(chosen(functions, ["ref.layers.tanh"])) == ["ref.layers.tanh:backward"]
    assert len(chosen(functions, ["ref.layers", "ref.losses"])) == 3
    with pytest.raises(LookupError, match="no covered function is in 'ref.layer'"):
        chosen(functions, ["ref.layer"])


def test_an_unknown_revision_is_refused_by_name():
    with pytest.raises(ValueError, match="--changed is 'no-such-revision'"):
        changed_modules("no-such-revision")


def test_survivors_are_reported():
    tanh_case = next(case for case in CASES if case.name == "layers.tanh")
    blind = tanh_case._replace(run=list)
    outcomes = run(numbered(["ref.layers.tanh:backward"]), {"ref.layers.tanh:backward": [blind]})
    assert {outcome.fate for outcome in outcomes} == {"survived"}
    assert "SURVIVED ref.layers.tanh:backward" in report(outcomes)
