"""How answers to the pathological tasks are marked, and from when on a task counts as solved."""

import numpy as np
import pytest

from ref.tasks.sequences.pathological import TASKS
from tests.tasks.sequences.test_pathological import MEMORIES, ORDERS, draw, every_task, perfect


@every_task
def test_wrong_counts_the_answers_that_are_wrong(name):
    task, x, t, mask = draw(name, 40, n=50)
    z = perfect(task, t)
    assert task.wrong(z, t, mask) == 0
    z[~mask] = np.random.default_rng(0).standard_normal((np.sum(~mask), task.n_outputs))
    assert task.wrong(z, t, mask) == 0, "steps without a target count for nothing"
    n_answers = 50 if task.last_step_only else mask.sum()
    for n, case in enumerate((4, 17, 30), start=1):
        step = np.flatnonzero(mask[:, case])[-1]
        if task.loss_name == "squared_error":
            z[step, case] += 0.039
            assert task.wrong(z, t, mask) == pytest.approx((n - 1) / n_answers)
            z[step, case] += 0.002
        else:
            z[step, case] *= -1
        assert task.wrong(z, t, mask) == pytest.approx(n / n_answers)
    z[:, 44] = np.nan
    expected = 3 + (1 if task.last_step_only else mask[:, 44].sum())
    assert task.wrong(z, t, mask) == pytest.approx(expected / n_answers), "NaN is wrong"


def test_random_permutation_is_marked_at_the_last_step_only():
    task, x, t, mask = draw("random_permutation", 30, n=10)
    z = perfect(task, t)
    z[:-1] *= -1
    assert task.wrong(z, t, mask) == 0


@every_task
def test_threshold(name):
    expected = 0.001 * MEMORIES[name][0] / 50 if name in MEMORIES else 0.001
    assert TASKS[name](50).threshold == pytest.approx(expected)


def test_losses():
    assert {name: task(50).loss.__name__.rpartition(".")[2] for name, task in TASKS.items()} == {
        "addition": "squared_error", "multiplication": "squared_error", "xor": "logistic_cross_entropy",
        **dict.fromkeys([*ORDERS, "random_permutation", *MEMORIES], "softmax_cross_entropy")}


@every_task
def test_bad_answers(name):
    task, x, t, mask = draw(name, 40, n=5)
    z = perfect(task, t)
    with pytest.raises(ValueError, match="z has shape .* time-major"):
        task.wrong(z[:-1], t, mask)
    with pytest.raises(ValueError, match="z has shape .* time-major"):
        task.wrong(z.swapaxes(0, 1), t, mask)
    with pytest.raises(ValueError, match="t has shape"):
        task.wrong(z, t[..., :0], mask)
    with pytest.raises(ValueError, match="z, t, mask have shapes"):
        task.wrong(z[:, :4], t, mask)
    with pytest.raises(ValueError, match="z, t, mask have shapes"):
        task.wrong(z, t, mask[:, :4])
    with pytest.raises(TypeError, match="mask is float64 but must be bool"):
        task.wrong(z, t, mask.astype(float))
    with pytest.raises(TypeError, match="z is int64"):
        task.wrong(z.astype(np.int64), t, mask)
    with pytest.raises(ValueError, match="t must be finite"):
        task.wrong(z, np.full_like(t, np.inf), mask)
    with pytest.raises(ValueError, match="mask selects no step"):
        task.wrong(z, t, np.zeros_like(mask))
