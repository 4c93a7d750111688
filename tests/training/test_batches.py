"""Minibatches: a function of the step's number alone, each epoch a new order of all cases."""

import numpy as np
import pytest

from ref.training import minibatches, same_batch

X = np.arange(10.0)[:, None]
T = 100 + X


def test_each_epoch_has_every_case_once_and_a_new_order():
    batches = minibatches((X, T), 5, seed=3)
    epochs = [np.concatenate([x for x, _ in map(batches, (2 * epoch, 2 * epoch + 1))]).ravel() for epoch in range(3)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), X.ravel())
    firsts = [set(epoch[:5]) for epoch in epochs]
    assert firsts[0] != firsts[1] or firsts[1] != firsts[2]


def test_targets_stay_with_their_inputs_and_leftover_cases_wait():
    batches = minibatches((X, T), 3)
    for step in range(7):
        x, t = batches(step)
        assert x.shape == t.shape == (3, 1)
        np.testing.assert_array_equal(t, 100 + x)
    seen = np.concatenate([x for x, _ in map(batches, range(60))])
    np.testing.assert_array_equal(np.unique(seen), X.ravel())


def test_a_batch_depends_on_the_step_alone():
    one, other = minibatches((X, T), 4, seed=1), minibatches((X, T), 4, seed=1)
    for step in (9, 2, 9, 0, 5):
        np.testing.assert_array_equal(one(step).inputs[0], other(step).inputs[0])
    another = minibatches((X, T), 4, seed=2)
    assert any((one(step).inputs[0] != another(step).inputs[0]).any() for step in range(4))


def test_inputs_that_are_the_targets_are_copied_once():
    x, t = minibatches((X, X), 4)(0)
    assert x is t and x is not X


def test_the_same_batch():
    batch = (X, T)
    assert same_batch(batch)(0) is same_batch(batch)(7) is batch


@pytest.mark.parametrize("data, size, error, match", [
    ((X, T[:9]), 2, ValueError, "x has 10 cases but t has 9"),
    ((X, T), 11, ValueError, "size is 11 but there are only 10"),
    ((X, T), 0, ValueError, "size"),
    ((X, T), 2.5, TypeError, "size"),
    ((X[:0], T[:0]), 1, ValueError, "x is an empty batch"),
])
def test_bad_input(data, size, error, match):
    with pytest.raises(error, match=match):
        minibatches(data, size)
