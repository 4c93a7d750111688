"""HessianFree as an optimiser: purity, resumption, float32, the cost it reports, schedules, bad input."""

import io

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree
from ref.objective import Objective
from tests.hessian_free.counted import CountedNetwork
from tests.hessian_free.problems import more_data, problem

FIELDS = {
    "loss", "loss_after", "rho", "damping", "decay", "cg_iterations", "cg_end", "backtracked", "phi", "phis", "rate",
    "gradient_norm", "norm", "gradient_equivalents", "seconds",
}


def without_seconds(report):
    return {name: value for name, value in report.items() if name != "seconds"}


def run(optimizer, p, batches, steps, theta=None, state=None):
    theta, state = p.theta if theta is None else theta, optimizer.init(p.theta) if state is None else state
    reports = []
    for _ in range(steps):
        theta, state, report = optimizer.step(theta, state, p.objective, batches)
        reports.append(without_seconds(report))
    return theta, state, reports


def test_report_and_state():
    p = problem("logistic_cross_entropy")
    optimizer = HessianFree(damping=2.0)
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
    assert set(report) == FIELDS
    assert report["loss"] == pytest.approx(p.dense.value(p.theta.vector), rel=1e-12)
    assert report["loss_after"] == pytest.approx(p.dense.value(theta.vector), rel=1e-12)
    assert len(report["phis"]) == report["cg_iterations"] + 1 and report["phis"][report["backtracked"]] == report["phi"]
    assert report["damping"] == 2.0 and state["step"] == 1 and state["damping"] in (2.0, 3.0, 4 / 3)
    assert report["norm"] == pytest.approx(np.linalg.norm(theta.vector - p.theta.vector), rel=1e-10)
    assert report["seconds"] > 0


@pytest.mark.parametrize("options", [
    {}, dict(scale_mix=0.5), dict(preconditioner=None, backtracking=False, rate=0.5), dict(curvature="hessian"),
])
def test_a_step_is_pure(options):
    """Same inputs, same bits; nothing that came in is changed, and nothing that goes out is shared with it."""
    p = problem("softmax_cross_entropy", decay=0.01)
    optimizer = HessianFree(damping=1.0, **options)
    batches = Batches(p.batch, more_data(p, 4))
    theta, state, _ = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, batches)
    inputs = [theta.vector, state["direction"], *p.batch, *batches.curvature]
    before = [array.copy() for array in inputs]
    numbers = (state["damping"], state["step"])
    results = [optimizer.step(theta, state, p.objective, batches) for _ in range(2)]
    for array, copy in zip(inputs, before):
        np.testing.assert_array_equal(array, copy)
    assert (state["damping"], state["step"]) == numbers
    (theta1, state1, report1), (theta2, state2, report2) = results
    np.testing.assert_array_equal(theta1.vector, theta2.vector)
    np.testing.assert_array_equal(state1["direction"], state2["direction"])
    assert str(without_seconds(report1)) == str(without_seconds(report2))
    outputs = [theta1.vector, state1["direction"]]
    assert not any(np.shares_memory(a, b) for a in outputs for b in inputs) and not np.shares_memory(*outputs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, dict(scale_mix=0.5)])
def test_a_state_that_went_through_a_file_goes_on_with_the_same_bits(dtype, options):
    """Mistake caught: numbers that come back as zero-dimensional float64 arrays and turn float32 vectors into float64.
    """
    p = problem("softmax_cross_entropy")
    p = p._replace(theta=p.theta.astype(dtype), batch=tuple(a.astype(dtype) for a in p.batch))
    optimizer, batches = HessianFree(damping=0.3, **options), Batches(p.batch)
    theta, state, _ = run(optimizer, p, batches, 2)
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    loaded = dict(np.load(file))
    one, other = (run(optimizer, p, batches, 2, theta, s) for s in (state, loaded))
    np.testing.assert_array_equal(one[0].vector, other[0].vector)
    assert one[0].dtype == one[1]["direction"].dtype == dtype
    assert str(one[2]) == str(other[2])


