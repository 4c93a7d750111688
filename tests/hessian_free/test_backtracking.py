"""CG-backtracking: the walk done forwards with one stored vector, against the walk back over stored copies."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from ref.hessian_free import Iterate, backtrack
from ref.hessian_free.backtracking import take_last

numbers = st.one_of(st.integers(0, 3).map(float), st.floats(-2, 2), st.sampled_from([np.inf, -np.inf, np.nan]))
values = st.lists(numbers, min_size=1, max_size=12)


def iterates(count):
    """Iterates 1, 2, ... as CG gives them: one array, overwritten each time."""
    x = np.zeros(3)
    for i in range(1, count + 1):
        x[:] = i
        yield Iterate(i, x, -float(i), "iterations" if i == count else None)


def walk_back(fs):
    """The definition, over all values at once: from the last, back while that improves, and past whatever is not
    finite.
    """
    m = len(fs) - 1
    while m > 0 and (not np.isfinite(fs[m]) or (np.isfinite(fs[m - 1]) and fs[m - 1] < fs[m])):
        m -= 1
    return m + 1


@settings(max_examples=120, deadline=None)
@given(values)
def test_equals_the_walk_over_stored_copies(fs):
    """Mistakes caught: taking the best of all iterates, keeping CG's own array in place of a copy, a value of NaN that
    wins.
    """
    asked = []
    found = backtrack(iterates(len(fs)), lambda x: asked.append(int(x[0])) or fs[int(x[0]) - 1])
    chosen = walk_back(fs)
    assert found.i == chosen
    np.testing.assert_array_equal(found.x, np.full(3, float(chosen)))
    assert found.phi == -chosen
    f = fs[chosen - 1]
    assert found.f == (f if np.isfinite(f) else np.inf)
    assert found.last.i == len(fs) and found.last.x[0] == len(fs)
    assert asked == list(range(1, len(fs) + 1))


@pytest.mark.parametrize("fs, chosen", [
    ([3, 1, 2, 1.5], 4),  # the last improves on the one before it: the better second one is never reached
    ([3, 1, 1.5, 2], 2),
    ([1, 2, 3], 1),
    ([3, 2, 1], 3),
    ([2, 2, 2], 3),  # no improvement, no step back
    ([1, 0.5, np.inf, np.nan], 2),
    ([np.nan, 5, np.nan], 2),
    ([np.nan, np.inf], 1),
])
def test_examples(fs, chosen):
    assert walk_back(fs) == chosen
    assert backtrack(iterates(len(fs)), lambda x: fs[int(x[0]) - 1]).i == chosen


def test_last_is_where_cg_ended_and_not_what_was_chosen():
    """Mistake caught: the next CG run started from the backtracked iterate."""
    found = backtrack(iterates(5), lambda x: x[0])
    assert (found.i, found.last.i) == (1, 5)
    assert found.x[0] == 1 and found.last.x[0] == 5


def test_take_last_evaluates_once():
    asked = []
    found = take_last(iterates(5), lambda x: asked.append(x[0]) or 7.0)
    assert (found.i, found.f, asked) == (5, 7.0, [5.0])
    assert found.x is not found.last.x
