"""Checks that passed what was wrong, in published codes and courses: each beside the check of ours that does not.

A derivative check is only worth what it can catch.  Each test plants a fault, shows a check that is blind to it, and
shows the check that sees it.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from ref.checks import (
    CheckFailure,
    check_backward,
    check_dot,
    check_gauss_newton,
    check_network,
    check_op,
    check_op_symmetry,
    check_op_taylor,
    check_positive_semidefinite,
    check_r_backward,
    check_r_forward,
    check_r_forward_complex,
    check_symmetry,
    check_taylor,
    complex_step,
    numerical_backward,
    richardson,
)
from ref.layers import affine, relu, softmax, tanh
from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.derivatives.cases.case import dense_start, normal

X = {"x": normal(3, 4)}
AFFINE = {"x": normal(3, 4), "W": normal(4, 5, seed=1), "b": normal(5, seed=2)}


def variant(op, **passes):
    """The op with some of its passes replaced."""
    return SimpleNamespace(**{name: getattr(op, name)
                              for name in ("forward", "backward", "r_forward", "r_backward")} | passes)


def test_ones_miss_a_transpose_whose_backward_is_a_reshape():
    transpose = SimpleNamespace(forward=lambda x: (x.T, x.shape), backward=lambda dy, cache: dy.reshape(cache))
    ones = np.ones((4, 3))
    np.testing.assert_allclose(transpose.backward(ones, (3, 4)), numerical_backward(lambda x: x.T, X["x"], ones),
                               rtol=1e-10)
    with pytest.raises(CheckFailure, match=r"backward against differences, argument x: entry \[\d, \d\]: expected .* "
                                           r"got"):
        check_backward(transpose, X)


def test_ones_miss_a_softmax_whose_backward_is_zero():
    zero = variant(softmax, backward=lambda dy, cache: np.zeros_like(dy))
    blind = numerical_backward(lambda x: softmax.forward(x)[0], X["x"], np.ones((3, 4)))
    np.testing.assert_allclose(zero.backward(np.ones((3, 4)), None), blind, atol=1e-12)
    with pytest.raises(CheckFailure, match="backward against differences"):
        check_backward(zero, X)


def test_the_dot_test_is_blind_to_an_error_that_both_passes_share():
    steeper = variant(tanh, forward=lambda x: (np.tanh(x), tanh.Cache(np.tanh(x), 1.0001 * (1 - np.tanh(x) ** 2))))
    assert check_dot(steeper, X) <= 1e-12
    with pytest.raises(CheckFailure, match="backward against differences"):
        check_backward(steeper, X)
    with pytest.raises(CheckFailure, match="r_forward against differences"):
        check_r_forward(steeper, X)


def test_taylor_slopes_are_blind_to_a_small_factor():
    scaled = variant(tanh, backward=lambda dy, cache: 1.000001 * tanh.backward(dy, cache))
    x, (dy, v) = X["x"], normal(2, 3, 4, seed=1)
    slope = np.sum(scaled.backward(dy, tanh.forward(x)[1]) * v)
    assert check_taylor(lambda h: np.sum(dy * np.tanh(x + h * v)), (np.sum(dy * np.tanh(x)), slope)) < 0.1
    with pytest.raises(CheckFailure, match="relative error of the array 1.0e-06, allowed 1e-08"):
        check_backward(scaled, X)
    wrong = variant(tanh, backward=lambda dy, cache: dy * (1 - cache.y))
    with pytest.raises(CheckFailure, match="Taylor remainder of order 2, backward: expected slope 2"):
        check_op_taylor(wrong, X)


def test_symmetry_is_blind_to_a_factor():
    def scaled(Rdy, dy, cache, r_cache):
        return 1.5 * tanh.r_backward(Rdy, dy, cache, r_cache)

    op = variant(tanh, r_backward=scaled)
    assert check_op_symmetry(op, X) <= 1e-12
    with pytest.raises(CheckFailure, match="r_backward against differences"):
        check_r_backward(op, X)


def test_symmetry_sees_a_missing_half():
    def half(Rdy, dy, cache, r_cache):
        Rdx, RdW, Rdb = affine.r_backward(Rdy, dy, cache, r_cache)
        return Rdx, RdW - r_cache.Rx.T @ dy, Rdb

    with pytest.raises(CheckFailure, match="symmetry of r_backward"):
        check_op_symmetry(variant(affine, r_backward=half), AFFINE)


def test_a_hessian_without_the_moving_cotangent():
    """Whoever tests r_backward as a Hessian only, Rdy = 0, never sees the other term."""

    def still(Rdy, dy, cache, r_cache):
        return tanh.r_backward(0 * Rdy, dy, cache, r_cache)

    op = variant(tanh, r_backward=still)
    assert check_op_symmetry(op, X) <= 1e-12
    with pytest.raises(CheckFailure, match="r_backward against differences"):
        check_r_backward(op, X)


def test_an_input_gradient_that_nothing_exercises():
    """Behind the first layer of a network nobody asks for dx: a test of the network alone passes without it."""
    lazy = variant(affine, backward=lambda dy, cache: (0 * cache.x, *affine.backward(dy, cache)[1:]))

    class OneLayer:
        def forward(self, theta, x):
            return lazy.forward(x, theta["W1"], theta["b1"])

        def backward(self, dz, cache):
            _, dW, db = lazy.backward(dz, cache)
            return theta.from_arrays({"W1": dW, "b1": db})

        def r_forward(self, v, cache):
            return lazy.r_forward(np.zeros_like(cache.x), v["W1"], v["b1"], cache)

        def r_backward(self, Rdz, dz, cache, r_cache):
            _, RdW, Rdb = lazy.r_backward(Rdz, dz, cache, r_cache)
            return theta.from_arrays({"W1": RdW, "b1": Rdb})

    theta = dense_start(MLP((4, 5), "tanh"))
    check_network(OneLayer(), theta, AFFINE["x"], linear=True)
    with pytest.raises(CheckFailure, match="backward against differences, argument x"):
        check_backward(lazy, AFFINE)


def test_a_case_that_cannot_fail_is_refused():
    """x to the power randint(1), which is always 0: value and gradient are constant, and agree."""
    power = SimpleNamespace(forward=lambda x: (x**0, None), backward=lambda dy, cache: 0 * dy,
                            r_forward=lambda Rx, cache: (0 * Rx, None))
    for check in (check_backward, check_r_forward, check_dot):
        with pytest.raises(CheckFailure, match="identically zero, so this case checks nothing"):
            check(power, X)


def test_a_loose_tolerance_on_a_flat_function():
    """log(x + 100000) at an absolute tolerance of 1e-2: a gradient of zero passes; a relative one does not let it."""
    flat = SimpleNamespace(forward=lambda x: (np.log(x + 1e5), x), backward=lambda dy, cache: 0 * dy)
    numerical = numerical_backward(lambda x: flat.forward(x)[0], X["x"], np.ones((3, 4)))
    assert np.allclose(0 * numerical, numerical, atol=1e-2)
    with pytest.raises(CheckFailure, match="relative error of the array 1.0e\\+00"):
        check_backward(flat, X)


def test_a_dead_unit_hides_its_gradient():
    """All units of a rectified layer below zero: nothing would be checked, and the case is refused."""
    with pytest.raises(CheckFailure, match="checks nothing"):
        check_op(relu, {"x": -np.abs(X["x"]) - 1}, linear=True)


def test_the_hessian_in_the_place_of_gauss_newton():
    """Both are symmetric, and equal for a linear network; only the dense J'HJ and the eigenvalues tell them apart."""
    network, t = MLP((3, 4, 2), "tanh"), 3 * normal(5, 2, seed=1)
    theta, x = dense_start(network), normal(5, 3)
    hessian = Objective(network, squared_error).curvature(theta, (x, t), product="hessian").matvec
    assert check_symmetry(hessian, theta.size) <= 1e-12
    with pytest.raises(CheckFailure, match="no eigenvalue below zero"):
        check_positive_semidefinite(hessian, theta.size)
    with pytest.raises(CheckFailure, match="Gauss-Newton product against dense J'HJ"):
        check_gauss_newton(hessian, lambda v: network.forward(theta.like(v), x)[0], lambda z: squared_error.value(z, t),
                           theta.vector)


