"""The improved recipe: its phases and schedules, each phase's optimiser at work, its minibatches."""

import numpy as np
import pytest

from ref.hessian_free.improved import Phase, curves_phases, falling, one, phase_at, same_minibatch
from ref.objective import Objective
from tests.hessian_free.problems import problem


def test_the_phases_of_curves():
    first, second, third, fourth = curves_phases()
    assert [phase.updates * phase.cg_iterations for phase in (first, third, fourth)] == [250_000, 100_000, 500_000]
    assert [phase.cg_iterations for phase in curves_phases()] == [50, 50, 200, 200]
    assert [phase.share for phase in curves_phases()] == [16, 16, 1, 1]
    assert [phase.decay for phase in curves_phases()] == [0.95, 0.999, 0.995, 0.995]
    assert [phase.weight_decay for phase in curves_phases()] == [None, None, None, 0.0]
    assert first.updates == 5000 and second.updates == 5000 and curves_phases(second=7)[1].updates == 7


def test_the_rates():
    assert one(0) == one(10**6) == 1
    assert [falling(t) for t in (0, 4000, 4001, 4500)] == [1, 1, 1, 1]
    assert falling(5000) == 0.5 and falling(9000) == 0.1
    first, second, third, _ = curves_phases()
    assert first.rate(4999) == 1 and second.rate(5000) == 0.5 and third.rate(10**5) == 1


def test_phase_at():
    phases = curves_phases(second=10)
    starts = [0, 5000, 5010, 5510, 8010]
    for k, phase in enumerate(phases):
        assert phase_at(phases, starts[k]) is phase_at(phases, starts[k + 1] - 1) is phase
    assert phase_at(phases, 10**7) is phases[-1], "the last one goes on for ever"


def test_a_phase_makes_its_optimiser():
    """Exactly as many CG iterations as it says, no line search, the rate and the decay of its place in the whole run."""
    p = problem("logistic_cross_entropy", N=9)
    phase = Phase(100, 1, cg_iterations=7, decay=0.9, rate=lambda t: 1 / (1 + t))
    optimizer = phase.optimizer(damping=0.5, preconditioner=None)
    theta, state = p.theta, optimizer.init(p.theta)
    for t in range(3):
        theta, state, report = optimizer.step(theta, state, p.objective, same_minibatch(p.batch, t, 1))
        assert (report["cg_iterations"], report["cg_end"]) == (7, "iterations")
        assert report["rate"] == 1 / (1 + t) and report["decay"] == 0.9
    second = Phase(100, 1, cg_iterations=3, decay=0.999, rate=lambda t: float(t)).optimizer()
    _, _, report = second.step(theta, state, p.objective, same_minibatch(p.batch, 3, 1))
    assert report["rate"] == 3.0, "t goes on from one phase to the next, in the state"


def test_phases_one_after_another_lower_the_objective():
    p = problem("logistic_cross_entropy", N=40, sizes=(4, 6, 3))
    phases = (Phase(6, 4, 5, 0.95, one), Phase(6, 1, 8, 0.995, one, weight_decay=0.0))
    theta, state, losses = p.theta, None, []
    for t in range(12):
        phase = phase_at(phases, t)
        objective = Objective(p.objective.network, p.objective.loss, 0.01 if phase.weight_decay is None else phase.weight_decay)
        optimizer = phase.optimizer(damping=0.1)
        state = state or optimizer.init(theta)
        theta, state, _ = optimizer.step(theta, state, objective, same_minibatch(p.batch, t, phase.share))
        losses.append(p.dense.value(theta.vector))
    assert losses[-1] < 0.8 * p.dense.value(p.theta.vector) and state["step"] == 12


def test_the_minibatches_of_an_epoch_are_all_the_data_shuffled_anew_each_time():
    x = np.arange(22.0)[:, None]
    t = -x
    epochs = []
    for epoch in range(2):
        parts = [same_minibatch((x, t), 4 * epoch + part, share=4) for part in range(4)]
        assert sorted(len(b.gradient[0]) for b in parts) == [5, 5, 6, 6]
        assert all((b.gradient[1] == -b.gradient[0]).all() for b in parts)
        epochs.append([tuple(b.gradient[0].ravel()) for b in parts])
        assert sorted(sum(epochs[-1], ())) == list(range(22))
    assert epochs[0] != epochs[1]
    again = same_minibatch((x, t), 6, share=4)
    assert tuple(again.gradient[0].ravel()) == epochs[1][2]
    assert same_minibatch((x, t), 6, share=4, seed=1).gradient[0].tolist() != again.gradient[0].tolist()
    filled = again.filled()
    assert all(batch is filled.gradient for batch in filled), "gradient, curvature and all else on the same minibatch"
    x_and_t = same_minibatch((x, x), 0, share=4).gradient
    assert x_and_t[0] is x_and_t[1]


@pytest.mark.parametrize("options, error, message", [
    (dict(share=0), ValueError, "share is 0 but must be at least 1"),
    (dict(share=8), ValueError, "share is 8 but there are only 7 cases"),
    (dict(step=-1), ValueError, "step is -1 but must be at least 0"),
    (dict(step=1.0), TypeError, "step is 1.0 but must be a whole number"),
    (dict(data=(np.ones((7, 2)), np.ones((9, 1)))), ValueError, "x has 7 cases but t has 9"),
])
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        same_minibatch(**{"data": (np.ones((7, 2)), np.ones((7, 1))), "step": 0, "share": 2, **options})
