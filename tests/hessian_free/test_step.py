"""HessianFree.step against the whole step done again on dense matrices (oracle_step.py)."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree
from tests.hessian_free import oracle_step
from tests.hessian_free.problems import LOSS_NAMES, more_data, problem

OPTIONS = {
    "default": {},
    "no preconditioner": dict(preconditioner=None),
    "exponent": dict(exponent=0.5),
    "no backtracking": dict(backtracking=False),
    "cold start": dict(decay=0.0),
    "no adaptation": dict(adapt=False),
    "fixed rate": dict(rate=lambda step: 1 / (1 + step)),
    "scale-sensitive": dict(scale_mix=0.5),
    "scale-sensitive alone": dict(scale_mix=1.0, preconditioner=None, max_iterations=10),
    "hessian": dict(curvature="hessian"),
    "damped rho": dict(rho="damped"),
    "2012 rule": dict(stop="2012", max_iterations=60),
    "fixed iterations": dict(stop="fixed", max_iterations=8),
}


def compare(p, batches, damping, direction, options, chunk=None):
    """One step of each from the same start; return ref's report."""
    optimizer = HessianFree(damping=damping, **options)
    state = {**optimizer.init(p.theta), "direction": direction, "step": 2}
    theta, new, report = optimizer.step(p.theta, state, p.objective, batches)
    expected, new_expected, report_expected = oracle_step.step(
        p.on, p.theta.vector, {"damping": damping, "direction": direction, "step": 2}, batches.filled(), p.dense.decay,
        **options
    )
    np.testing.assert_allclose(theta.vector, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(new["direction"], new_expected["direction"], rtol=1e-9, atol=1e-10)
    assert new["damping"] == pytest.approx(new_expected["damping"], rel=1e-14) and new["step"] == 3
    for name, value in report_expected.items():
        assert report[name] == pytest.approx(value, rel=1e-8, abs=1e-12), name
    return report


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "squared_error"])
def test_one_step_with_each_option(loss, name):
    """With five examples and a lambda of 0.7 the softmax's CG ends where its iterates differ by the last bit: a tie."""
    p = problem(loss, decay=0.05, N=8)
    examples, damping = (12, 0.2) if loss == "softmax_cross_entropy" else (5, 0.7)
    batches = Batches(p.batch, *(more_data(p, N, seed=k) for k, N in enumerate((examples, 6, 4, 7), start=1)))
    direction = 0.1 * np.random.default_rng(5).standard_normal(p.theta.size)
    compare(p, batches, damping=2.0 if name == "hessian" else damping, direction=direction, options=OPTIONS[name])


@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("chunk", [1000, 3])
def test_one_step_with_each_loss_and_in_chunks(loss, chunk):
    p = problem(loss, N=8, chunk=chunk)
    damping = 0.05 if loss == "logistic_squared_error" else 0.5
    compare(p, Batches(p.batch), damping, direction=np.zeros(p.theta.size), options={})


def test_every_part_of_a_step_is_seen_by_the_comparison():
    """Among a few starts there are steps that walk back, search along the line, reject, raise lambda, keep it and lower
    it.
    """
    seen = set()
    for seed in range(10):
        p = problem("softmax_cross_entropy", N=6, seed=seed, scale=1.0)
        batches = Batches(p.batch, more_data(p, 5, seed=1), more_data(p, 6, seed=2), more_data(p, 2, seed=seed + 3))
        direction = 0.5 * np.random.default_rng(seed).standard_normal(p.theta.size)
        damping = [0.05, 0.5, 5.0][seed % 3]
        options = dict(decay=1.0, max_iterations=1 + 2 * (seed % 5))
        r = compare(p, batches, damping, direction, options)
        seen |= {"walked back" if r["backtracked"] < r["cg_iterations"] else "took the last"}
        seen |= {"rejected" if r["rate"] == 0 else "searched" if r["rate"] < 1 else "went all the way"}
        seen |= {"raised" if not r["rho"] >= 0.25 else "lowered" if r["rho"] > 0.75 else "kept"}
    assert len(seen) == 8, seen


