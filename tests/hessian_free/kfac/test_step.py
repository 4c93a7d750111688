"""KFAC's steps against the dense oracle; its damping, its search for gamma, its schedules."""

import numpy as np
import pytest

from ref.hessian_free import KFAC, kfra_blocks
from ref.hessian_free.kfac import moving_factors
from tests.hessian_free.kfac.oracle import OracleKFAC
from tests.hessian_free.problems import problem


def run(optimizer, p, steps, batch=None):
    theta, state, reports = p.theta, optimizer.init(p.theta), []
    for _ in range(steps):
        theta, state, report = optimizer.step(theta, state, p.objective, batch or p.batch)
        reports.append(report)
    return theta, state, reports


@pytest.mark.parametrize("inverse", ["block-diagonal", "eigenbasis", "block-tridiagonal"])
@pytest.mark.parametrize("loss, damping, T1, T2, T3", [
    ("squared_error", 0.4, 2, 3, 4), ("logistic_cross_entropy", 20.0, 3, 4, 2),
    ("softmax_cross_entropy", 0.01, 2, None, 5),
    ("logistic_squared_error", 0.2, 4, 5, 20),
])
def test_ten_steps_are_the_oracle_s(loss, damping, T1, T2, T3, inverse):
    p = problem(loss, "tanh", sizes=(4, 5, 3), N=7, decay=0.02, chunk=3, scale=0.4)
    oracle = OracleKFAC(p, damping, T1, T2, T3, inverse=inverse)
    optimizer = KFAC("kflr", damping, T1, T2, T3, share=1, inverse=inverse)
    theta, state, vector = p.theta, optimizer.init(p.theta), p.theta.vector
    for _ in range(10):
        theta, state, report = optimizer.step(theta, state, p.objective, p.batch)
        vector = oracle.step(vector)
        log = oracle.log[-1]
        np.testing.assert_allclose(theta.vector, vector, rtol=1e-6, atol=1e-8)
        assert report["damping"] == pytest.approx(log["damping"]) and report["gamma"] == pytest.approx(log["gamma"])
        assert report["model"] == pytest.approx(log["model"], rel=1e-6)
        assert np.isnan(report["rho"]) if "rho" not in log else report["rho"] == pytest.approx(log["rho"], rel=1e-5)
    assert len({entry["damping"] for entry in oracle.log}) > 1
    assert (max(len(entry["tried"]) for entry in oracle.log) > 1) == (T2 is not None)


def test_lambda_follows_the_reduction_ratio_every_t1_steps():
    p = problem("logistic_cross_entropy", "tanh", scale=0.3)
    _, state, reports = run(KFAC(damping=5.0, adapt_every=4, share=1), p, 12)
    lambdas = [report["damping"] for report in reports] + [state["damping"]]
    for k, report in enumerate(reports, 1):
        if k % 4:
            assert np.isnan(report["rho"]) and lambdas[k] == lambdas[k - 1]
        else:
            rho = (report["loss_after"] - report["loss"]) / report["model"]
            assert report["rho"] == pytest.approx(rho)
            factor = (20 / 19) ** 4 if rho < 0.25 else (19 / 20) ** 4 if rho > 0.75 else 1
            assert lambdas[k] == pytest.approx(factor * lambdas[k - 1])
    assert lambdas[-1] == pytest.approx(5.0 * (19 / 20) ** 12), "this problem's model is trusted: rho stays above 3/4"


def test_a_step_that_raises_the_objective_raises_lambda():
    p = problem("softmax_cross_entropy", "tanh", scale=1.5, N=9, seed=2)
    _, state, reports = run(KFAC("kfra", damping=1e-6, adapt_every=1, search_every=None, share=1, momentum=False), p, 6)
    bad = [k for k, report in enumerate(reports) if report["rho"] < 0.25]
    assert bad and any(reports[k]["loss_after"] > reports[k]["loss"] for k in bad)
    lambdas = [report["damping"] for report in reports] + [state["damping"]]
    assert all(lambdas[k + 1] == pytest.approx(lambdas[k] * 20 / 19) for k in bad)


def test_without_adaptation_lambda_stays():
    p = problem("logistic_cross_entropy")
    _, state, reports = run(KFAC(damping=0.5, adapt_every=None), p, 6)
    assert {report["damping"] for report in reports} == {0.5} == {state["damping"]}


