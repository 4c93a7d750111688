"""A batch: its two short forms, its cases, and what it refuses."""

import numpy as np
import pytest

from ref.batch import Batch

X, T = np.arange(15.0).reshape(5, 3), np.arange(10.0).reshape(5, 2)
SEQUENCES = np.arange(24.0).reshape(4, 3, 2), np.ones((4, 3, 1)), np.ones((4, 3), bool)  # 4 steps, 3 cases


def test_the_tuples_that_it_stands_for():
    batch = Batch.of((X, T))
    assert batch.inputs == (X,) and batch.targets == (T,) and batch.axis == 0 and batch.n_cases == 5
    x, t, mask = SEQUENCES
    batch = Batch.of(SEQUENCES)
    assert batch.inputs == (x,) and batch.targets == (t, mask) and batch.axis == 1 and batch.n_cases == 3
    assert Batch.of(batch) is batch
    assert Batch.of(X).inputs == (X,) and Batch.of(X).targets == ()


def test_it_unpacks_into_its_arrays():
    x, t, mask = batch = Batch.of(SEQUENCES)
    assert x is batch[0] is SEQUENCES[0] and t is SEQUENCES[1] and mask is batch[-1] is SEQUENCES[2]
    assert batch[1:] == (t, mask)


def test_some_cases_by_a_slice_and_by_number():
    for chosen in (slice(1, 3), np.array([2, 0])):
        x, t = Batch.of((X, T)).cases(chosen)
        np.testing.assert_array_equal(x, X[chosen])
        np.testing.assert_array_equal(t, T[chosen])
        for part, whole in zip(Batch.of(SEQUENCES).cases(chosen), SEQUENCES):
            np.testing.assert_array_equal(part, whole[:, chosen])
    assert Batch.of((X, T)).cases(slice(1, 3)).inputs[0].base is not None, "a slice is a view"
    assert Batch.of(SEQUENCES).cases(np.array([2, 0])).inputs[0].flags.c_contiguous
    assert Batch.of(SEQUENCES).cases(np.array([2])).axis == 1


def test_an_array_that_is_input_and_target_is_taken_once():
    x, t = Batch.of((X, X)).cases(np.array([1, 4]))
    assert x is t


@pytest.mark.parametrize("make, error, message", [
    (lambda: Batch((X,), (T[:4],)), ValueError, "x has 5 cases but t has 4"),
    (lambda: Batch((X, X[:2]), (T,)), ValueError, r"x has 5 cases but inputs\[1\] has 2"),
    (lambda: Batch((X,), (T, T, T[:3])), ValueError, r"x has 5 cases but targets\[2\] has 3"),
    (lambda: Batch((), (T,)), ValueError, "inputs is empty but must hold at least one array"),
    (lambda: Batch(X, (T,)), TypeError, "inputs is a ndarray but must be a tuple of arrays"),
    (lambda: Batch((X,), [T]), TypeError, "targets is a list but must be a tuple of arrays"),
    (lambda: Batch((X,), (), axis=2), ValueError, r"x has shape \(5, 3\) but its cases must be on axis 2"),
    (lambda: Batch((X[:0],), (T[:0],)), ValueError, r"x is an empty batch: it has shape \(0, 3\)"),
    (lambda: Batch(([X[0], X[1, :2]],)), ValueError, "x is ragged but must be one array; pad shorter sequences"),
    (lambda: Batch.of((X,)), TypeError, r"batch is a tuple of 1 but must be a Batch, a tuple \(x, t\)"),
    (lambda: Batch.of([X, T]), TypeError, r"batch is a list but must be a Batch, a tuple \(x, t\)"),
])
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_what_is_not_finite_is_named():
    x, t, mask = (array.copy() for array in SEQUENCES)
    Batch.of((x, t, mask)).require_finite()
    t[2, 1, 0] = np.inf
    with pytest.raises(ValueError, match=r"t must be finite but t\[2, 1, 0\] is inf"):
        Batch.of((x, t, mask)).require_finite()
