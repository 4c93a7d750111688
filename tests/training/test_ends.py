"""Why training ends: budgets, what is not finite, and what was to be reached."""

import math

import numpy as np
import pytest

from ref.optimizers import GradientDescent
from ref.training import Memory, same_batch, train
from tests.optimizers.quadratic import BATCH, Quadratic, start
from tests.training.problems import Script, problem, untimed


def test_the_budget_of_gradient_equivalents():
    result = train(GradientDescent(0.1), Quadratic(), start(), same_batch(BATCH), 100, max_gradient_equivalents=30)
    assert (result.stopped, result.step, result.gradient_equivalents) == ("gradient_equivalents", 5, 35)
    assert [row["done"] for row in result.rows] == pytest.approx([7 / 30, 14 / 30, 21 / 30, 28 / 30, 1])


def test_the_budget_of_seconds():
    result = train(GradientDescent(0.1), Quadratic(), start(), same_batch(BATCH), 10**9, max_seconds=0.05)
    assert result.stopped == "seconds" and result.step > 5
    assert result.rows[-2]["seconds"] < 0.05 <= result.rows[-1]["seconds"] == result.seconds


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_gives_back_the_parameters_before_those_it_belongs_to(bad):
    """The loss of step 4 is that of the parameters after step 3: the last good ones are those after step 2."""
    script = [(1.0, 10.0), (0.9, 11.0), (0.8, 12.0), (bad, 13.0), (0.6, 14.0)]
    recorder = Memory()
    evaluated = []
    result = train(Script(script), Quadratic(), start(), same_batch(BATCH), 5, recorder=recorder,
                   evaluate=lambda theta: {"first": evaluated.append(theta.vector[0]) or 0.0})
    assert (result.stopped, result.step, result.theta.vector[0], result.state) == ("loss not finite", 2, 11.0, {"t": 2})
    assert [row["step"] for row in result.rows] == [0, 1, 2, 3, 4]
    assert result.rows[-1]["stopped"] == "loss not finite" and not math.isfinite(result.rows[-1]["loss"])
    assert result.gradient_equivalents == 8
    assert recorder.checkpoint.theta[0] == 11.0 and recorder.checkpoint.stopped
    assert evaluated == [2.0, 10.0, 11.0, 12.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_parameters_that_are_not_finite_give_back_those_before(bad):
    result = train(Script([(1.0, 10.0), (0.9, 11.0), (0.8, bad)]), Quadratic(), start(), same_batch(BATCH), 9)
    assert (result.stopped, result.step, result.theta.vector[0]) == ("parameters not finite", 2, 11.0)


def test_not_finite_from_the_first_step_on_leaves_the_start():
    result = train(Script([(math.nan, 10.0)]), Quadratic(), start(), same_batch(BATCH), 9)
    assert (result.stopped, result.step) == ("loss not finite", 0)
    np.testing.assert_array_equal(result.theta.vector, start().vector)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_descent_that_diverges_ends_quietly_at_finite_parameters_and_loss(dtype):
    objective, theta, data = problem(dtype)
    result = train(GradientDescent(1e6), objective, theta, same_batch(data), 500)
    assert result.stopped in ("loss not finite", "parameters not finite")
    assert result.theta.dtype == dtype and math.isfinite(objective.value(result.theta, data))


def test_training_ends_when_an_evaluation_has_reached_what_it_was_for():
    objective, theta, data = problem()
    evaluated = []

    def evaluate(theta):
        evaluated.append(objective.value(theta, data))
        return {"value": evaluated[-1]}

    whole = train(GradientDescent(0.1), objective, theta, same_batch(data), 60, evaluate=evaluate, evaluate_every=10)
    level = evaluated[3]
    evaluated.clear()
    result = train(GradientDescent(0.1), objective, theta, same_batch(data), 60, evaluate=evaluate, evaluate_every=10,
                   until=lambda row: row["value"] <= level)
    assert (result.stopped, result.step, len(evaluated)) == ("reached", 30, 4)
    assert whole.stopped == "steps" and result.rows[-1]["stopped"] == "reached"
    assert untimed(result.rows[:-1]) == untimed(whole.rows[:30])
    with pytest.raises(ValueError, match="until judges evaluations, but evaluate is None"):
        train(GradientDescent(0.1), objective, theta, same_batch(data), 5, until=lambda row: True)


def test_training_that_has_reached_its_end_is_not_taken_up_again():
    objective, theta, data = problem()
    memory = Memory()
    for _ in range(2):
        result = train(GradientDescent(0.1), objective, theta, same_batch(data), 60, recorder=memory, evaluate_every=5,
                       evaluate=lambda theta: {"value": objective.value(theta, data)}, until=lambda row: True)
        assert (result.stopped, result.step) == ("reached", 5)
