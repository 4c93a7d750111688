"""The training loop: its rows, budgets, early end, and that training resumed is training never interrupted."""

import math
import sys

import numpy as np
import pytest

from ref.networks.mlp import MLP
from ref.optimizers import Adam, GradientDescent, Momentum, Nesterov, rising
from ref.training import Memory, minibatches, same_batch, train
from tests.optimizers.quadratic import BATCH, Quadratic, start
from tests.training.problems import Script, problem, untimed


def test_it_does_what_a_loop_written_out_does():
    objective, theta, data = problem()
    optimizer, batches = Adam(0.02), minibatches(data, 8, seed=1)
    result = train(optimizer, objective, theta, batches, 11)
    expected, state, losses = theta, optimizer.init(theta), []
    for step in range(11):
        expected, state, report = optimizer.step(expected, state, objective, batches(step))
        losses.append(report["loss"])
    np.testing.assert_array_equal(result.theta.vector, expected.vector)
    np.testing.assert_array_equal(result.state["m"], state["m"])
    assert [row["loss"] for row in result.rows] == losses
    assert [row["step"] for row in result.rows] == list(range(1, 12))
    assert [row["gradient_equivalents"] for row in result.rows] == [8 * k for k in range(1, 12)]
    assert all(row["step_gradient_equivalents"] == 8 for row in result.rows)
    assert (result.step, result.stopped, result.gradient_equivalents) == (11, "steps", 88)
    assert [row.get("stopped") for row in result.rows] == [None] * 10 + ["steps"]


def test_evaluations_come_before_the_first_step_every_k_and_at_the_end():
    objective, theta, data = problem()
    result = train(GradientDescent(0.1), objective, theta, same_batch(data), 7, evaluate_every=3,
                   evaluate=lambda theta: {"train_error": objective.value(theta, data)})
    assert [row["step"] for row in result.rows if "train_error" in row] == [0, 3, 6, 7]
    assert result.rows[0] == {"step": 0, "gradient_equivalents": 0.0, "train_error": objective.value(theta, data),
                              "seconds": 0.0, "done": 0.0}
    assert result.rows[-1]["train_error"] == objective.value(result.theta, data)
    assert result.rows[3]["train_error"] == result.rows[4]["loss"]


def test_seconds_add_up_and_a_reports_own_are_kept_apart_from_the_metrics():
    recorder = Memory()
    appended = []
    recorder.append = lambda row, timing: appended.append((row, timing))
    optimizer = Script([(1.0, 0.0)] * 3, seconds=9.0, solve_seconds=0.5)
    train(optimizer, Quadratic(), start(), same_batch(BATCH), 3, recorder=recorder)
    for k, (row, timing) in enumerate(appended):
        assert not any("second" in name for name in row)
        assert timing["solve_seconds"] == 0.5 and timing["done"] == pytest.approx((k + 1) / 3)
    total = np.cumsum([timing["step_seconds"] for _, timing in appended])
    np.testing.assert_allclose([timing["seconds"] for _, timing in appended], total)


class Crash(Exception):
    pass


@pytest.mark.parametrize(
    "optimizer", [GradientDescent(0.1), Momentum(0.05), Nesterov(0.05, rising(0.9, 4)), Adam(0.05)],
    ids=["gradient descent", "momentum", "nesterov", "adam"],
)
@pytest.mark.parametrize("crashes", [[3], [1, 2, 9, 10, 17]])


def test_resumed_training_is_training_never_interrupted(optimizer, crashes):
    objective, theta, data = problem()
    batches = minibatches(data, 5, seed=2)
    settings = {"n_steps": 20, "checkpoint_every": 4, "evaluate_every": 3,
                "evaluate": lambda theta: {"error": objective.value(theta, data)}}
    expected = train(optimizer, objective, theta, batches, **settings)

    recorder, left = Memory(), list(crashes)

    def crashing(step):
        if left and step == left[0]:
            left.pop(0)
            raise Crash
        return batches(step)

    for _ in crashes:
        with pytest.raises(Crash):
            train(optimizer, objective, theta, crashing, recorder=recorder, **settings)
    result = train(optimizer, objective, theta, crashing, recorder=recorder, **settings)
    assert untimed(result.rows) == untimed(expected.rows)
    np.testing.assert_array_equal(result.theta.vector, expected.theta.vector)
    assert result.gradient_equivalents == expected.gradient_equivalents