def test_the_complex_step_is_wrong_through_abs():
    assert complex_step(lambda h: np.abs(0.7 + h)) == 0  # the truth is 1, and no error is raised
    size = SimpleNamespace(forward=lambda x: (np.abs(x), np.sign(x)), r_forward=lambda Rx, cache: (cache * Rx, None))
    assert check_r_forward(size, X) <= 1e-8
    with pytest.raises(CheckFailure, match="checks nothing"):
        check_r_forward_complex(size, X)


def test_a_one_sided_difference_cannot_see_small_faults():
    """f(x + h) - f(x) over h errs by 1e-8 at its best step; Richardson's differences reach 1e-11 with a long one."""
    def f(h):
        return np.tanh(0.7 + h) * np.exp(0.7 + h)

    truth = np.exp(0.7) * (np.tanh(0.7) + 1 - np.tanh(0.7) ** 2)
    one_sided = min(abs((f(h) - f(0)) / h - truth) for h in 10.0 ** -np.arange(1, 15))
    assert one_sided > 1e-10 > 10 * abs(richardson(f) - truth)


def test_a_square_layer_hides_a_missing_transpose():
    """dy W in the place of dy Wᵀ: with as many inputs as units every shape is right, and a symmetric W even the
    numbers.
    """
    untransposed = variant(affine, backward=lambda dy, cache: (dy @ cache.W, cache.x.T @ dy, dy.sum(axis=0)))
    square = {"x": normal(3, 4), "W": np.eye(4), "b": normal(4)}
    check_backward(untransposed, square)
    with pytest.raises(CheckFailure, match="argument x"):
        check_backward(untransposed, square | {"W": normal(4, 4, seed=1)})
