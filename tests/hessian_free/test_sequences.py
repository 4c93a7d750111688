"""Hessian-free optimisation on sequences: fresh data of every step, and steps on a small pathological task."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree, fresh_sequences
from ref.losses import Masked, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.tasks.sequences.pathological import addition, memorisation_5bit, temporal_order
from ref.training.train import train
from tests.hessian_free.recurrent_problems import recurrent_problem

TASK = temporal_order(20)


def cases(batch):
    """The set of a batch's sequences."""
    return {batch[0][:, n].tobytes() for n in range(batch[0].shape[1])}


def test_which_data_each_part_of_a_step_sees():
    batches = fresh_sequences(TASK, step=3, seed=0, n=6, parts=4)
    assert [batch[0].shape[1] for batch in batches] == [24, 6, 6, 6, 24]
    gradient, curvature, backtracking, line_search = map(cases, batches[:4])
    assert curvature <= gradient, "the curvature's data are a part of the gradient's"
    assert gradient.isdisjoint(backtracking | line_search) and backtracking.isdisjoint(line_search)
    assert batches.rho is batches.gradient
    assert fresh_sequences(TASK, 0, 0, 5).gradient.n_cases == 50
    for whole, part in zip(batches.gradient, batches.curvature):
        np.testing.assert_array_equal(whole[:, :6], part)
        assert part.flags.c_contiguous


def test_a_function_of_step_and_seed_alone():
    one, same = (fresh_sequences(TASK, 3, 7, 6, 2) for _ in range(2))
    for a, b in zip(one, same):
        for x, y in zip(a, b):
            np.testing.assert_array_equal(x, y)
    everything = [cases(part) for step, seed in ((3, 7), (4, 7), (3, 8), (7, 3)) for part in
                  (lambda b: (b.gradient, b.backtracking, b.line_search))(fresh_sequences(TASK, step, seed, 6, 2))]
    assert sum(map(len, everything)) == len(set().union(*everything)), "no sequence comes twice"


def test_classes_come_equally_often_in_every_part():
    for batch in fresh_sequences(TASK, 0, 0, 8, 3):
        counts = batch[1].sum(axis=(0, 1))
        np.testing.assert_array_equal(counts, batch[0].shape[1] / 4)


@pytest.mark.parametrize("arguments, error, message", [
    (dict(step=-1), ValueError, "step is -1 but must be at least 0"),
    (dict(step=0.5), TypeError, "step is 0.5 but must be a whole number"),
    (dict(seed=-1), ValueError, "seed is -1 but must be at least 0"),
    (dict(n=0), ValueError, "n is 0 but must be at least 1"),
    (dict(parts=0), ValueError, "parts is 0 but must be at least 1"),
])
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        fresh_sequences(**{"task": TASK, "step": 0, "seed": 0, "n": 5, **arguments})


TASKS = {
    "temporal order": (temporal_order(10), softmax_cross_entropy),
    "addition": (addition(20), squared_error),
    "memorisation": (memorisation_5bit(11), softmax_cross_entropy),
}


@pytest.mark.parametrize("structural", [0.0, 0.03])
@pytest.mark.parametrize("name", TASKS)
def test_steps_reduce_the_objective(name, structural):
    """A few steps on fresh sequences: the loss on sequences never seen falls."""
    task, loss = TASKS[name]
    network = ElmanRNN(task.n_inputs, 10, task.n_outputs)
    objective, theta = Objective(network, Masked(loss)), network.init(np.random.default_rng(0))
    held_out = task.sample(np.random.default_rng(99), 64)
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=20, rho="damped", structural=structural)
    result = train(optimizer, objective, theta, lambda step: fresh_sequences(task, step, 0, 16, 4), 5, progress=False)
    before, after = objective.value(theta, held_out), objective.value(result.theta, held_out)
    assert np.isfinite(after) and after < 0.9 * before
    for row in result.rows:
        assert row["loss_after"] <= row["loss"] * 1.5 and row["gradient_equivalents"] > 64


def test_a_step_on_its_own_data_never_raises_the_objective():
    for seed in range(3):
        p = recurrent_problem("softmax_cross_entropy", seed=seed)
        optimizer = HessianFree(damping=0.1, preconditioner=None, structural=0.1, rho="damped")
        theta, state = p.theta, optimizer.init(p.theta)
        for _ in range(4):
            theta, state, report = optimizer.step(theta, state, p.objective, Batches(p.batch))
            assert report["loss_after"] < report["loss"] and report["loss_after"] == p.objective.value(theta, p.batch)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_are_pure_and_keep_their_dtype(dtype):
    task = temporal_order(10, dtype)
    network = ElmanRNN(task.n_inputs, 6, task.n_outputs)
    objective = Objective(network, Masked(softmax_cross_entropy), 1e-5, chunk=7)
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=10, rho="damped", structural=0.03)
    theta = network.init(np.random.default_rng(0), dtype=dtype)
    batches, before = fresh_sequences(task, 0, 0, 8, 2), theta.vector.copy()
    steps = [optimizer.step(theta, optimizer.init(theta), objective, batches) for _ in range(2)]
    (one, state, _), (other, _, _) = steps
    np.testing.assert_array_equal(one.vector, other.vector)
    np.testing.assert_array_equal(theta.vector, before)
    assert one.dtype == state["direction"].dtype == dtype and (one.vector != before).any()


def test_the_preconditioner_is_refused_by_name():
    """Mistake caught: squared gradients of a minibatch in the place of each case's, since these are not to be had."""
    p = recurrent_problem()
    for options in ({}, dict(preconditioner=None, scale_mix=0.5)):
        optimizer = HessianFree(**options)
        with pytest.raises(TypeError, match="ElmanRNN, which has no backward_squares.* preconditioner=None and"):
            optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))


def test_a_step_into_overflow_is_shortened_or_refused():
    """Linear states that grow a thousandfold at each of 200 steps overflow: such a step must not be taken, nor warn."""
    p = recurrent_problem("squared_error", "identity", T=200, scale=0.1)
    state = {**HessianFree().init(p.theta), "direction": np.full(p.theta.size, 1e4)}
    optimizer = HessianFree(damping=1e-9, preconditioner=None, backtracking=False, max_iterations=1, decay=1.0)
    with np.errstate(all="raise", under="ignore"):
        theta, _, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    assert report["rate"] < 1 and report["rho"] == -np.inf
    assert p.objective.value(theta, p.batch) <= report["loss"]


def test_parameters_whose_states_overflow_end_the_step_and_change_nothing():
    p = recurrent_problem("squared_error", "identity", T=200)
    p.theta["W"] = 100 * np.eye(3)
    optimizer = HessianFree(preconditioner=None)
    state = optimizer.init(p.theta)
    with np.errstate(over="ignore", invalid="ignore"):
        theta, new, report = optimizer.step(p.theta, state, p.objective, Batches(p.batch))
    assert theta is p.theta and new is state and not np.isfinite(report["loss"])