@pytest.mark.parametrize("checkpoint", range(4))


def test_an_early_end_is_the_same_after_a_resume_at_any_step(checkpoint):
    """Also where the last checkpoint is taken just before the loss turns out not to be finite."""
    script = [(1.0, 10.0), (0.9, 11.0), (0.8, 12.0), (math.nan, 13.0)]
    recorder, saved = Memory(), []
    recorder.save = saved.append
    problem = Script(script), Quadratic(), start(), same_batch(BATCH), 9
    expected = train(*problem, recorder=recorder, checkpoint_seconds=0)
    assert len(saved) == 4
    again = Memory()
    again.checkpoint, again._rows = saved[checkpoint], recorder.rows()[: saved[checkpoint].rows]
    result = train(*problem, recorder=again)
    assert untimed(result.rows) == untimed(expected.rows)
    assert (result.step, result.stopped, result.theta.vector[0]) == (2, "loss not finite", 11.0)


def test_checkpoints_come_every_k_steps_or_s_seconds_and_at_the_end():
    def saves(**settings):
        recorder, steps = Memory(), []
        recorder.save = lambda checkpoint: steps.append(checkpoint.step)
        train(GradientDescent(0.1), Quadratic(), start(), same_batch(BATCH), 10, recorder=recorder, **settings)
        return steps

    assert saves() == [10]
    assert saves(checkpoint_every=4) == [4, 8, 10]
    assert saves(checkpoint_seconds=0) == [*range(9), 10]


def test_what_has_ended_is_returned_as_it_is():
    objective, theta, data = problem()
    recorder = Memory()
    result = train(Adam(0.1), objective, theta, same_batch(data), 5, recorder=recorder)
    recorder.append = recorder.save = None
    again = train(Adam(0.1), objective, theta, None, 5, recorder=recorder)
    assert again.rows == result.rows and again.stopped == "steps"
    np.testing.assert_array_equal(again.theta.vector, result.theta.vector)


@pytest.mark.parametrize("other", [MLP((3, 4, 2)).init(np.random.default_rng(0)), problem(np.float32)[1]])


def test_a_checkpoint_of_other_parameters_is_refused(other):
    objective, theta, data = problem()
    recorder = Memory()
    train(Adam(0.1), objective, theta, same_batch(data), 2, recorder=recorder)
    with pytest.raises(ValueError, match=r"the checkpoint's parameters are \(32,\) float64 but theta is"):
        train(Adam(0.1), objective, other, same_batch(data), 2, recorder=recorder)


@pytest.mark.parametrize("settings, match", [
    ({"n_steps": 0}, "n_steps"), ({"n_steps": 5, "evaluate_every": 0}, "evaluate_every"),
    ({"n_steps": 5, "max_seconds": 0}, "budget of seconds"),
    ({"n_steps": 5, "max_seconds": math.nan}, "budget of seconds"),
    ({"n_steps": 5, "max_gradient_equivalents": -1}, "budget of gradient_equivalents"),
    ({"n_steps": 5, "checkpoint_every": 0}, "checkpoint_every"),
    ({"n_steps": 5, "checkpoint_seconds": -1}, "checkpoint_seconds"),
    ({"n_steps": 5, "evaluate": lambda theta: {"loss": 1.0}}, "evaluate gives loss"),
])


def test_bad_settings_are_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        train(GradientDescent(0.1), Quadratic(), start(), same_batch(BATCH), **settings)


def test_a_start_that_is_not_finite_is_refused():
    theta = start()
    theta.vector[2] = math.nan
    with pytest.raises(ValueError, match=r"theta\[2\] is nan"):
        train(GradientDescent(0.1), Quadratic(), theta, same_batch(BATCH), 3)


def test_the_progress_bar_is_for_those_who_look_and_for_what_takes_long(capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["ref.training.train"], "BAR_AFTER", 0.3)

    def training(seconds, progress):
        train(GradientDescent(0.1), Quadratic(), start(), same_batch(BATCH), 10**9, max_seconds=seconds,
              progress=progress, label="descent")
        return capsys.readouterr().err

    assert training(0.01, True).strip() == ""
    assert training(0.4, None) == ""
    shown = training(0.4, True)
    assert "descent: " in shown and "loss " in shown and "100%" in shown
