"""Runge-Kutta steps: their order on flows with known solutions, their factor on a quadratic, one batch for both."""

import numpy as np
import pytest

from ref import MLP, Objective, same_batch, train
from ref.losses import squared_error
from ref.optimizers import Adam, AdamRungeKutta, GradientDescent, RungeKutta
from ref.parameters import Parameters
from tests.optimizers.quadratic import BATCH, START, A, C, Quadratic, start
from tests.optimizers.test_rmsprop import Slope, trajectory

MEMBERS = {"Heun": 1.0, "Ralston": 2 / 3, "midpoint": 0.5}


class Quartic:
    """f = Σ theta⁴/4: theta' = -theta³ is solved by theta(t) = theta_0 / √(1 + 2 theta_0² t)."""

    def value_and_gradient(self, theta, batch):
        return float(np.sum(theta.vector**4)) / 4, theta.like(theta.vector**3)

    def count(self, batch):
        return len(batch[0])


def end_of_flow(optimizer_of_rate, steps: int) -> float:
    """How far from the solution at time 1, in that many steps."""
    theta = Parameters.from_vector(np.array([1.5, -0.7, 0.3]), {"x": (3,)})
    optimizer, solution = optimizer_of_rate(1 / steps), theta.vector / np.sqrt(1 + 2 * theta.vector**2)
    state = optimizer.init(theta)
    for _ in range(steps):
        theta, state, _ = optimizer.step(theta, state, Quartic(), BATCH)
    return float(np.linalg.norm(theta.vector - solution))


def orders(optimizer_of_rate) -> np.ndarray:
    errors = [end_of_flow(optimizer_of_rate, steps) for steps in (50, 100, 200)]
    return np.log2(np.divide(errors[:-1], errors[1:]))


@pytest.mark.parametrize("q", MEMBERS.values(), ids=MEMBERS)
def test_order_two(q):
    np.testing.assert_allclose(orders(lambda rate: RungeKutta(rate, q)), 2, atol=0.1)


def test_gradient_descent_is_of_order_one():
    np.testing.assert_allclose(orders(GradientDescent), 1, atol=0.1)


@pytest.mark.parametrize("q", MEMBERS.values(), ids=MEMBERS)
def test_the_factor_on_a_quadratic(q):
    z, t = 0.1 * A, np.arange(1, 21)[:, None]
    expected = C + (1 - z + z * z / 2) ** t * (START - C)
    np.testing.assert_allclose(trajectory(RungeKutta(0.1, q), 20, Quadratic()), expected, rtol=1e-11)


@pytest.mark.parametrize("optimizer", [RungeKutta(0.1), AdamRungeKutta(0.1)])
def test_both_gradients_are_of_the_same_batch_and_are_counted(optimizer):
    batches = []

    class Noted(Quadratic):
        def value_and_gradient(self, theta, batch):
            batches.append(batch)
            return super().value_and_gradient(theta, batch)

    theta = start()
    _, _, report = optimizer.step(theta, optimizer.init(theta), Noted(), BATCH)
    assert batches[0] is batches[1] is BATCH and len(batches) == 2
    assert report["gradient_equivalents"] == 2 * len(BATCH[0])
    assert report["loss"] == pytest.approx(np.sum(A * (START - C) ** 2) / 2)
    assert (theta.vector == START).all()


def test_adam_on_the_mean_gradient():
    """A step by hand, from Adam's own update."""
    adam, theta, batch = Adam(0.1), start(), BATCH
    state = adam.init(theta)
    for q in (1.0, 0.5):
        got, moments, _ = AdamRungeKutta(0.1, q=q).step(theta, state, Quadratic(), batch)
        g1 = A * (theta.vector - C)
        ahead = adam.update(theta, g1, state)[0].vector
        g2 = A * (theta.vector + q * (ahead - theta.vector) - C)
        expected, _, _ = adam.update(theta, (1 - 1 / (2 * q)) * g1 + g2 / (2 * q), state)
        np.testing.assert_allclose(got.vector, expected.vector, rtol=1e-14)
        assert moments["t"] == 1, "the moments are updated once a step"


def test_where_the_gradient_is_the_same_everywhere_it_is_adam():
    np.testing.assert_allclose(trajectory(AdamRungeKutta(0.05), 20, Slope()), trajectory(Adam(0.05), 20, Slope()),
                               rtol=1e-13)


@pytest.mark.parametrize("optimizer", [RungeKutta(0.1), AdamRungeKutta(0.1)], ids=lambda one: type(one).__name__)
def test_a_gradient_that_is_not_finite_ends_training_and_raises_nothing(optimizer):
    """There is no second gradient then: its point is not finite."""
    network, batch = MLP((3, 4, 2)), (np.ones((5, 3)), np.ones((5, 2)))
    theta = network.init(np.random.default_rng(0))
    theta.vector *= 1e200
    result = train(optimizer, Objective(network, squared_error), theta, same_batch(batch), 3, progress=False)
    assert result.stopped == "loss not finite" and (result.theta.vector == theta.vector).all()


@pytest.mark.parametrize("kind", [RungeKutta, AdamRungeKutta])
@pytest.mark.parametrize("q", [0, 1.5, -1])
def test_bad_q(kind, q):
    with pytest.raises(ValueError, match=f"q is {q}"):
        kind(0.1, q=q)
