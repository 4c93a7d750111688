"""A rate that changes: each step is the optimiser's at that rate, and its running means go on."""

import numpy as np
import pytest

from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adam, Annealed, Clipped, GradientDescent, Nesterov, falling
from ref.parameters import Parameters
from ref.training import same_batch, train

THETA = Parameters.from_arrays({"a": np.array([1.0, 2.0]), "b": np.array([[3.0]])})


def test_each_step_has_its_rate():
    optimizer, theta = Annealed(GradientDescent, lambda t: 0.1 / (t + 1)), THETA
    state, g = optimizer.init(theta), np.array([1.0, -2.0, 4.0])
    for t in range(3):
        theta, state, report = optimizer.update(theta, g, state)
        assert report["learning_rate"] == 0.1 / (t + 1)
    np.testing.assert_allclose(theta.vector, THETA.vector - 0.1 * (1 + 1 / 2 + 1 / 3) * g, rtol=1e-14)


def test_a_constant_rate_changes_nothing():
    """Adam's means and its count go on from step to step."""
    annealed, plain, g = Annealed(Adam, lambda t: 0.02), Adam(0.02), np.array([1.0, -2.0, 4.0])
    one, two, state, other = THETA, THETA, annealed.init(THETA), plain.init(THETA)
    for k in range(4):
        one, state, _ = annealed.update(one, g * (-1) ** k, state)
        two, other, _ = plain.update(two, g * (-1) ** k, other)
    np.testing.assert_array_equal(one.vector, two.vector)


def test_falling_goes_along_a_line_and_never_reaches_zero():
    rate = falling(0.8, 4)
    assert [rate(t) for t in range(6)] == pytest.approx([0.8, 0.6, 0.4, 0.2, 0.2, 0.2])


def test_training_goes_on_from_a_state():
    """Steps of one training in two halves are those of the whole: the schedule's count is in the state."""
    network, rng = MLP((3, 4, 2)), np.random.default_rng(0)
    batch = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    objective, theta = Objective(network, squared_error), network.init(rng)
    optimizer = Clipped(Annealed(Adam, falling(0.1, 6)), 0.5)
    whole = train(optimizer, objective, theta, same_batch(batch), 6, progress=False)
    now, state = theta, optimizer.init(theta)
    for _ in range(6):
        now, state, _ = Clipped(Annealed(Adam, falling(0.1, 6)), 0.5).step(now, state, objective, batch)
    np.testing.assert_array_equal(whole.theta.vector, now.vector)
    rates = [row["learning_rate"] for row in whole.rows]
    assert rates == pytest.approx(0.1 * np.arange(6, 0, -1) / 6)


def test_what_is_refused():
    with pytest.raises(TypeError, match="make"):
        Annealed(Nesterov, lambda t: 0.1)
    with pytest.raises(ValueError, match="learning_rate"):
        Annealed(Adam, lambda t: 0.0)
    with pytest.raises(ValueError, match="first"):
        falling(0.0, 5)
    with pytest.raises(ValueError, match="n_steps"):
        falling(0.1, 0)
    with pytest.raises(ValueError, match="annealed_steps"):
        Annealed(Adam, lambda t: 0.1).update(THETA, np.zeros(3), Adam().init(THETA))
