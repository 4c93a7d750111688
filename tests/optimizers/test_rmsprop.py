"""RMSprop against a scalar loop written from its equations, against closed forms, and beside plain gradient descent."""

import math

import numpy as np
import pytest

from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import GradientDescent, RMSprop
from ref.parameters import Parameters
from ref.training import same_batch, train
from tests.optimizers.quadratic import BATCH, START, A, C, Quadratic, start


class Slope(Quadratic):
    """A gradient that is the same everywhere: a."""

    def value_and_gradient(self, theta, batch):
        return float(self.a @ theta.vector), theta.like(self.a.astype(theta.dtype))


def trajectory(optimizer, steps, objective):
    theta, path = start(), []
    state = optimizer.init(theta)
    for _ in range(steps):
        theta, state, _ = optimizer.step(theta, state, objective, BATCH)
        path.append(theta.vector)
    return np.array(path)


def test_against_a_scalar_loop():
    expected = []
    for a, c, x in zip(A.tolist(), C.tolist(), START.tolist()):
        r, path = 0.0, []
        for _ in range(30):
            g = a * (x - c)
            r = 0.9 * r + 0.1 * g**2
            x = x - 0.05 * g / math.sqrt(r + 1e-6)
            path.append(x)
        expected.append(path)
    np.testing.assert_allclose(trajectory(RMSprop(0.05), 30, Quadratic()), np.array(expected).T, rtol=1e-12)


def test_the_length_of_the_steps_under_a_constant_gradient():
    """eps/√(1 - rho^t): the first is 1/√0.1 eps, the later ones eps, whatever the gradient; epsilon is small beside it.
    """
    t = np.arange(1, 41)[:, None]
    moved = -np.diff(trajectory(RMSprop(0.01, epsilon=1e-30), 40, Slope()), axis=0, prepend=START[None])
    np.testing.assert_allclose(moved, np.broadcast_to(0.01 / np.sqrt(1 - 0.9**t), moved.shape), rtol=1e-10)


def test_epsilon_is_inside_the_root():
    """A gradient of √epsilon, once r has settled, is divided by √(2 epsilon); outside the root it would be by 2
    √epsilon.
    """
    moved = np.diff(trajectory(RMSprop(0.01), 400, Slope(np.full(5, 1e-3))), axis=0)
    np.testing.assert_allclose(moved[-1], -0.01 / math.sqrt(2), rtol=1e-6)


def test_gradients_far_below_the_root_of_epsilon_are_gradient_descent_with_a_rate_a_thousand_times_as_large():
    slope = Slope(1e-7 * A)
    np.testing.assert_allclose(trajectory(RMSprop(0.01), 20, slope) - START,
                               trajectory(GradientDescent(10.0), 20, slope) - START,
                               rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_nothing_is_mutated(dtype):
    optimizer, theta = RMSprop(np.float64(0.1)), start(dtype)
    state = optimizer.init(theta)
    for _ in range(3):
        before = theta.vector.copy(), state["r"].copy()
        new, new_state, report = optimizer.step(theta, state, Quadratic(), BATCH)
        np.testing.assert_array_equal(theta.vector, before[0])
        np.testing.assert_array_equal(state["r"], before[1])
        np.testing.assert_array_equal(optimizer.step(theta, state, Quadratic(), BATCH)[0].vector, new.vector)
        assert new.dtype == new_state["r"].dtype == dtype
        assert report.keys() == {"loss", "gradient_norm",
                                 "gradient_equivalents"} and report["gradient_equivalents"] == 7
        theta, state = new, new_state


def test_it_trains_a_network():
    rng = np.random.default_rng(3)
    network = MLP((4, 6, 2))
    objective = Objective(network, squared_error)
    batch = rng.standard_normal((30, 4)), rng.standard_normal((30, 2))
    theta = network.init(rng, "glorot")
    result = train(RMSprop(0.01), objective, theta, same_batch(batch), 60, progress=False)
    assert objective.value(result.theta, batch) < 0.9 * objective.value(theta, batch)


@pytest.mark.parametrize("settings, error, match", [
    ({"learning_rate": 0.0}, ValueError, "learning_rate"), ({"learning_rate": math.nan}, ValueError, "learning_rate"),
    ({"learning_rate": "0.1"}, TypeError, "learning_rate"), ({"learning_rate": 0.1, "rho": 1.0}, ValueError, "rho"),
    ({"learning_rate": 0.1, "rho": -0.1}, ValueError, "rho"),
    ({"learning_rate": 0.1, "epsilon": 0.0}, ValueError, "epsilon"),
])
def test_bad_settings_are_refused(settings, error, match):
    with pytest.raises(error, match=match):
        RMSprop(**settings)


def test_a_state_that_does_not_fit_is_refused():
    for state, error, match in (({}, ValueError, "state has no 'r'"),
                                ({"r": np.zeros(4)}, ValueError,
                                 r"state\['r'\] has shape \(4,\) but theta needs \(5,\)"),
                                ({"r": np.zeros(5, np.float32)}, TypeError, "float32 but theta is float64")):
        with pytest.raises(error, match=match):
            RMSprop(0.1).step(start(), state, Quadratic(), BATCH)
    with pytest.raises(TypeError, match="theta is a ndarray but must be Parameters"):
        RMSprop(0.1).step(START, {"r": START}, Quadratic(), BATCH)
    assert isinstance(RMSprop(0.1).step(start(), {"r": np.zeros(5)}, Quadratic(), BATCH)[0], Parameters)