def test_gamma_begins_at_the_root_and_is_searched_for_every_t2_steps():
    p = problem("logistic_cross_entropy", decay=0.04)
    _, _, reports = run(KFAC(damping=0.6, search_every=3, share=1), p, 9)
    gammas = [report["gamma"] for report in reports]
    assert gammas[0] == pytest.approx(0.8)
    omega = (19 / 20) ** 1.5
    for k, (was, now) in enumerate(zip(gammas, gammas[1:]), 2):
        if k % 3:
            assert now == was
        else:
            assert min(abs(now - trial) for trial in (was, min(was / omega, 1), max(was * omega, 0.2))) < 1e-12
    assert len(set(gammas)) > 1


@pytest.mark.parametrize("damping", [0.2, 150.0])
def test_the_searched_gamma_has_the_lowest_model(damping):
    """From lambda = 150 gamma is 12.25, and is tried as it is beside 19/20 of it and 1."""
    p = problem("logistic_cross_entropy", decay=0.04)
    searching = KFAC("kflr", damping=damping, adapt_every=None, search_every=2, share=1)
    theta, state, _ = searching.step(p.theta, searching.init(p.theta), p.objective, p.batch)
    _, _, found = searching.step(theta, state, p.objective, p.batch)
    omega, models = 19 / 20, {}
    for gamma in (state["gamma"], state["gamma"] * omega, min(state["gamma"] / omega, 1.0)):
        # step 2 takes the state's gamma
        fixed = KFAC("kflr", damping=damping, adapt_every=None, search_every=10**6, share=1)
        _, _, report = fixed.step(theta, {**state, "gamma": gamma}, p.objective, p.batch)
        models[gamma] = report["model"]
    assert len(set(models.values())) == 3
    assert found["model"] == min(models.values()) and found["gamma"] == min(models, key=models.get)


def test_the_inverse_is_refreshed_in_the_first_three_steps_and_every_t3():
    p = problem("logistic_cross_entropy")
    optimizer = KFAC(damping=0.5, search_every=None, adapt_every=None, refresh_every=6, share=1)
    theta, state, changed = p.theta, optimizer.init(p.theta), []
    for k in range(1, 13):
        theta, new, _ = optimizer.step(theta, state, p.objective, p.batch)
        changed += [k] if not np.array_equal(new["inverse_L_A2"], state["inverse_L_A2"]) else []
        assert not np.array_equal(new["A2"], state["A2"]), "the factors themselves move at every step"
        state = new
    assert changed == [1, 2, 3, 6, 12]


def test_moving_means_of_the_factors():
    """While 1 - 1/k is below the limit they are plain means; beyond it the past keeps that share."""
    p = problem("logistic_cross_entropy")
    optimizer = KFAC("kfra", damping=0.5, kept=0.6, share=1)
    theta, state, seen = p.theta, optimizer.init(p.theta), []
    for k in range(1, 6):
        one = KFAC("kfra", damping=0.5, share=1)
        seen.append(one.step(theta, one.init(theta), p.objective, p.batch)[1]["G1"])
        past = state["G1"]
        theta, state, _ = optimizer.step(theta, state, p.objective, p.batch)
        expected = np.mean(seen, axis=0) if k <= 2 else 0.6 * past + 0.4 * seen[-1]
        np.testing.assert_allclose(state["G1"], expected, rtol=1e-12)


def test_the_factors_see_a_share_of_the_batch_drawn_anew(monkeypatch):
    p, seen = problem("logistic_cross_entropy", N=40), []

    def recording(objective, theta, batch, rng, crossed):
        seen.append(batch)
        return kfra_blocks(objective, theta, batch, rng, crossed)

    monkeypatch.setitem(moving_factors.FACTORS, "kfra", recording)
    cases = {x.tobytes(): (n, t) for n, (x, t) in enumerate(zip(*p.batch))}
    first, other_seed, rest, whole = {}, {}, {}, {}
    for kept, options in ((first, {}), (other_seed, {"seed": 1}), (rest, {"share": 0.6}), (whole, {"share": 1})):
        seen.clear()
        run(KFAC("kfra", 0.5, **options), p, 3)
        for x, t in seen:
            chosen = [cases[row.tobytes()] for row in x]
            assert all(np.array_equal(target, row) for (_, target), row in zip(chosen, t)), "x and t stay together"
            kept[frozenset(n for n, _ in chosen)] = len(x)
    assert list(first.values()) == [5, 5, 5] and all(len(chosen) == 5
                                                     for chosen in first), "three subsets of 40/8 distinct cases"
    assert first.keys().isdisjoint(other_seed)
    assert set(rest.values()) == {24} and len(rest) == 3
    assert whole == {frozenset(range(40)): 40}
    seen.clear()
    x = p.batch[0]
    autoencoder = problem("logistic_cross_entropy", sizes=(4, 3, 4), N=40)
    run(KFAC("kfra", 0.5), autoencoder, 1, (x, x))
    assert seen[0][0] is seen[0][1], "an autoencoder's cases are copied once"
