"""Damping: rho from both published definitions, Levenberg-Marquardt at its edges, scale-sensitive damping."""

from dataclasses import dataclass

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree, levenberg_marquardt, reduction_ratio, scale_sensitive
from ref.objective import Objective
from tests.hessian_free.problems import LOSS_NAMES, more_data, problem


@dataclass
class Taken:
    """A step on a problem, and its M formed in full."""

    report: dict
    d: np.ndarray
    g: np.ndarray
    B: np.ndarray

    def model(self, damping):
        return self.g @ self.d + 0.5 * self.d @ self.B @ self.d + 0.5 * damping * self.d @ self.d


def step_of(p, batches, **options):
    """One step at a fixed rate of 1, so that the change of theta is the backtracked iterate itself."""
    optimizer = HessianFree(rate=1.0, **options)
    state = {**optimizer.init(p.theta), "direction": 0.3 * np.random.default_rng(9).standard_normal(p.theta.size)}
    new, _, report = optimizer.step(p.theta, state, p.objective, batches)
    batches = batches.filled()
    theta = p.theta.vector
    return Taken(report, new.vector - theta, p.on(batches.gradient).gradient(theta),
                 p.on(batches.curvature).gauss_newton(theta))


@pytest.mark.parametrize("decay", [0.0, 0.02])
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_undamped_rho_against_the_dense_model(loss, decay):
    """f and M on the curvature minibatch, g on the gradient's data, M without lambda.

    Mistakes caught: rho with the damped model under the other's name; rho measured from the warm start's point
    theta + x0 and M(x0) in place of theta; rho of the last iterate in place of the backtracked one.
    """
    p = problem(loss, decay=decay, scale=1.0)
    batches = Batches(p.batch, more_data(p, 5), more_data(p, 6, seed=2))
    s = step_of(p, batches, damping=0.3)
    f = p.on(batches.curvature).value
    expected = (f(p.theta.vector + s.d) - f(p.theta.vector)) / s.model(0)
    assert s.report["rho"] == (pytest.approx(expected, rel=1e-8) if expected > 0 else -np.inf)


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_damped_rho_against_the_dense_model(loss):
    """f on the data for rho, M with lambda."""
    p = problem(loss, decay=0.02)
    batches = Batches(p.batch, more_data(p, 5), more_data(p, 6, seed=2), rho=more_data(p, 9, seed=3))
    s = step_of(p, batches, damping=0.3, rho="damped")
    f = p.on(batches.rho).value
    expected = (f(p.theta.vector + s.d) - f(p.theta.vector)) / s.model(0.3)
    assert s.report["rho"] == (pytest.approx(expected, rel=1e-8) if expected > 0 else -np.inf)
    assert s.report["phi"] == pytest.approx(s.model(0.3), rel=1e-9)


def test_these_problems_do_backtrack_and_do_fall():
    """The two tests above see rho of the backtracked iterate, and a finite one, at least here."""
    p = problem("softmax_cross_entropy", scale=1.0)
    s = step_of(p, Batches(p.batch, more_data(p, 5), more_data(p, 6, seed=2)), damping=0.3)
    assert s.report["backtracked"] < s.report["cg_iterations"] and s.report["rho"] > 0


@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize("warm", [False, True])
def test_a_quadratic_objective_has_rho_one(decay, warm):
    """A linear net with squared error is its own quadratic model, wherever CG stops.

    Mistakes caught: an error Σ (t - y)² whose gradient and curvature lack the factor 2; weight decay in f but not in G
    v; M from the warm start on.
    """
    p = problem("squared_error", "identity", sizes=(4, 3), N=12, decay=decay)
    optimizer = HessianFree(damping=0.5, max_iterations=4)
    state = optimizer.init(p.theta)
    if warm:
        state["direction"] = np.random.default_rng(1).standard_normal(p.theta.size)
    _, _, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    assert report["rho"] == pytest.approx(1, abs=1e-10)


