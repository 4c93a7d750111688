"""Krylov subspace descent against dense bases and exact minimisers."""

import numpy as np
import pytest

from ref.hessian_free import Batches, KrylovSubspaceDescent
from ref.objective import Objective
from tests.hessian_free.counted import CountedNetwork
from tests.hessian_free.problems import more_data, problem


@pytest.mark.parametrize("previous", [False, True])
def test_the_step_is_the_minimiser_in_the_subspace(previous):
    """On a quadratic objective: Vᵀ∇f = 0 at the new point, and f is that of the dense solution in span V."""
    p = problem("squared_error", "identity", sizes=(4, 3), N=30, decay=0.1)
    theta, K = p.theta.vector, 4
    optimizer = KrylovSubspaceDescent(dimensions=K, bfgs_iterations=200)
    state = optimizer.init(p.theta)
    if previous:
        state["direction"] = np.random.default_rng(0).standard_normal(len(theta))
    new, new_state, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    g, B = p.dense.gradient(theta), p.dense.gauss_newton(theta)
    powers = [np.linalg.matrix_power(B, k) @ g for k in range(K)] + ([state["direction"]] if previous else [])
    V, _ = np.linalg.qr(np.column_stack(powers))
    step = -V @ np.linalg.solve(V.T @ B @ V, V.T @ g)
    np.testing.assert_allclose(new.vector - theta, step, atol=2e-5 * np.linalg.norm(g) / 0.1)
    assert p.dense.value(new.vector) == pytest.approx(p.dense.value(theta + step), rel=1e-8)
    assert np.abs(V.T @ p.dense.gradient(new.vector)).max() <= 2e-5 * np.linalg.norm(g)
    assert report["dimensions"] == K + previous
    np.testing.assert_array_equal(new_state["direction"], new.vector - theta)
    assert report["loss_after"] == pytest.approx(p.dense.value(new.vector), rel=1e-12)


@pytest.mark.parametrize("curvature", ["gauss_newton", "hessian"])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "logistic_squared_error"])
def test_never_worse_than_theta_also_with_an_indefinite_hessian(loss, curvature):
    p = problem(loss, N=10, scale=1.5)
    if curvature == "hessian":
        assert np.linalg.eigvalsh(p.dense.hessian(p.theta.vector))[0] < -1e-3
    optimizer = KrylovSubspaceDescent(dimensions=6, curvature=curvature)
    theta, state = p.theta, optimizer.init(p.theta)
    batches = Batches(p.batch, more_data(p, 5))
    losses = [p.dense.value(theta.vector)]
    for _ in range(8):
        theta, state, report = optimizer.step(theta, state, p.objective, batches)
        assert report["loss"] == pytest.approx(losses[-1], rel=1e-12)
        losses.append(p.dense.value(theta.vector))
    assert (np.diff(losses) <= 1e-12).all() and losses[-1] < 0.5 * losses[0]


def test_each_part_sees_its_own_data():
    p = problem("softmax_cross_entropy")
    batches = Batches(p.batch, more_data(p, 5), more_data(p, 6, seed=2))
    optimizer = KrylovSubspaceDescent(dimensions=3, bfgs_iterations=200)
    new, _, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, batches)
    g, B = p.dense.gradient(p.theta.vector), p.on(batches.curvature).gauss_newton(p.theta.vector)
    V, _ = np.linalg.qr(np.column_stack([g, B @ g, B @ B @ g]))
    d = new.vector - p.theta.vector
    np.testing.assert_allclose(V @ (V.T @ d), d, atol=1e-9)
    assert np.abs(V.T @ p.on(batches.backtracking).gradient(new.vector)).max() <= 2e-5 * np.linalg.norm(g)
    assert report["loss_after"] == pytest.approx(p.on(batches.backtracking).value(new.vector), rel=1e-12)


def test_without_a_gradient_it_goes_along_the_previous_step_or_stays():
    """At a fit that is exact on the gradient's data, but not on BFGS's."""
    p = problem("squared_error", "identity", sizes=(4, 3), N=5)
    fitted = (p.batch[0], p.objective.network.forward(p.theta, p.batch[0])[0])
    optimizer = KrylovSubspaceDescent()
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(fitted))
    np.testing.assert_array_equal(theta.vector, p.theta.vector)
    assert report["dimensions"] == report["bfgs_iterations"] == 0 and not state["direction"].any()
    assert report["loss_after"] == report["loss"] == 0
    other = more_data(p, 20)
    previous = np.random.default_rng(0).standard_normal(p.theta.size)
    theta, _, report = optimizer.step(p.theta, {"direction": previous}, p.objective,
                                      Batches(fitted, backtracking=other))
    d = theta.vector - p.theta.vector
    assert report["dimensions"] == 1 and d.any()
    assert abs(abs(d @ previous) - np.linalg.norm(d) * np.linalg.norm(previous)) < 1e-9 * np.linalg.norm(previous)
    assert p.on(other).value(theta.vector) < p.on(other).value(p.theta.vector)