@pytest.mark.parametrize("options", [
    {}, dict(scale_mix=0.5), dict(curvature="hessian"), dict(decay=lambda step: np.float64(0.9)),
    dict(preconditioner=None, rate=lambda step: np.float64(0.5)),
])
def test_float32_stays_float32_and_close_to_float64(options):
    p = problem("logistic_cross_entropy", decay=0.01)
    narrow = p._replace(theta=p.theta.astype(np.float32), batch=tuple(a.astype(np.float32) for a in p.batch))
    optimizer = HessianFree(damping=np.float64(1.0), max_iterations=5, **options)
    theta, state, reports = run(optimizer, narrow, Batches(narrow.batch), 2)
    assert theta.dtype == state["direction"].dtype == np.float32
    exact, _, exact_reports = run(optimizer, p, Batches(p.batch), 2)
    np.testing.assert_allclose(theta.vector, exact.vector, rtol=1e-3, atol=1e-4)
    assert reports[-1]["loss"] == pytest.approx(exact_reports[-1]["loss"], rel=1e-4)


COSTS = {
    "default": {},
    "no preconditioner": dict(preconditioner=None),
    "scale-sensitive": dict(preconditioner=None, scale_mix=0.5),
    "no backtracking": dict(backtracking=False),
    "cold start": dict(decay=0.0),
    "fixed rate": dict(rate=0.5),
    "damped rho": dict(rho="damped"),
    "hessian": dict(curvature="hessian"),
    "hessian, negative curvature": dict(curvature="hessian", damping=0.0, preconditioner=None),
}


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("chunk", [1000, 4])
@pytest.mark.parametrize("name", COSTS)
def test_gradient_equivalents_against_the_work_that_was_done(name, chunk, separate):
    """A gradient of n cases counts n, a value n/3, a product 4n/3, and a product of activations computed anew 5n/3."""
    p = problem("softmax_cross_entropy", N=12)
    network = CountedNetwork(p.objective.network)
    objective = Objective(network, p.objective.loss, chunk=chunk)
    batches = Batches(p.batch, *(more_data(p, N, seed=N) for N in (5, 7, 9, 11) if separate))
    optimizer = HessianFree(**{"damping": 0.3, "max_iterations": 12, **COSTS[name]})
    theta, state = p.theta, optimizer.init(p.theta)
    for _ in range(3):
        before = network.thirds
        theta, state, report = optimizer.step(theta, state, objective, batches)
        assert report["gradient_equivalents"] == pytest.approx((network.thirds - before) / 3, rel=1e-12)
        if "negative" in name:
            assert report["cg_end"] == "curvature"


def test_warm_start_decay_and_rate_follow_their_schedules():
    p = problem("logistic_cross_entropy")
    seen = []
    decay = lambda step: seen.append(step) or [0.5, 0.9, 1.0][step]
    optimizer = HessianFree(damping=1.0, decay=decay, rate=lambda step: 1 / (step + 1))
    _, _, reports = run(optimizer, p, Batches(p.batch), 3)
    assert [r["decay"] for r in reports] == [0.5, 0.9, 1.0] and seen == [0, 1, 2]
    assert [r["rate"] for r in reports] == [1, 1 / 2, 1 / 3]
    assert all(np.isnan(r["loss_after"]) for r in reports), "not measured, so not reported as if it had been"


def test_one_batch_serves_for_everything():
    p = problem("logistic_cross_entropy")
    one, other = (run(HessianFree(), p, batch, 2) for batch in (p.batch, Batches(p.batch, p.batch, p.batch)))
    np.testing.assert_array_equal(one[0].vector, other[0].vector)


def test_a_loss_that_is_not_finite_ends_the_step_and_changes_nothing():
    p = problem("squared_error", "identity")
    p.theta.vector[:] = 1e200
    optimizer = HessianFree()
    state = optimizer.init(p.theta)
    with np.errstate(over="ignore", invalid="ignore"):
        theta, new, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    assert theta is p.theta and new is state
    assert not np.isfinite(report["loss"]) and report["gradient_equivalents"] == 7 * 4 / 3  # with the squares


