"""The stopping rules on sequences made by hand, the window at every edge."""

import numpy as np
import pytest

from ref.linalg import conjugate_gradient, fixed_iterations, relative_decrease, relative_decrease_2012
from tests.linalg.matrices import spd


def sequence(i, k, change, end=-1.0, start=0.0):
    """phi_0 ... phi_i: wild values, but phi_0 = start, phi_i = end and (phi_i - phi_{i-k}) / phi_i = change."""
    phis = [-1000.0 * (-1) ** j for j in range(i + 1)]
    phis[0], phis[i], phis[i - k] = start, end, end * (1 - change)
    return phis


WINDOWS = [(11, 10), (12, 10), (50, 10), (100, 10), (109, 10), (110, 11), (119, 11), (120, 12), (249, 24), (250, 25)]


@pytest.mark.parametrize("i, k", WINDOWS)
def test_2010_rule_compares_over_a_window_of_k_and_multiplies_by_k(i, k):
    """k = max(10, 0.1 i) and the threshold is k 0.0005.  Mistakes caught: a threshold without the factor k, a fixed
    window.
    """
    assert relative_decrease(sequence(i, k, 0.99 * k * 5e-4))
    assert not relative_decrease(sequence(i, k, 1.01 * k * 5e-4))
    assert relative_decrease(sequence(i, k, 0.99 * k * 0.02), eps=0.02)


@pytest.mark.parametrize("rule", [relative_decrease, relative_decrease_2012])
def test_never_before_the_window_is_full(rule):
    for i in range(11):
        assert not rule([0.0] + [-1.0] * i), i
        assert not rule([-1.0] * (i + 1)), f"a warm start that stands still, at iteration {i}"
    assert rule([0.0] + [-1.0] * 11)


def test_2010_rule_goes_on_while_phi_is_not_negative():
    """After a warm start phi may be positive: standing still there is no reason to end."""
    assert not relative_decrease([5.0] * 30)
    assert not relative_decrease([0.0] * 30)
    assert relative_decrease([5.0] + [-1e-9] * 30)


@pytest.mark.parametrize("start", [0.0, 3.0, -0.5])
@pytest.mark.parametrize("i, k", [(11, 10), (110, 11)])
def test_2012_rule_is_relative_to_the_whole_decrease(i, k, start):
    """(phi_i - phi_{i-k}) / (phi_i - phi_0) < 0.0001 without the factor k; phi_0 is not 0 after a warm start."""
    whole = start - -1.0
    for factor, ends in ((0.99, True), (1.01, False)):
        phis = sequence(i, k, 0.0, start=start)
        phis[i - k] = phis[i] + factor * 1e-4 * whole
        assert relative_decrease_2012(phis) is ends
    assert relative_decrease(phis), "the 2010 rule would have ended long before"


def test_neither_rule_ends_on_nan():
    """CG itself ends there, by its curvature; the rules only must not raise."""
    for rule in (relative_decrease, relative_decrease_2012):
        assert not rule([0.0] + [-1.0] * 20 + [np.nan])


def test_fixed_iterations_never_ends():
    assert not fixed_iterations([0.0] + [-1.0] * 500)


@pytest.mark.parametrize("rule", [relative_decrease, relative_decrease_2012])
def test_cg_ends_at_the_first_iterate_that_the_rule_names(rule):
    A, b = spd(150, 1e3)
    phis = []
    *_, last = conjugate_gradient(A, b, stop=rule, phis=phis)
    assert last.why == "decrease" and len(phis) == last.i + 1
    assert [i for i in range(len(phis)) if rule(phis[: i + 1])] == [last.i]


def test_the_2012_rule_is_the_stricter_one():
    A, b = spd(150, 1e3)
    ends = [list(conjugate_gradient(A, b, stop=rule))[-1].i for rule in (relative_decrease, relative_decrease_2012)]
    assert ends[0] < ends[1]
