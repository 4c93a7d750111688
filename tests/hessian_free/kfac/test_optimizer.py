"""KFAC as an optimiser: purity, resumption, float32, averaging, the cost it reports, training, bad input."""

import numpy as np
import pytest

from ref.experiments.recording import read_checkpoint, write_checkpoint
from ref.hessian_free import KFAC
from ref.losses import logistic_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import GradientDescent
from ref.parameters import Parameters
from ref.training.recorder import Checkpoint
from tests.hessian_free.counted import CountedNetwork
from tests.hessian_free.kfac.test_step import run
from tests.hessian_free.problems import problem

METHODS = ["kfac", "kfra", "kflr"]
VARIANTS = [*((factors, "block-diagonal") for factors in METHODS), ("kfac", "eigenbasis"),
            ("kfac", "block-tridiagonal")]
FIELDS = {"loss", "loss_after", "rho", "damping", "gamma", "rate", "momentum", "model", "gradient_norm", "norm",
          "gradient_equivalents", "seconds"}


def same(a: dict, b: dict) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name], equal_nan=True) for name in a
                                        if name != "seconds")


@pytest.mark.parametrize("factors", METHODS)
def test_report_and_state(factors):
    p = problem("logistic_cross_entropy", decay=0.01)
    optimizer = KFAC(factors, damping=0.5, adapt_every=1)
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
    assert set(report) == FIELDS
    assert report["loss"] == pytest.approx(p.dense.value(p.theta.vector), rel=1e-12)
    assert report["loss_after"] == pytest.approx(p.dense.value(theta.vector), rel=1e-12)
    assert report["norm"] == pytest.approx(np.linalg.norm(theta.vector - p.theta.vector), rel=1e-10)
    assert report["model"] < 0 < report["rate"] and report["momentum"] == 0
    np.testing.assert_allclose(state["direction"], theta.vector - p.theta.vector, rtol=1e-12, atol=1e-15)
    assert state["step"] == 1 and state.keys() == optimizer.init(p.theta).keys()
    _, _, report = optimizer.step(theta, state, p.objective, p.batch)
    assert report["momentum"] != 0


@pytest.mark.parametrize("factors, inverse", VARIANTS)
def test_a_step_is_pure(factors, inverse):
    p = problem("softmax_cross_entropy", decay=0.01)
    optimizer = KFAC(factors, damping=0.5, adapt_every=1, search_every=2, averaging=0.9, average_from=1,
                     inverse=inverse)
    theta, state, _ = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, p.batch)
    kept = {name: np.copy(value) for name, value in state.items()}
    inputs = [array.copy() for array in (theta.vector, *p.batch)]
    first, again = (optimizer.step(theta, state, p.objective, p.batch) for _ in range(2))
    assert all(np.array_equal(state[name], kept[name]) for name in kept)
    assert all(np.array_equal(was, now) for was, now in zip(inputs, (theta.vector, *p.batch)))
    assert np.array_equal(first[0].vector, again[0].vector) and same(first[1], again[1]) and same(first[2], again[2])
    assert not np.shares_memory(first[0].vector, theta.vector)


@pytest.mark.parametrize("factors, inverse", VARIANTS)
def test_a_resumed_run_has_the_same_bits(factors, inverse, tmp_path):
    p = problem("logistic_cross_entropy", N=20)
    optimizer = KFAC(factors, damping=0.5, adapt_every=2, search_every=3, refresh_every=4, averaging=0.9,
                     average_from=2, inverse=inverse)
    theta, state, _ = run(optimizer, p, 4)
    write_checkpoint(tmp_path, Checkpoint(theta.vector, state))
    checkpoint = read_checkpoint(tmp_path)
    resumed = p.theta.like(checkpoint.theta), checkpoint.state
    for _ in range(4):
        theta, state, report = optimizer.step(theta, state, p.objective, p.batch)
        *resumed, again = optimizer.step(*resumed, p.objective, p.batch)
        assert same(report, again) and same(state, resumed[1])
        assert np.array_equal(theta.vector, resumed[0].vector)


@pytest.mark.parametrize("factors", METHODS)
def test_float32_stays_float32(factors):
    p = problem("logistic_cross_entropy", decay=0.01, N=20)
    options = dict(damping=0.5, adapt_every=2, search_every=3, share=1, averaging=0.9, average_from=1)
    reference, _, reports = run(KFAC(factors, **options), p, 5)
    theta, batch = p.theta.astype(np.float32), tuple(array.astype(np.float32) for array in p.batch)
    optimizer = KFAC(factors, **options)
    state = optimizer.init(theta)
    for report64 in reports:
        theta, state, report = optimizer.step(theta, state, p.objective, batch)
        arrays = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
        assert len(arrays) == 2 + 2 * 2 * 2 and all(array.dtype == np.float32
                                                    for array in (theta.vector, *arrays.values()))
        assert all(type(value) in (int, float) for name, value in state.items() if name not in arrays)
        if factors != "kfac":  # the draws of the two precisions differ
            assert report["loss"] == pytest.approx(report64["loss"], rel=1e-4)
    if factors != "kfac":
        np.testing.assert_allclose(theta.vector, reference.vector, rtol=1e-2, atol=1e-3)