def test_a_step_into_overflow_is_shortened_or_refused():
    """Three layers of weights near 1e60 overflow in f: such a step must not be accepted, nor raise, nor warn."""
    p = problem("squared_error", "relu", sizes=(4, 5, 6, 3), N=6)
    optimizer = HessianFree(damping=1e-12, preconditioner=None, backtracking=False, max_iterations=3)
    state = {**optimizer.init(p.theta), "direction": np.full(p.theta.size, 1e60)}
    with np.errstate(all="raise", under="ignore"):
        theta, _, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    assert report["rate"] < 1 and report["rho"] == -np.inf
    assert np.isfinite(p.dense.value(theta.vector)) and p.dense.value(theta.vector) <= report["loss"]


@pytest.mark.parametrize("options, error, message", [
    (dict(damping=-1.0), ValueError, "damping is -1.0 but must be at least 0"),
    (dict(damping=np.nan), ValueError, "damping is nan but must be finite"),
    (dict(damping="45"), TypeError, "damping is '45'"),
    (dict(max_iterations=0), ValueError, "max_iterations is 0 but must be at least 1"),
    (dict(max_iterations=10.0), TypeError, "max_iterations is 10.0 but must be a whole number"),
    (dict(stop="2011"), ValueError, "stop is '2011' but must be one of '2010', '2012', 'fixed'"),
    (dict(decay=1.01), ValueError, "decay is 1.01 but must be at most 1"),
    (dict(decay=-0.1), ValueError, "decay is -0.1"),
    (dict(preconditioner="jacobi"), ValueError, "preconditioner is 'jacobi' but must be one of 'fisher', 'kfac', None"),
    (dict(exponent=2.0), ValueError, "exponent is 2.0 but must be at most 1"),
    (dict(rate=-1.0), ValueError, "rate is -1.0 but must be at least 0"),
    (dict(rho="both"), ValueError, "rho is 'both' but must be one of 'undamped', 'damped'"),
    (dict(scale_mix=1.5), ValueError, "scale_mix is 1.5 but must be at most 1"),
    (dict(curvature="fisher"), ValueError, "curvature is 'fisher' but must be one of 'gauss_newton', 'hessian'"),
])
def test_bad_options(options, error, message):
    with pytest.raises(error, match=message):
        HessianFree(**options)


def with_nan(array):
    array = array.copy()
    array[2, 1] = np.nan
    return array


@pytest.mark.parametrize("place", ["gradient", "curvature", "backtracking", "line_search"])
@pytest.mark.parametrize("spoil, error, message", [
    (lambda x, t: (with_nan(x), t), ValueError, r"x must be finite but x\[2, 1\] is nan"),
    (lambda x, t: (x, with_nan(t)), ValueError, r"t must be finite but t\[2, 1\] is nan"),
    (lambda x, t: (x, t[:-1]), ValueError, "x has 7 cases but t has 6"),
    (lambda x, t: (x[:0], t[:0]), ValueError, "x is an empty batch"),
    (lambda x, t: (x.astype(int), t), TypeError, "x is int64 but must be float32 or float64"),
    (lambda x, t: (x, np.hstack([t, t])), ValueError, "t has 6 columns but the network has 3 outputs"),
    (lambda x, t: (x.astype(np.float32), t), TypeError, "x is float32 but theta is float64"),
])
def test_bad_data_is_named_wherever_it_is(place, spoil, error, message):
    p = problem()
    optimizer = HessianFree()
    with pytest.raises(error, match=message):
        optimizer.step(p.theta, optimizer.init(p.theta), p.objective,
                       Batches(p.batch)._replace(**{place: spoil(*p.batch)}))


def test_bad_parameters_and_states():
    p = problem()
    optimizer = HessianFree()
    state = optimizer.init(p.theta)
    spoilt = p.theta.copy()
    spoilt.vector[3] = np.inf
    with pytest.raises(ValueError, match=r"theta must be finite but theta\[3\] is inf"):
        optimizer.step(spoilt, state, p.objective, Batches(p.batch))
    with pytest.raises(ValueError, match=r"x0 has shape \(5,\)"):
        optimizer.step(p.theta, {**state, "direction": np.ones(5)}, p.objective, Batches(p.batch))
    with pytest.raises(ValueError, match="damping must be positive, got 0.0"):
        HessianFree(damping=0.0).step(p.theta, HessianFree(damping=0.0).init(p.theta), p.objective, Batches(p.batch))
