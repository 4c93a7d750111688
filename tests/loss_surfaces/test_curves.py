"""Curves between networks: ends exact, every optimiser trains them, and one goes below a barrier of a straight line."""

import numpy as np
import pytest

from ref.hessian_free import HessianFree
from ref.loss_surfaces.between import line
from ref.loss_surfaces.curves.bezier import Bezier, losses
from ref.loss_surfaces.curves.objective import OnCurve, OnCurveBatch, along_curve
from ref.loss_surfaces.measures import barrier
from ref.losses import softmax_cross_entropy
from ref.networks.images.nin import network_in_network
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adadelta, Adam, AdamRungeKutta, GradientDescent, Momentum, Nesterov, RMSprop, RungeKutta
from ref.protocols import Objective as IsObjective
from ref.tasks.images.digits import digits
from ref.training import same_batch, train

TS = np.linspace(0, 1, 21)


def small(dtype=np.float64):
    """An objective, its batch and three points."""
    network, rng = MLP((3, 4, 2)), np.random.default_rng(0)
    batch = rng.standard_normal((6, 3)).astype(dtype), np.eye(2, dtype=dtype)[rng.integers(2, size=6)]
    thetas = [network.init(np.random.default_rng(seed), "glorot", dtype=dtype) for seed in range(3)]
    return Objective(network, softmax_cross_entropy), batch, thetas


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_ends_are_the_corners_and_nothing_is_mutated(dtype):
    _, _, thetas = small(dtype)
    curve, before = Bezier(*thetas), [theta.vector.tobytes() for theta in thetas]
    for t, corner in ((0, curve.a), (1, curve.b), (1.0, curve.b)):
        assert curve.point(t).vector.tobytes() == corner.vector.tobytes()
        assert not np.shares_memory(curve.point(t).vector, corner.vector)
    assert curve.point(0.3).dtype == dtype
    assert [theta.vector.tobytes() for theta in thetas] == before


def test_bent_by_half_of_the_way_and_straight_through_the_middle():
    _, _, (a, c, b) = small()
    np.testing.assert_allclose(Bezier(a, c, b).point(0.5).vector, (a.vector + 2 * c.vector + b.vector) / 4, rtol=1e-13)
    assert sum(Bezier(a, c, b).shares(0.3)) == pytest.approx(1, abs=1e-15)
    for t in TS:
        np.testing.assert_allclose(Bezier.straight(a, b).point(t).vector, line(a, b, t).vector, atol=1e-14)


def test_points_are_those_of_the_seed_and_step_and_uniform():
    batches = along_curve(same_batch(None), 3, points=2)
    assert batches(5).t == batches(5).t != batches(6).t
    t = np.array([batches(step).t for step in range(1000)])
    assert t.mean() == pytest.approx(1 / 2, abs=0.03) and t.var() == pytest.approx(1 / 12, abs=0.01)
    assert t.min() >= 0 and t.max() <= 1


@pytest.mark.parametrize("optimizer", [
    Adadelta(), Adam(0.05), AdamRungeKutta(0.05), GradientDescent(0.5), Momentum(0.3, 0.5), Nesterov(0.3, 0.5),
    RMSprop(0.02), RungeKutta(0.5), HessianFree(preconditioner=None, scale_mix=0)], ids=lambda one: type(one).__name__)
def test_every_optimizer_bends_the_curve(optimizer):
    objective, batch, (a, _, b) = small()
    on_curve, batches = OnCurve(objective, a, b), lambda step: OnCurveBatch(batch, (0.2, 0.5, 0.9))
    start = line(a, b, 0.5)
    result = train(optimizer, on_curve, start, batches, 5)
    assert on_curve.value(result.theta, batches(0)) < on_curve.value(start, batches(0))
    assert isinstance(on_curve, IsObjective) and on_curve.count(batches(0)) == 18


def test_a_curve_goes_below_the_barrier_of_the_line():
    """Two networks of digits from seeds 0 and 1, 500 cases, training loss: the line has a barrier of 0.32."""
    x, labels = digits()
    batch, network = (x[:500], np.eye(10)[labels[:500]]), MLP((64, 16, 10), "tanh")
    objective = Objective(network, softmax_cross_entropy)
    a, b = (train(Adam(0.02), objective, network.init(np.random.default_rng(seed), "glorot"), same_batch(batch),
                  150).theta for seed in (0, 1))
    straight = Bezier.straight(a, b)
    bent = train(Adam(0.02), OnCurve(objective, a, b), straight.c, along_curve(same_batch(batch), seed=0), 300).theta
    of_line, of_curve = (losses(curve, TS, objective, batch) for curve in (straight, Bezier(a, bent, b)))
    assert (of_line[0], of_line[-1]) == (of_curve[0], of_curve[-1]) and max(of_line[0], of_line[-1]) < 0.1
    assert barrier(TS, of_line) > 0.2 and barrier(TS, of_curve) < barrier(TS, of_line) / 10
    assert of_curve.max() < of_line.max() / 10


def test_with_batch_norm_the_ends_are_the_corners_with_their_own_statistics():
    network = network_in_network((5, 4, 2), ((3, 2, 2), (2, 3, 2), (2, 2, 2)), (3, 1, 1), dropout=False)
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((12, 5, 4, 2)), np.eye(2)[rng.integers(2, size=12)]
    a, c, b = (network.init(np.random.default_rng(seed)) for seed in range(3))

    def network_at(theta):
        return network.with_statistics(network.statistics(network.forward(theta, x)[1]))

    objective = Objective(network, softmax_cross_entropy)
    found = losses(Bezier(a, c, b), TS, objective, (x, t), network_at)
    held = losses(Bezier(a, c, b), TS, objective, (x, t), lambda theta: network_at(a))
    for k, corner in ((0, a), (-1, b)):
        assert found[k] == pytest.approx(objective.value(corner, (x, t)), rel=1e-12)
    assert abs(held[-1] - found[-1]) > 1e-3 and objective.network is network


@pytest.mark.parametrize("ask, error, message", [
    (lambda o, batch, a, b: Bezier(a, b, a).point(1.5), ValueError, "t is 1.5 but must be at most 1"),
    (lambda o, batch, a, b: Bezier(a, b.astype(np.float32), a), TypeError, "c is float32 but a is float64"),
    (lambda o, batch, a, b: OnCurve(o, a, b).value(a, batch), TypeError, "is a tuple but must be an OnCurveBatch"),
    (lambda o, batch, a, b: OnCurve(o, a, b).value(a, OnCurveBatch(batch, ())), ValueError, "t is empty"),
    (lambda o, batch, a, b: OnCurve(None, a, b), TypeError, "objective is a NoneType, which has no"),
])
def test_bad_input(ask, error, message):
    objective, batch, (a, _, b) = small()
    with pytest.raises(error, match=message):
        ask(objective, batch, a, b)
