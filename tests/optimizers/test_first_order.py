"""First-order methods against scalar loops written from the equations, and against closed forms."""

import math

import numpy as np
import pytest

from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adam, GradientDescent, Momentum, Nesterov, rising
from tests.optimizers.quadratic import BATCH, START, A, C, Quadratic, start

METHODS = {
    "gradient_descent": GradientDescent(0.1),
    "momentum": Momentum(0.1, 0.8),
    "nesterov": Nesterov(0.1, 0.8),
    "nesterov rising": Nesterov(0.1, rising(0.99, period=3)),
    "adam": Adam(0.05),
}
every_method = pytest.mark.parametrize("optimizer", METHODS.values(), ids=METHODS)


def trajectory(optimizer, steps, theta=None, objective=None):
    theta = start() if theta is None else theta
    objective = objective or Quadratic()
    state, path = optimizer.init(theta), []
    for _ in range(steps):
        theta, state, report = optimizer.step(theta, state, objective, BATCH)
        path.append(theta.vector.copy())
    return np.array(path)


def scalar_loop(update, steps):
    """Each coordinate by itself in Python numbers; update(x, memory, gradient function, t) -> x, memory."""
    paths = []
    for a, c, x in zip(A.tolist(), C.tolist(), START.tolist()):
        memory, path = (0.0, 0.0), []
        for t in range(steps):
            x, memory = update(x, memory, lambda y: a * (y - c), t)
            path.append(x)
        paths.append(path)
    return np.array(paths).T


def test_momentum_against_a_scalar_loop():
    def update(x, memory, gradient, t):
        velocity = 0.8 * memory[0] - 0.1 * gradient(x)
        return x + velocity, (velocity, 0)

    np.testing.assert_allclose(trajectory(METHODS["momentum"], 30), scalar_loop(update, 30), rtol=1e-12)


def test_nesterov_against_a_scalar_loop_with_the_rising_momentum():
    def update(x, memory, gradient, t):
        mu = min(1 - 2 ** (-1 - math.log2(math.floor(t / 3) + 1)), 0.99)
        velocity = mu * memory[0] - 0.1 * gradient(x + mu * memory[0])
        return x + velocity, (velocity, 0)

    np.testing.assert_allclose(trajectory(METHODS["nesterov rising"], 30), scalar_loop(update, 30), rtol=1e-12)


