"""Phases: each one's options and minibatches at work, one after another; the improved recipe's numbers."""

from functools import partial

import numpy as np
import pytest

from ref.hessian_free.improved import (
    Phase,
    PhasedHessianFree,
    curves_phases,
    falling,
    phase_at,
    phased_batches,
    same_minibatch,
)
from tests.hessian_free.problems import problem


def test_the_phases_of_curves():
    phases = curves_phases()
    first, second, third, fourth = phases
    iterations = [phase.options["max_iterations"] for phase in phases]
    assert iterations == [50, 50, 200, 200] and all(phase.options["stop"] == "fixed" for phase in phases)
    assert [phase.updates * n for phase, n in zip(phases, iterations)][0::2] == [250_000, 100_000]
    assert fourth.updates * iterations[3] == 500_000
    assert [phase.options["decay"] for phase in phases] == [0.95, 0.999, 0.995, 0.995]
    assert [phase.weight_decay for phase in phases] == [None, None, None, 0.0]
    assert first.updates == 5000 and second.updates == 5000 and curves_phases(second=7)[1].updates == 7
    assert [phase.options["rate"] for phase in phases] == [1.0, falling, 1.0, 1.0]
    x = np.arange(32.0)[:, None]
    assert [len(phase.minibatches((x, x), step=3, seed=0).gradient[0]) for phase in phases] == [2, 2, 32, 32]


def test_the_falling_rate():
    assert [falling(t) for t in (0, 4000, 4001, 4500)] == [1, 1, 1, 1]
    assert falling(5000) == 0.5 and falling(9000) == 0.1


def test_phase_at():
    phases = curves_phases(second=10)
    starts = [0, 5000, 5010, 5510, 8010]
    for k, phase in enumerate(phases):
        assert phase_at(phases, starts[k]) is phase_at(phases, starts[k + 1] - 1) is phase
    assert phase_at(phases, 10**7) is phases[-1], "the last one goes on for ever"
    endless = phases[0]._replace(updates=None)
    assert phase_at([phases[1], endless], 9) is phases[1] and phase_at([phases[1], endless], 10**9) is endless


def test_each_step_has_its_phases_options():
    """As many CG iterations as the phase says, no line search; t goes on from one phase to the next."""
    p = problem("logistic_cross_entropy", N=9)
    whole, options = partial(same_minibatch, parts=1), {"stop": "fixed", "rate": lambda t: 1 / (1 + t)}
    phases = (Phase(3, {**options, "max_iterations": 7, "decay": 0.9}, whole),
              Phase(None, {**options, "max_iterations": 3, "decay": 0.999}, whole))
    optimizer, batches = PhasedHessianFree(phases, damping=0.5, preconditioner=None), phased_batches(phases, p.batch, 0)
    theta, state = p.theta, optimizer.init(p.theta)
    assert state["damping"] == 0.5
    for t in range(5):
        theta, state, report = optimizer.step(theta, state, p.objective, batches(t))
        assert (report["cg_iterations"], report["decay"]) == ((7, 0.9) if t < 3 else (3, 0.999))
        assert report["rate"] == 1 / (1 + t) and report["cg_end"] == "iterations"


def test_phases_one_after_another_lower_the_objective():
    p = problem("logistic_cross_entropy", N=40, sizes=(4, 6, 3))
    options = {"stop": "fixed", "rate": 1.0}
    phases = (Phase(6, {**options, "max_iterations": 5, "decay": 0.95}, partial(same_minibatch, parts=4)),
              Phase(6, {**options, "max_iterations": 8, "decay": 0.995}, partial(same_minibatch, parts=1),
                    weight_decay=0.0))
    optimizer, batches = PhasedHessianFree(phases, damping=0.1), phased_batches(phases, p.batch, 0)
    theta, state = p.theta, optimizer.init(p.theta)
    for t in range(12):
        theta, state, _ = optimizer.step(theta, state, p.objective, batches(t))
    assert p.dense.value(theta.vector) < 0.8 * p.dense.value(p.theta.vector) and state["step"] == 12


def test_a_phases_weight_decay_is_that_of_the_objective_for_as_long_as_it_lasts():
    p = problem("logistic_cross_entropy", N=9)
    whole = partial(same_minibatch, parts=1)
    phases = (Phase(1, {"max_iterations": 3}, whole), Phase(None, {"max_iterations": 3}, whole, weight_decay=0.7))
    optimizer, data = PhasedHessianFree(phases), same_minibatch(p.batch, 0, 1)
    decay, first = p.objective.weight_decay, optimizer.init(p.theta)
    losses = [optimizer.step(p.theta, {**first, "step": step}, p.objective, data)[2]["loss"] for step in (0, 1)]
    more = (0.7 - decay) / 2 * float(p.theta.vector @ p.theta.vector)
    assert losses[1] == pytest.approx(losses[0] + more, rel=1e-12) and p.objective.weight_decay == decay


def test_wrong_options_are_refused_at_once():
    with pytest.raises(ValueError, match="stop is 'never'"):
        PhasedHessianFree([Phase(None, {"stop": "never"}, same_minibatch)])


def test_the_minibatches_of_an_epoch_are_all_the_data_shuffled_anew_each_time():
    x = np.arange(22.0)[:, None]
    t = -x
    epochs = []
    for epoch in range(2):
        parts = [same_minibatch((x, t), 4 * epoch + part, parts=4) for part in range(4)]
        assert sorted(len(b.gradient[0]) for b in parts) == [5, 5, 6, 6]
        assert all((b.gradient[1] == -b.gradient[0]).all() for b in parts)
        epochs.append([tuple(b.gradient[0].ravel()) for b in parts])
        assert sorted(sum(epochs[-1], ())) == list(range(22))
    assert epochs[0] != epochs[1]
    again = same_minibatch((x, t), 6, parts=4)
    assert tuple(again.gradient[0].ravel()) == epochs[1][2]
    assert same_minibatch((x, t), 6, parts=4, seed=1).gradient[0].tolist() != again.gradient[0].tolist()
    filled = again.filled()
    assert all(batch is filled.gradient for batch in filled), "gradient, curvature and all else on the same minibatch"
    x_and_t = same_minibatch((x, x), 0, parts=4).gradient
    assert x_and_t[0] is x_and_t[1]


@pytest.mark.parametrize("options, error, message", [
    (dict(parts=0), ValueError, "parts is 0 but must be at least 1"),
    (dict(parts=8), ValueError, "parts is 8 but there are only 7 cases"),
    (dict(step=-1), ValueError, "step is -1 but must be at least 0"),
    (dict(step=1.0), TypeError, "step is 1.0 but must be a whole number"),
    (dict(data=(np.ones((7, 2)), np.ones((9, 1)))), ValueError, "x has 7 cases but t has 9"),
])
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        same_minibatch(**{"data": (np.ones((7, 2)), np.ones((7, 1))), "step": 0, "parts": 2, **options})