def test_the_average_of_theta():
    p = problem("logistic_cross_entropy")
    optimizer = KFAC(damping=0.5, averaging=0.7, average_from=3)
    theta, state, thetas = p.theta, optimizer.init(p.theta), []
    for k in range(1, 9):
        past = state["average"]
        theta, state, _ = optimizer.step(theta, state, p.objective, p.batch)
        thetas.append(theta.vector)
        if k <= 3:
            expected = theta.vector
        elif k <= 5:
            expected = np.mean(thetas[2:], axis=0)
        else:
            expected = 0.7 * past + 0.3 * theta.vector
        np.testing.assert_allclose(optimizer.average(theta, state).vector, expected, rtol=1e-12)
    plain, _, _ = run(KFAC(damping=0.5), p, 8)
    np.testing.assert_array_equal(plain.vector, theta.vector), "averaging watches, and changes nothing"
    with pytest.raises(ValueError, match="state has no 'average'"):
        optimizer.average(theta, KFAC().init(theta))


@pytest.mark.parametrize("factors, inverse", [*((factors, "block-diagonal") for factors in METHODS),
                                              ("kfra", "eigenbasis"), ("kflr", "block-tridiagonal"),
                                              ("kfac", "block-tridiagonal")])
def test_the_cost_counts_every_multiplication(factors, inverse):
    """The network's own passes are counted as they are made, the rest by hand; sizes 4-5-3, 16 cases, 4 of them for the
    factors.
    """
    p = problem("softmax_cross_entropy", sizes=(4, 5, 3), N=16)
    p.objective.network = network = CountedNetwork(p.objective.network)
    optimizer = KFAC(factors, 0.5, adapt_every=2, search_every=3, refresh_every=100, share=0.25, inverse=inverse)
    weights = 4 * 5 + 5 * 3
    A, G = 4 * (5 * 5 + 6 * 6), 4 * (5 * 5 + 3 * 3)  # ā āᵀ and g gᵀ of 4 cases
    estimate = {"kfac": 4 * weights + A + G, "kflr": 3 * (4 * weights + G) + A,
                "kfra": A + G + 5 * 3 * 3 + 5 * 5 * 3}[factors]
    solution, cubes = (5 * 5 * 5 + 5 * 5 * 5) + (6 * 6 * 3 + 6 * 3 * 3), 5**3 + 5**3 + 6**3 + 3**3
    once, each = {"block-diagonal": (0, cubes / 6), "eigenbasis": (4.5 * cubes, 0),
                  "block-tridiagonal": (4.5 * cubes, 5.5 * (5**3 + 5**3) + 2 * (5 * 6 * 6 + 5 * 5 * 6)
                                        + 2 * (5 * 3 * 3 + 5 * 5 * 3))}[inverse]
    if inverse != "block-diagonal":
        solution *= 2
    if inverse == "block-tridiagonal":
        solution += (5 * 6 * 3 + 5 * 3 * 5) + (6 * 5 * 5 + 6 * 5 * 3)  # Psi_A dW' Psi_G', and Psi_A' h Psi_G
        estimate += 4 * (5 * 6 + (3 if factors == "kflr" else 1) * 5 * 3)
    theta, state = p.theta, optimizer.init(p.theta)
    for k, (solved, made) in enumerate([(1, 1), (1, 1), (3, 3), (1, 0), (1, 0), (3, 3)], 1):
        network.thirds = 0
        theta, state, report = optimizer.step(theta, state, p.objective, p.batch)
        passes = network.thirds * weights
        assert network.thirds == 16 * (4 + 2 * (solved + (k > 1)) + (k % 2 == 0)) + 4
        total = passes + estimate + solved * solution + (made > 0) * once + made * each
        assert report["gradient_equivalents"] == pytest.approx(total / (3 * weights), rel=1e-12), k


def autoencoder_problem():
    """60 points of a curve in 6 dimensions, through a code of one number: 6-5-1-5-6, 87 parameters."""
    u = np.linspace(-1, 1, 60)[:, None]
    x = 0.5 + 0.4 * np.sin(2.5 * u + np.arange(6))
    network = MLP((6, 5, 1, 5, 6), ("tanh", "identity", "tanh", "identity"))
    objective = Objective(network, logistic_cross_entropy, 1e-5)
    theta = network.init(np.random.default_rng(0), "glorot")
    entropy = -np.mean(np.sum(x * np.log(x) + (1 - x) * np.log(1 - x), axis=1))  # no loss is lower
    return objective, theta, (x, x), entropy