def test_the_update_is_the_backtracked_iterate_and_the_next_start_the_last():
    """Mistake caught: one iterate used for both."""
    p = problem("softmax_cross_entropy", scale=1.0)
    optimizer = HessianFree(damping=0.3, rate=1.0)
    batches = Batches(p.batch, more_data(p, 5), more_data(p, 6, seed=2))
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, batches)
    assert report["backtracked"] < report["cg_iterations"]
    squares = (p.dense.case_gradients(p.theta.vector) ** 2).mean(axis=0)
    B = p.on(batches.curvature).gauss_newton(p.theta.vector) + 0.3 * np.eye(p.theta.size)
    xs, _ = oracle_step.cg_iterates(B, -p.dense.gradient(p.theta.vector), 0, (squares + 0.3) ** 0.75,
                                    oracle_step.ends_2010, 250)
    np.testing.assert_allclose(theta.vector - p.theta.vector, xs[report["backtracked"]], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(state["direction"], xs[report["cg_iterations"]], rtol=1e-9, atol=1e-10)


def test_a_rejected_step_forgets_the_direction_and_keeps_theta():
    """Mistake caught: after a rejection the next CG run starts from the direction that has just failed."""

    p = problem()

    class Rising:
        """An objective whose value is higher wherever it is asked but at the start."""

        def __getattr__(self, name):
            return getattr(p.objective, name)

        def value(self, theta, batch):
            return p.objective.value(theta, batch) + (1e6 if (theta.vector != p.theta.vector).any() else 0)

    optimizer = HessianFree(damping=1.0)
    state = {**optimizer.init(p.theta), "direction": np.ones(p.theta.size)}
    theta, new, report = optimizer.step(p.theta, state, Rising(), Batches(p.batch))
    assert report["rate"] == 0 and report["norm"] == 0 and report["rho"] == -np.inf
    np.testing.assert_array_equal(theta.vector, p.theta.vector)
    assert not new["direction"].any()
    assert new["damping"] == 1.5


def test_a_step_at_the_minimum_stays_there():
    p = problem("squared_error", "identity", sizes=(4, 3), N=30)
    x = np.hstack([p.batch[0], np.ones((30, 1))])
    p.theta.vector[:] = np.linalg.lstsq(x, p.batch[1], rcond=None)[0].ravel()
    for options in ({}, dict(scale_mix=0.5)):
        optimizer = HessianFree(damping=1.0, **options)
        theta, _, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
        np.testing.assert_allclose(theta.vector, p.theta.vector, atol=1e-12)
        assert np.isfinite(report["loss"])


@pytest.mark.parametrize("options", [{}, dict(preconditioner=None), dict(scale_mix=0.5)])
def test_no_gradient_at_all(options):
    """Every case fitted exactly, so that the gradient, the squares and CG's right-hand side are all zero."""
    p = problem("squared_error", "identity", sizes=(4, 3), N=5)
    batch = (p.batch[0], p.objective.network.forward(p.theta, p.batch[0])[0])
    optimizer = HessianFree(**options)
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(batch))
    np.testing.assert_array_equal(theta.vector, p.theta.vector)
    assert report["loss"] == report["cg_iterations"] == report["norm"] == 0 and not state["direction"].any()


def test_many_steps_of_newton_reach_the_minimum_of_a_quadratic():
    p = problem("squared_error", "identity", sizes=(4, 3), N=30)
    x = np.hstack([p.batch[0], np.ones((30, 1))])
    best = p.dense.value(np.linalg.lstsq(x, p.batch[1], rcond=None)[0].ravel())
    optimizer = HessianFree(damping=1.0)
    theta, state = p.theta, optimizer.init(p.theta)
    for _ in range(15):
        theta, state, _ = optimizer.step(theta, state, p.objective, Batches(p.batch))
    assert p.dense.value(theta.vector) == pytest.approx(best, rel=1e-8)