def test_the_two_mistakes_above_would_show():
    """The same problem with the error doubled, or with the decay left out of the curvature, has another rho."""
    p = problem("squared_error", "identity", sizes=(4, 3), N=12, decay=0.5)
    optimizer = HessianFree(damping=0.5)

    class Doubled:
        def __getattr__(self, name):
            return getattr(p.objective, name)

        def value(self, theta, batch):
            return 2 * p.objective.value(theta, batch)

    class Undecayed:
        def __getattr__(self, name):
            return getattr(p.objective, name)

        def curvature(self, theta, batch, kind, damping):
            return Objective(p.objective.network, p.objective.loss).curvature(theta, batch, kind, damping)

    for objective in (Doubled(), Undecayed()):
        _, _, report = optimizer.step(p.theta, optimizer.init(p.theta), objective, Batches(p.batch))
        assert abs(report["rho"] - 1) > 0.1


def test_reduction_ratio():
    assert reduction_ratio(3.0, 5.0, -4.0) == 0.5
    assert reduction_ratio(5.1, 5.0, -4.0) == -np.inf, "f rose"
    assert reduction_ratio(5.1, 5.0, +4.0) == -np.inf, "f rose, as did M"
    assert reduction_ratio(5.0, 5.0, -4.0) == 0
    for f in (np.nan, np.inf, -np.inf):
        assert reduction_ratio(f, 5.0, -4.0) == -np.inf
    for model in (0.0, 1.0, np.nan):
        assert np.isnan(reduction_ratio(4.0, 5.0, model)), "a model that does not fall has no ratio"


@pytest.mark.parametrize("rho, factor", [
    (-np.inf, 1.5), (-1, 1.5), (0.2499, 1.5), (0.25, 1), (0.2501, 1), (0.5, 1), (0.7499, 1), (0.75, 1), (0.7501, 2 / 3),
    (1.0, 2 / 3), (30.0, 2 / 3), (np.inf, 2 / 3), (np.nan, 1.5),
])
def test_levenberg_marquardt(rho, factor):
    """Mistake caught: NaN, for which every comparison is false, taken for a good ratio."""
    assert levenberg_marquardt(12.0, rho) == pytest.approx(12 * factor, rel=1e-15)


@pytest.mark.parametrize("damping", [-1.0, np.nan, np.inf])
def test_levenberg_marquardt_refuses(damping):
    with pytest.raises(ValueError, match="damping is"):
        levenberg_marquardt(damping, 0.5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scale_sensitive_has_mean_one(dtype):
    diagonal = np.random.default_rng(0).exponential(size=500).astype(dtype)
    diagonal[::7] = 0
    for mix in (0.0, 0.3, 0.5, 1.0):
        D = scale_sensitive(diagonal, mix)
        assert D.dtype == dtype
        assert D.mean(dtype=float) == pytest.approx(1, rel=1e-6)
        assert D.min() == pytest.approx(1 - mix, rel=1e-6), "mixed with I, no direction is set free"
    np.testing.assert_allclose(scale_sensitive(diagonal, 1.0), diagonal / diagonal.mean(), rtol=1e-5)
    np.testing.assert_array_equal(scale_sensitive(diagonal, 0.0), np.ones(500))


@pytest.mark.parametrize("diagonal, mix, message", [
    (np.zeros(3), 0.5, "at least one positive"),
    (np.array([1.0, -1e-9]), 0.5, "no negative entry"),
    (np.array([1.0, np.nan]), 0.5, r"diagonal must be finite but diagonal\[1\] is nan"),
    (np.ones(3), 1.5, "mix is 1.5 but must be at most 1"),
    (np.ones(3), -0.1, "mix is -0.1 but must be at least 0"),
])
def test_scale_sensitive_refuses(diagonal, mix, message):
    with pytest.raises(ValueError, match=message):
        scale_sensitive(diagonal, mix)


def test_the_operator_damped_scale_sensitively_is_g_plus_lambda_d():
    p = problem("softmax_cross_entropy", decay=0.01)
    D = scale_sensitive(np.random.default_rng(0).exponential(size=p.theta.size), 0.5)
    B = p.objective.curvature(p.theta, p.batch, damping=2.5 * D)
    expected = p.dense.gauss_newton(p.theta.vector) + np.diag(2.5 * D)
    np.testing.assert_allclose(B @ np.eye(p.theta.size), expected, rtol=1e-10, atol=1e-12)
