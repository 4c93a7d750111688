"""The exact quadratic in the span of a few directions, against dense matrices and dense minimisation."""

import numpy as np
import pytest

from ref.hessian_free import rescaled
from ref.hessian_free.kfac.span import minimize, span_curvature
from tests.hessian_free.counted import CountedNetwork
from tests.hessian_free.problems import LOSS_NAMES, problem


def dense_model(p, damping):
    """(M(d) as a function, g, B)."""
    B = p.dense.gauss_newton(p.theta.vector) + damping * np.eye(p.theta.size)
    g = p.dense.gradient(p.theta.vector)
    return (lambda d: 0.5 * d @ B @ d + g @ d), g, B


def directions(p, k, seed=0):
    return list(np.random.default_rng(seed).standard_normal((k, p.theta.size)))


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_q_is_the_dense_matrix_seen_from_the_directions(loss):
    p = problem(loss, decay=0.1, chunk=3)
    V = directions(p, 3)
    _, _, B = dense_model(p, 0.7)
    Q = span_curvature(p.objective, p.theta, p.batch, V, 0.7)
    np.testing.assert_allclose(Q, np.array(V) @ B @ np.array(V).T, rtol=1e-11)
    assert Q.dtype == np.float64


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_the_step_is_the_minimum_in_the_plane(loss):
    p = problem(loss, decay=0.1)
    model, g, B = dense_model(p, 0.7)
    *trials, before = directions(p, 3)
    for D, step in zip(trials, rescaled(p.objective, p.theta, p.batch, g, trials, before, 0.7)):
        V = np.stack([D, before])
        alpha, mu = np.linalg.solve(V @ B @ V.T, -V @ g)
        assert (step.alpha, step.mu) == pytest.approx((alpha, mu), rel=1e-9)
        np.testing.assert_allclose(step.d, alpha * D + mu * before, rtol=1e-9, atol=1e-12)
        assert step.model == pytest.approx(model(step.d), rel=1e-10)
        assert step.model == pytest.approx(0.5 * g @ step.d, rel=1e-10), "M(d) - M(0) = ½ gᵀd at the minimum"
        around = [model(step.d + 1e-3 * (a * D + b * before)) for a, b in [(1, 0), (-1, 0), (0, 1), (0, -1)]]
        assert min(around) > step.model


def test_without_a_previous_step_the_minimum_along_the_line():
    p = problem("logistic_cross_entropy", decay=0.1)
    _, g, B = dense_model(p, 0.7)
    D, = directions(p, 1)
    step, = rescaled(p.objective, p.theta, p.batch, g, [D], None, 0.7)
    assert step.alpha == pytest.approx(-g @ D / (D @ B @ D), rel=1e-11) and step.mu == 0
    assert step.model == pytest.approx(-0.5 * (g @ D) ** 2 / (D @ B @ D), rel=1e-11)


def test_momentum_never_makes_the_model_worse():
    p = problem("softmax_cross_entropy")
    g = p.objective.gradient(p.theta, p.batch).vector
    *trials, before = directions(p, 6)
    alone = rescaled(p.objective, p.theta, p.batch, g, trials, None, 0.1)
    both = rescaled(p.objective, p.theta, p.batch, g, trials, before, 0.1)
    assert all(b.model < a.model for a, b in zip(alone, both))


def test_directions_that_depend_on_each_other_or_are_zero():
    p = problem()
    g = p.objective.gradient(p.theta, p.batch).vector
    alone, = rescaled(p.objective, p.theta, p.batch, g, [-g], None, 0.1)
    for before in (0 * g, -g, 1e-9 * g, 1e7 * g):
        step, = rescaled(p.objective, p.theta, p.batch, g, [-g], before, 0.1)
        np.testing.assert_allclose(step.d, alone.d, rtol=1e-6)
        assert step.model == pytest.approx(alone.model, rel=1e-6)
    step, = rescaled(p.objective, p.theta, p.batch, g, [0 * g], None, 0.1)
    assert step.model == 0 and not step.d.any()


def test_the_length_of_a_direction_does_not_matter():
    Q, b = np.array([[2.0, 0.3], [0.3, 1.0]]), np.array([1.0, -2.0])
    c = minimize(Q, b)
    np.testing.assert_allclose(c, -np.linalg.solve(Q, b), rtol=1e-12)
    S = np.diag([1e-12, 1e9])
    np.testing.assert_allclose(S @ minimize(S @ Q @ S, S @ b), c, rtol=1e-9)
    assert np.isnan(minimize(np.array([[np.inf, 0], [0, 1.0]]), b)).all()


def test_only_forward_passes():
    p = problem(N=7)
    p.objective.network = CountedNetwork(p.objective.network)
    span_curvature(p.objective, p.theta, p.batch, directions(p, 3), 0.1)
    assert p.objective.network.thirds == 7 * (1 + 3 * 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(dtype):
    p = problem("logistic_cross_entropy", decay=0.1)
    theta, batch = p.theta.astype(dtype), tuple(array.astype(dtype) for array in p.batch)
    g = p.objective.gradient(theta, batch).vector
    D, before = (d.astype(dtype) for d in directions(p, 2))
    step, = rescaled(p.objective, theta, batch, g, [D], before, 0.7)
    assert step.d.dtype == dtype and isinstance(step.alpha, float) and isinstance(step.model, float)
    expected, = rescaled(p.objective, p.theta, p.batch, g.astype(float), [D.astype(float)], before.astype(float), 0.7)
    np.testing.assert_allclose(step.d, expected.d, rtol=1e-4, atol=1e-5)
