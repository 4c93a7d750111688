"""Batches that grow exponentially: their sizes, their cases, the same data for the same step."""

import numpy as np
import pytest

from ref.batch import Batch
from ref.hessian_free import growing

X, T = np.arange(100.0)[:, None], 2 * np.arange(100.0)[:, None]


def test_sizes_grow_by_a_constant_factor_and_then_stay():
    batches = growing((X, T), 4, 64, 8)
    sizes = [len(batches(step)[0]) for step in range(11)]
    assert sizes == [4, 6, 8, 11, 16, 23, 32, 45, 64, 64, 64]
    assert len(growing((X, T), 5, 5, 3)(7)[0]) == 5


def test_cases_are_distinct_paired_and_drawn_anew():
    batches, drawn = growing((X, T), 10, 40, 5, seed=3), []
    for step in range(8):
        x, t = batches(step)
        assert len(np.unique(x)) == len(x) and np.array_equal(t, 2 * x)
        drawn.append(tuple(x[:, 0]))
        again = growing((X, T), 10, 40, 5, seed=3)(step)
        np.testing.assert_array_equal(x, again[0])
    assert len(set(drawn)) == 8
    assert not np.array_equal(batches(6)[0], growing((X, T), 10, 40, 5, seed=4)(6)[0])


def test_all_the_data_is_the_data_itself():
    data = Batch((X,), (X,))
    assert growing(data, 10, 100, 5)(5) is data
    x, t = growing(data, 10, 50, 5)(0)
    assert x is t


@pytest.mark.parametrize("arguments, message", [
    ((0, 10, 5), "first is 0 but must be at least 1"), ((20, 10, 5), "last is 10 but must be at least 20"),
    ((10, 101, 5), "last is 101 but there are only 100 cases"), ((10, 20, 0), "by is 0 but must be at least 1"),
])
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        growing((X, T), *arguments)
    with pytest.raises(ValueError, match="x has 100 cases but t has 99"):
        growing((X, T[1:]), 1, 2, 3)
