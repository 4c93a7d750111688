"""Which iterates of conjugate gradients are given out, and when and why it ends."""

import numpy as np
import pytest

from ref.linalg import conjugate_gradient, fixed_iterations
from tests.linalg.matrices import spd
from tests.linalg.test_conjugate_gradient import Counted, every_iterate, phi


def test_iterates_are_stored_at_the_powers_of_gamma_and_at_the_end():
    """Mistake caught: the schedule rounded at each step (5, 6, 7, 9, 11, 14, ...), which stores more than ceil(1.3^j).
    """
    A, b = spd(200, 1e6)
    powers = {-(-(13**j) // 10**j) for j in range(30)}  # in whole numbers, without rounding
    assert sorted(powers)[:12] == [1, 2, 3, 4, 5, 7, 9, 11, 14, 18, 24, 31]
    for most in (1, 2, 6, 7, 100, 149):
        stored = [iterate.i for iterate in conjugate_gradient(A, b, stop=fixed_iterations, max_iterations=most)]
        assert stored == sorted({i for i in powers if i <= most} | {most})
    stored = [iterate.i for iterate in conjugate_gradient(A, b, stop=fixed_iterations, max_iterations=100, gamma=2)]
    assert stored == [1, 2, 4, 8, 16, 32, 64, 100]


def test_says_why_it_ended():
    A, b = spd(60, 1e4)
    iterates = list(conjugate_gradient(A, b))
    assert [iterate.why for iterate in iterates] == [None] * (len(iterates) - 1) + ["decrease"]
    assert iterates[-1].i < 250
    assert [iterate.why for iterate in conjugate_gradient(A, b, max_iterations=3)] == [None, None, "iterations"]


def test_stop_sees_the_values_so_far():
    A, b = spd(20, 100)
    seen = []
    stop = lambda phis: seen.append(list(phis)) or len(phis) == 7
    *_, last = conjugate_gradient(A, b, stop=stop, phis=(phis := []))
    assert last.i == 6 and last.why == "decrease"
    assert [len(values) for values in seen] == [2, 3, 4, 5, 6, 7] and seen[-1] == phis


def test_ends_on_negative_curvature_with_the_last_x():
    """Mistake caught: stepping along p where pᵀA p <= 0, which leads away from the model's minimum, or taking |pᵀA p|.
    """
    A = np.diag([4.0, 3.0, 2.0, -0.5])
    b = np.array([1.0, 1.0, 1.0, 0.3])
    *_, last = every_iterate(A, b)
    assert last.why == "curvature" and last.i == 2, "the system is meant to show its negative curvature only later"
    *_, before = every_iterate(A, b, max_iterations=2)
    np.testing.assert_array_equal(last.x, before.x)
    assert last.phi == before.phi == pytest.approx(phi(A, b, last.x), rel=1e-12)
    (only,) = conjugate_gradient(-np.eye(3), np.ones(3), x0=np.full(3, 0.5))
    assert (only.i, only.why) == (0, "curvature")
    np.testing.assert_array_equal(only.x, np.full(3, 0.5))


def test_no_iterate_is_given_twice():
    """Mistake caught: the last stored iterate given again when CG then ends; backtracking took it for one that is no
    worse.
    """
    A, b = spd(20, 100)
    for broken in range(2, 12):
        stored = [iterate.i for iterate in conjugate_gradient(Counted(A, broken), b, stop=fixed_iterations)]
        assert stored == sorted({i for i in (1, 2, 3, 4, 5, 7, 9) if i < broken} | {broken - 1})


def test_ends_on_nan_with_the_last_x():
    A, b = spd(20, 100)
    good = every_iterate(A, b, max_iterations=3)
    *_, last = every_iterate(Counted(A, broken=4), b)
    assert (last.i, last.why) == (3, "curvature")
    np.testing.assert_array_equal(last.x, good[-1].x)


def test_zero_right_hand_side():
    (only,) = conjugate_gradient(np.eye(4), np.zeros(4))
    assert (only.i, only.phi, only.why) == (0, 0, "curvature") and not only.x.any()
    *_, warm = conjugate_gradient(np.eye(4), np.zeros(4), x0=np.ones(4))
    assert not warm.x.any()


def test_goes_on_quietly_at_the_exact_solution():
    """Mistake caught: 0/0 in alpha or beta once the residual is exactly zero."""
    with np.errstate(all="raise"):
        *_, last = conjugate_gradient(2 * np.eye(5), np.arange(1.0, 6), stop=fixed_iterations)
    np.testing.assert_array_equal(last.x, np.arange(1.0, 6) / 2)
