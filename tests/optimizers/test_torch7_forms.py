"""Torch7's forms of descent, momentum, RMSprop and Adadelta, against scalar loops written from their equations."""

import math

import numpy as np
import pytest

from ref.optimizers import Adadelta, DampedMomentum, GradientDescent, Momentum, RMSprop
from tests.optimizers.quadratic import BATCH, START, A, C, Quadratic, start
from tests.optimizers.test_rmsprop import Slope, trajectory


def by_loops(step, memory, steps: int = 30) -> np.ndarray:
    """step(x, g, memory, t) -> x, memory, coordinate by coordinate."""
    paths = []
    for a, c, x in zip(A.tolist(), C.tolist(), START.tolist()):
        state, path = memory, []
        for t in range(steps):
            x, state = step(x, a * (x - c), state, t)
            path.append(x)
        paths.append(path)
    return np.array(paths).T


def test_a_decaying_rate():
    expected = by_loops(lambda x, g, memory, t: (x - 0.1 / (1 + 0.2 * t) * g, None), None)
    np.testing.assert_allclose(trajectory(GradientDescent(0.1, decay=0.2), 30, Quadratic()), expected, rtol=1e-13)


def test_without_decay_nothing_is_kept():
    assert GradientDescent(0.1).init(start()) == {}


@pytest.mark.parametrize("damping, decay", [(None, 0.0), (0.3, 0.1)])
def test_damped_momentum(damping, decay):
    kept = 1 - (0.8 if damping is None else damping)

    def step(x, g, v, t):
        v = g if t == 0 else 0.8 * v + kept * g
        return x - 0.1 / (1 + decay * t) * v, v

    got = trajectory(DampedMomentum(0.1, 0.8, damping, decay), 30, Quadratic())
    np.testing.assert_allclose(got, by_loops(step, 0.0), rtol=1e-13)


def test_without_damping_it_is_classical_momentum():
    got = trajectory(DampedMomentum(0.05, 0.8, damping=0.0), 30, Quadratic())
    np.testing.assert_allclose(got, trajectory(Momentum(0.05, 0.8), 30, Quadratic()), rtol=1e-12)


def test_damping_by_the_momentum_moves_like_a_heavy_ball_at_a_tenth_of_the_rate():
    """In the end, under a gradient that is the same everywhere: eps = 1 and mu = 0.9 against a ball at 0.1."""
    damped = trajectory(DampedMomentum(1.0, 0.9), 200, Slope())
    ball = trajectory(Momentum(0.1, 0.9), 200, Slope())
    np.testing.assert_allclose(damped[-1] - damped[-2], ball[-1] - ball[-2], rtol=1e-6)
    np.testing.assert_allclose(damped[-1] - damped[-2], -A, rtol=1e-6)


def test_rmsprop_with_epsilon_outside_the_root():
    def step(x, g, r, t):
        r = 0.99 * r + 0.01 * g**2
        return x - 0.01 * g / (math.sqrt(r) + 1e-2), r

    got = trajectory(RMSprop(0.01, rho=0.99, epsilon=1e-2, outside=True), 30, Quadratic())
    np.testing.assert_allclose(got, by_loops(step, 0.0), rtol=1e-13)


def test_adadelta():
    def step(x, g, memory, t):
        r, d = memory
        r = 0.9 * r + 0.1 * g**2
        delta = math.sqrt(d + 1e-6) / math.sqrt(r + 1e-6) * g
        return x - delta, (r, 0.9 * d + 0.1 * delta**2)

    np.testing.assert_allclose(trajectory(Adadelta(), 30, Quadratic()), by_loops(step, (0.0, 0.0)), rtol=1e-13)


def test_adadeltas_first_step_is_the_same_for_all_gradients():
    first = START - trajectory(Adadelta(), 1, Slope())[0]
    np.testing.assert_allclose(first, math.sqrt(1e-6 / 0.1), rtol=1e-4)


@pytest.mark.parametrize("make, message", [
    (lambda: GradientDescent(0.1, decay=-1), "decay is -1"), (lambda: DampedMomentum(0), "learning_rate is 0"),
    (lambda: DampedMomentum(0.1, 1.0), "momentum is 1.0"), (lambda: DampedMomentum(0.1, damping=2), "damping is 2"),
    (lambda: Adadelta(rho=1), "rho is 1"), (lambda: Adadelta(epsilon=0), "epsilon is 0"),
])
def test_bad_settings(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("optimizer", [GradientDescent(0.1, decay=0.1), DampedMomentum(0.1), Adadelta(),
                                       RMSprop(0.1, outside=True)])
def test_float32_stays(optimizer):
    theta, state = start(np.float32), optimizer.init(start(np.float32))
    for _ in range(3):
        theta, state, _ = optimizer.step(theta, state, Quadratic(), BATCH)
    assert theta.dtype == np.float32
    assert all(array.dtype == np.float32 for array in state.values() if isinstance(array, np.ndarray))
