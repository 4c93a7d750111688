"""The empirical-Fisher preconditioner and the unbiased diagonal of G, against loops over cases and dense matrices."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree, fisher_preconditioner
from tests.hessian_free.problems import ACTIVATION_NAMES, LOSS_NAMES, problem


@pytest.mark.parametrize("chunk", [1000, 3])
@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_squares_against_a_loop_over_cases(activation, loss, chunk):
    p = problem(loss, activation, chunk=chunk, decay=0.1)
    f, gradient, squares = p.objective.gradient_and_squares(p.theta, p.batch)
    cases = p.dense.case_gradients(p.theta.vector)
    np.testing.assert_allclose(squares.vector, (cases**2).mean(axis=0), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(gradient.vector, p.dense.gradient(p.theta.vector), rtol=1e-10, atol=1e-13)
    assert f == pytest.approx(p.dense.value(p.theta.vector), rel=1e-12)


def test_squares_are_not_the_square_of_the_minibatch_gradient():
    """Mistake caught: gradients squared after the sum over the minibatch and not case by case."""
    p = problem("logistic_cross_entropy", N=20)
    _, gradient, squares = p.objective.gradient_and_squares(p.theta, p.batch)
    mistaken = gradient.vector**2
    assert (squares.vector >= mistaken - 1e-15).all(), "a mean of squares is at least the square of the mean"
    assert squares.vector.sum() > 2 * mistaken.sum()


def test_squares_of_three_deep_layers():
    p = problem("softmax_cross_entropy", "softplus", sizes=(3, 4, 2, 5), N=4)
    squares = p.objective.gradient_and_squares(p.theta, p.batch)[2]
    np.testing.assert_allclose(squares.vector, (p.dense.case_gradients(p.theta.vector) ** 2).mean(axis=0), rtol=1e-10,
                               atol=1e-14)


def test_exponent_and_damping():
    squares = np.array([0.0, 1.0, 3.0])
    np.testing.assert_allclose(fisher_preconditioner(squares, 1.0), [1, 2**0.75, 4**0.75], rtol=1e-14)
    np.testing.assert_allclose(fisher_preconditioner(squares, 1.0, 0.5), [1, 2**0.5, 2], rtol=1e-14)
    np.testing.assert_allclose(fisher_preconditioner(squares, np.array([1.0, 3.0, 1.0]), 1.0), [1, 4, 4], rtol=1e-14)
    np.testing.assert_array_equal(fisher_preconditioner(squares, 1.0, 0.0), np.ones(3))
    np.testing.assert_array_equal(squares, [0, 1, 3])
    for damping in (0.5, np.float64(0.5), np.full(3, 0.5)):
        assert fisher_preconditioner(squares.astype(np.float32), damping).dtype == np.float32


@pytest.mark.parametrize("squares, damping, exponent, message", [
    (np.array([1.0, -1e-12]), 1.0, 0.75, "squares must not be negative"),
    (np.array([1.0, np.nan]), 1.0, 0.75, r"squares must be finite but squares\[1\] is nan"),
    (np.ones(2), 0.0, 0.75, "damping must be positive, got 0.0"),
    (np.ones(2), np.nan, 0.75, "damping must be positive, got nan"),
    (np.ones(2), np.array([1.0, 0.0]), 0.75, "damping must be positive"),
    (np.ones(2), 1.0, 1.5, "exponent is 1.5 but must be at most 1"),
    (np.ones(2), 1.0, -0.1, "exponent is -0.1 but must be at least 0"),
])
def test_bad_input(squares, damping, exponent, message):
    with pytest.raises(ValueError, match=message):
        fisher_preconditioner(squares, damping, exponent)


@pytest.mark.parametrize("exponent", [None, 0.5, 0.75])
def test_the_optimiser_uses_it(exponent):
    """One CG iteration from a cold start is the minimum along P⁻¹g, formed here in full.

    Mistakes caught: a preconditioner that is built and then dropped (the step is the plain one, and every test that
    only runs the code passes); one built without lambda or without the weight decay; P where 1/P is meant.
    """
    p = problem("softmax_cross_entropy", decay=0.1, N=9)
    chosen = dict(preconditioner=None) if exponent is None else dict(exponent=exponent)
    optimizer = HessianFree(damping=0.4, max_iterations=1, rate=1.0, **chosen)
    theta, _, _ = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
    g, G = p.dense.gradient(p.theta.vector), p.dense.gauss_newton(p.theta.vector)
    B = G + 0.4 * np.eye(len(g))
    P = ((p.dense.case_gradients(p.theta.vector) ** 2).mean(axis=0) + 0.4 + 0.1) ** (exponent or 0)
    direction = -g / P
    expected = -(g @ direction) / (direction @ B @ direction) * direction
    np.testing.assert_allclose(theta.vector - p.theta.vector, expected, rtol=1e-10, atol=1e-13)
    plain = g @ g / (g @ B @ g) * -g
    assert (np.abs(expected - plain).max() > 0.05 * np.abs(plain).max()) == (exponent is not None)


@pytest.mark.parametrize("chunk", [1000, 301])
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_diagonal_of_g_is_unbiased(loss, chunk):
    """The mean of 10,000 draws lies within its standard errors of the exact diagonal, entry by entry and in sum.

    Each case is given 200 times over, so that one draw has 200 independent ones of it.
    """
    p = problem(loss, N=5, sizes=(3, 4, 3), chunk=chunk)
    many = tuple(np.tile(array, (200, 1)) for array in p.batch)
    rng = np.random.default_rng(7)
    draws = np.array([p.objective.curvature_diagonal(p.theta, many, rng).vector for _ in range(50)])
    exact = np.diag(p.dense.gauss_newton(p.theta.vector))
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    off = draws.mean(axis=0) - exact
    assert (np.abs(off) <= 5 * error + 1e-12).all()
    assert error.max() < 0.02 * exact.max() and abs(off.sum()) < 0.01 * exact.sum()


def test_diagonal_of_g_is_exact_for_one_output():
    """With one output xi² = 1 has no variance: every draw is diag(G) itself."""
    p = problem("logistic_cross_entropy", sizes=(3, 4, 1), N=6)
    draw = p.objective.curvature_diagonal(p.theta, p.batch, np.random.default_rng(0)).vector
    np.testing.assert_allclose(draw, np.diag(p.dense.gauss_newton(p.theta.vector)), rtol=1e-10, atol=1e-14)


def test_diagonal_of_g_is_not_the_fisher_diagonal():
    """Mistake caught: one taken for the other.  At targets equal to the predictions gradients vanish and G does not."""
    p = problem("logistic_cross_entropy", sizes=(3, 4, 1))
    z, _ = p.objective.network.forward(p.theta, p.batch[0])
    batch = (p.batch[0], p.objective.loss.prediction(z))
    assert p.objective.gradient_and_squares(p.theta, batch)[2].vector.max() < 1e-25
    assert p.objective.curvature_diagonal(p.theta, batch, np.random.default_rng(0)).vector.max() > 0.01


def test_diagonal_draws_follow_the_generator():
    p = problem("softmax_cross_entropy")
    draw = lambda seed: p.objective.curvature_diagonal(p.theta, p.batch, np.random.default_rng(seed)).vector
    np.testing.assert_array_equal(draw(3), draw(3))
    assert (draw(3) != draw(4)).any()