def test_adam_against_a_scalar_loop():
    def update(x, memory, gradient, t):
        g = gradient(x)
        m, v = 0.9 * memory[0] + 0.1 * g, 0.999 * memory[1] + 0.001 * g**2
        step = 0.05 * (m / (1 - 0.9 ** (t + 1))) / (math.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
        return x - step, (m, v)

    np.testing.assert_allclose(trajectory(METHODS["adam"], 30), scalar_loop(update, 30), rtol=1e-12)


def test_gradient_descent_contracts_each_coordinate_by_its_own_factor():
    t = np.arange(1, 31)[:, None]
    expected = C + (1 - 0.1 * A) ** t * (START - C)
    np.testing.assert_allclose(trajectory(METHODS["gradient_descent"], 30), expected, rtol=1e-12)


def test_momentum_is_the_power_of_a_matrix_on_a_quadratic():
    expected = []
    for a, c, x in zip(A, C, START):
        M = np.array([[0.8, -0.1 * a], [0.8, 1 - 0.1 * a]])  # (v, theta - c) one step on
        expected.append([c + (np.linalg.matrix_power(M, t) @ [0, x - c])[1] for t in range(1, 21)])
    np.testing.assert_allclose(trajectory(METHODS["momentum"], 20), np.array(expected).T, rtol=1e-11)


def test_nesterov_on_a_quadratic_is_momentum_with_mu_times_one_minus_eps_a():
    """Along an eigenvector of eigenvalue a, Nesterov with mu is classical momentum with mu (1 - eps a)."""
    nesterov = trajectory(METHODS["nesterov"], 25)
    for i, a in enumerate(A):
        momentum = trajectory(Momentum(0.1, 0.8 * (1 - 0.1 * a)), 25)
        np.testing.assert_allclose(nesterov[:, i], momentum[:, i], rtol=1e-11)
    assert not np.allclose(nesterov, trajectory(METHODS["momentum"], 25))


def test_without_momentum_all_three_are_gradient_descent():
    expected = trajectory(GradientDescent(0.07), 10)
    np.testing.assert_array_equal(trajectory(Momentum(0.07, 0.0), 10), expected)
    np.testing.assert_array_equal(trajectory(Nesterov(0.07, 0.0), 10), expected)


def test_adam_moves_every_coordinate_by_the_learning_rate_while_its_gradient_is_constant():
    class Slope(Quadratic):
        def value_and_gradient(self, theta, batch):
            return float(self.a @ theta.vector), theta.like(self.a.copy())

    t = np.arange(1, 21)[:, None]
    moved = START - trajectory(METHODS["adam"], 20, objective=Slope())
    np.testing.assert_allclose(moved, 0.05 * t * A / (A + 1e-8), rtol=1e-12)


def test_the_rising_momentum():
    mu = rising(0.99)
    assert [mu(t) for t in (0, 249, 250, 499, 500, 750)] == [0.5, 0.5, 0.75, 0.75, 1 - 1 / 6, 0.875]
    assert mu(10**6) == 0.99
    for t in (0, 1, 250, 1000, 12345):
        assert rising(0.9999)(t) == pytest.approx(1 - 2 ** (-1 - math.log2(t // 250 + 1)), rel=1e-14)


@every_method
def test_the_report(optimizer):
    theta = start()
    _, state, report = optimizer.step(theta, optimizer.init(theta), Quadratic(), BATCH)
    assert report["loss"] == pytest.approx(np.sum(A * (START - C) ** 2) / 2, rel=1e-14)
    assert report["gradient_norm"] == pytest.approx(np.linalg.norm(A * (START - C)), rel=1e-14)
    assert report["gradient_equivalents"] == 7
    assert {type(value) for value in report.values()} <= {int, float}


def test_nesterov_reports_the_loss_where_it_took_the_gradient():
    optimizer, theta = Nesterov(0.1, 0.8), start()
    theta, state, _ = optimizer.step(theta, optimizer.init(theta), Quadratic(), BATCH)
    ahead = theta.vector + 0.8 * state["velocity"]
    _, _, report = optimizer.step(theta, state, Quadratic(), BATCH)
    assert report["loss"] == pytest.approx(np.sum(A * (ahead - C) ** 2) / 2, rel=1e-14)


@every_method
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_nothing_is_mutated(optimizer, dtype):
    theta = start(dtype)
    state = optimizer.init(theta)
    for _ in range(3):
        before = theta.vector.copy(), {name: np.copy(value) for name, value in state.items()}
        new, new_state, _ = optimizer.step(theta, state, Quadratic(), BATCH)
        np.testing.assert_array_equal(theta.vector, before[0])
        assert state.keys() == new_state.keys() == before[1].keys()
        for name, value in state.items():
            np.testing.assert_array_equal(value, before[1][name])
        again = optimizer.step(theta, state, Quadratic(), BATCH)
        np.testing.assert_array_equal(new.vector, again[0].vector)
        assert new.dtype == dtype
        assert all(value.dtype == dtype for value in new_state.values() if isinstance(value, np.ndarray))
        assert not np.shares_memory(new.vector, theta.vector)
        theta, state = new, new_state


@pytest.mark.parametrize("method", [GradientDescent, Momentum, Nesterov, Adam])
def test_a_float64_learning_rate_leaves_float32_alone(method):
    optimizer, theta = method(np.float64(0.1)), start(np.float32)
    assert optimizer.step(theta, optimizer.init(theta), Quadratic(), BATCH)[0].dtype == np.float32


@every_method
def test_every_method_trains_a_network(optimizer):
    rng = np.random.default_rng(3)
    network = MLP((4, 6, 2))
    objective = Objective(network, squared_error)
    batch = rng.standard_normal((30, 4)), rng.standard_normal((30, 2))
    theta = network.init(rng, "glorot")
    state, before = optimizer.init(theta), objective.value(theta, batch)
    for _ in range(60):
        theta, state, report = optimizer.step(theta, state, objective, batch)
    assert report["gradient_equivalents"] == 30
    assert objective.value(theta, batch) < 0.9 * before


@pytest.mark.parametrize("method", [GradientDescent, Momentum, Nesterov, Adam])
@pytest.mark.parametrize("rate, error", [
    (0.0, ValueError), (-0.1, ValueError), (math.nan, ValueError), (math.inf, ValueError),
    ("0.1", TypeError), (None, TypeError), (True, TypeError), (1j, TypeError),
])
def test_bad_learning_rates_are_refused(method, rate, error):
    with pytest.raises(error, match="learning_rate"):
        method(rate)


@pytest.mark.parametrize("method", [Momentum, Nesterov])
@pytest.mark.parametrize("mu", [-0.1, 1.0, 1.5, math.nan])
def test_bad_momentum_is_refused(method, mu):
    with pytest.raises(ValueError, match="momentum"):
        method(0.1, mu)
    optimizer = method(0.1, lambda t: mu)
    with pytest.raises(ValueError, match="momentum at step 0"):
        optimizer.step(start(), optimizer.init(start()), Quadratic(), BATCH)


@pytest.mark.parametrize("argument", ["beta1", "beta2"])
@pytest.mark.parametrize("value", [-0.1, 1.0, math.nan])
def test_bad_betas_are_refused(argument, value):
    with pytest.raises(ValueError, match=argument):
        Adam(0.1, **{argument: value})


def test_other_bad_settings_are_refused():
    with pytest.raises(ValueError, match="epsilon"):
        Adam(0.1, epsilon=0.0)
    for largest in (1.0, -0.5, math.nan):
        with pytest.raises(ValueError, match="largest"):
            rising(largest)
    with pytest.raises(ValueError, match="period"):
        rising(0.9, period=0)


@pytest.mark.parametrize("optimizer", [Momentum(0.1), Nesterov(0.1), Adam(0.1)], ids=["momentum", "nesterov", "adam"])
def test_a_state_that_does_not_fit_is_refused(optimizer):
    theta, state = start(), optimizer.init(start())
    name = next(iter(state))
    for bad, error, match in (({}, ValueError, f"state has no '{name}'"),
                              ({**state, name: np.zeros(4)}, ValueError, r"shape \(4,\) but theta needs \(5,\)"),
                              ({**state, name: np.zeros(5, np.float32)}, TypeError, "float32 but theta is float64"),
                              ({**state, name: np.zeros(5, int)}, TypeError, "must be float32 or float64"),
                              ({**state, "t": -1}, ValueError, r"state\['t'\]"),
                              ({**state, "t": 0.5}, TypeError, r"state\['t'\]")):
        with pytest.raises(error, match=match):
            optimizer.step(theta, bad, Quadratic(), BATCH)


@every_method
def test_theta_must_be_parameters(optimizer):
    with pytest.raises(TypeError, match="theta is a ndarray but must be Parameters"):
        optimizer.step(START, {"velocity": START, "m": START, "v": START, "t": 0}, Quadratic(), BATCH)