def losses(optimizer, steps):
    objective, theta, batch, entropy = autoencoder_problem()
    state, seen = optimizer.init(theta), []
    for _ in range(steps):
        theta, state, report = optimizer.step(theta, state, objective, batch)
        seen.append(report["loss"] - entropy)
    return seen


@pytest.mark.parametrize("factors", METHODS)
def test_it_trains_an_autoencoder_in_far_fewer_iterations_than_gradient_descent(factors):
    steps = 60
    best = min(final for rate in (0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0)
               if np.isfinite(final := losses(GradientDescent(rate), steps)[-1]))
    ours = losses(KFAC(factors, damping=1.0, share=1), steps)
    assert ours[-1] < 0.5 * best
    assert next(k for k, excess in enumerate(ours) if excess < best) < 0.7 * steps


def test_what_is_not_finite_stops_nothing_and_moves_nothing():
    p = problem("squared_error")
    optimizer = KFAC(damping=0.5)
    state = optimizer.init(p.theta)
    far = p.theta.like(p.theta.vector * 1e200)
    with np.errstate(all="ignore"):
        theta, after, report = optimizer.step(far, state, p.objective, p.batch)
    assert theta is far and after is state and not np.isfinite(report["loss"]) and report["gradient_equivalents"] == 7


@pytest.mark.parametrize("options, message", [
    (dict(factors="kfac2"), "factors is 'kfac2' but must be one of 'kfac', 'kflr', 'kfra'"),
    (dict(inverse="diagonal"), "inverse is 'diagonal' but must be one of 'block-diagonal', 'eigenbasis', "
                               "'block-tridiagonal'"),
    (dict(factors="kfra", inverse="block-tridiagonal"), "factors 'kfra' have no blocks between layers"),
    (dict(damping=0.0), "damping is 0.0 but must be above 0"),
    (dict(damping=-1.0), "damping is -1.0 but must be above 0"),
    (dict(damping=np.nan), "damping is nan but must be finite"),
    (dict(adapt_every=0), "adapt_every is 0 but must be at least 1"),
    (dict(search_every=0), "search_every is 0 but must be at least 1"),
    (dict(refresh_every=0), "refresh_every is 0 but must be at least 1"),
    (dict(share=0.0), "share is 0.0 but must be above 0"),
    (dict(share=1.5), "share is 1.5 but must be at most 1"),
    (dict(kept=1.0), "kept is 1.0 but must be below 1"),
    (dict(averaging=1.0), "averaging is 1.0 but must be below 1"),
    (dict(average_from=0), "average_from is 0 but must be at least 1"),
    (dict(seed=-1), "seed is -1 but must be at least 0"),
])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        KFAC(**options)


def test_bad_arguments_of_a_step():
    p = problem("logistic_squared_error")
    optimizer = KFAC("kfra", damping=0.5)
    state, (x, t) = optimizer.init(p.theta), p.batch
    for message, batch in (("t has 6", (x, t[:-1])), ("x must be finite", (x * np.nan, t)),
                           ("empty batch", (x[:0], t[:0])),
                           ("t has 2 columns but the network has 3 outputs", (x, t[:, :2]))):
        with pytest.raises(ValueError, match=message):
            optimizer.step(p.theta, state, p.objective, batch)
    with pytest.raises(TypeError, match="x is float32"):
        optimizer.step(p.theta, state, p.objective, (x.astype(np.float32), t.astype(np.float32)))
    with pytest.raises(ValueError, match=r"the loss of no distribution"):
        KFAC("kfac").step(p.theta, state, p.objective, p.batch)
    with pytest.raises(ValueError, match="state has no 'direction'"):
        optimizer.step(p.theta, {}, p.objective, p.batch)
    with pytest.raises(ValueError, match="state has no 'A1'"):
        optimizer.step(p.theta, {name: state[name] for name in ("step", "damping", "gamma", "direction")}, p.objective,
                       p.batch)
    other = problem("logistic_squared_error", sizes=(4, 6, 3))
    with pytest.raises(ValueError, match=r"state\['direction'\] has shape"):
        optimizer.step(p.theta, optimizer.init(other.theta), p.objective, p.batch)
    with pytest.raises(TypeError, match="theta is a ndarray but must be Parameters"):
        optimizer.init(p.theta.vector)
    with pytest.raises(ValueError, match="the parameters of an MLP"):
        optimizer.init(Parameters.zeros({"U": (2, 3)}))
    p.objective.network = object()
    with pytest.raises(TypeError, match="network is a object, which has no layer_inputs, pre_activation_gradients, "
                                        "slopes: see HasLayerFactors"):
        optimizer.step(p.theta, state, p.objective, p.batch)