def test_the_best_trial_is_taken_and_not_the_last():
    """On a surface too rough for BFGS's line search, whose last trial is often a bad one."""
    p = problem("softmax_cross_entropy")

    class Rough:
        def __init__(self):
            self.values = []

        def __getattr__(self, name):
            return getattr(p.objective, name)

        def value_and_gradient(self, theta, batch):
            f, g = p.objective.value_and_gradient(theta, batch)
            self.values.append(f + 0.3 * np.sin(1e3 * theta.vector[0]))
            return self.values[-1], g

    rough = Rough()
    _, _, report = KrylovSubspaceDescent().step(p.theta, KrylovSubspaceDescent().init(p.theta), rough, p.batch)
    assert rough.values[-1] > min(rough.values), "the mistake would not show on this surface"
    assert report["loss_after"] == min(rough.values)


def test_a_loss_that_is_not_finite_ends_the_step_and_changes_nothing():
    p = problem("squared_error", "identity", scale=1e200)
    optimizer = KrylovSubspaceDescent()
    state = optimizer.init(p.theta)
    with np.errstate(over="ignore", invalid="ignore"):
        theta, new, report = optimizer.step(p.theta, state, p.objective, p.batch)
    assert theta is p.theta and new is state
    assert not np.isfinite(report["loss"]) and report["gradient_equivalents"] == 7


def test_trials_that_overflow_are_refused():
    p = problem("squared_error", "relu", sizes=(4, 5, 6, 3), N=6, scale=1e40)
    optimizer = KrylovSubspaceDescent(dimensions=3)
    with np.errstate(over="ignore", invalid="ignore"):
        theta, _, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
    assert np.isfinite(theta.vector).all() and report["loss_after"] <= report["loss"]


@pytest.mark.parametrize("chunk", [1000, 4])
@pytest.mark.parametrize("curvature", ["gauss_newton", "hessian"])
def test_gradient_equivalents_against_the_work_that_was_done(curvature, chunk):
    p = problem("softmax_cross_entropy", N=12)
    network = CountedNetwork(p.objective.network)
    objective = Objective(network, p.objective.loss, chunk=chunk)
    optimizer = KrylovSubspaceDescent(dimensions=4, curvature=curvature)
    batches = Batches(p.batch, more_data(p, 5), more_data(p, 7))
    _, _, report = optimizer.step(p.theta, optimizer.init(p.theta), objective, batches)
    assert report["gradient_equivalents"] == pytest.approx(network.thirds / 3, rel=1e-12)


def test_pure_and_float32():
    p = problem("logistic_cross_entropy")
    p = p._replace(theta=p.theta.astype(np.float32), batch=tuple(a.astype(np.float32) for a in p.batch))
    optimizer = KrylovSubspaceDescent(dimensions=5)
    theta, state, _ = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
    kept = theta.vector.copy(), state["direction"].copy()
    one, other = (optimizer.step(theta, state, p.objective, p.batch) for _ in range(2))
    np.testing.assert_array_equal(one[0].vector, other[0].vector)
    np.testing.assert_array_equal(theta.vector, kept[0])
    np.testing.assert_array_equal(state["direction"], kept[1])
    assert one[0].dtype == one[1]["direction"].dtype == np.float32
    assert one[2]["loss_after"] <= one[2]["loss"] * (1 + 1e-6)


@pytest.mark.parametrize("options, message", [
    (dict(dimensions=0), "dimensions is 0 but must be at least 1"),
    (dict(bfgs_iterations=0), "bfgs_iterations is 0 but must be at least 1"),
    (dict(curvature="fisher"), "curvature is 'fisher'"),
])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        KrylovSubspaceDescent(**options)


def test_bad_data():
    p = problem()
    optimizer = KrylovSubspaceDescent()
    x = p.batch[0].copy()
    x[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"x must be finite but x\[1, 2\] is nan"):
        optimizer.step(p.theta, optimizer.init(p.theta), p.objective, (x, p.batch[1]))
