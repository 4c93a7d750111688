"""Allocation: the least used location first, no more than there is, ties by index, and the jump where usages cross."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from ref.memory import allocation
from ref.memory.allocation import EPSILON
from tests.memory.dnc_by_loops import allocation as by_loops

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def of(u, dtype=np.float64):
    """The allocation of one case."""
    with np.errstate(all="raise", under="ignore"):
        return allocation.forward(np.array([u], dtype))[0][0]


def test_the_least_used_location_comes_first():
    """Mistakes caught: descending order; weights left in the order of the sort.

    u = (0.9, 0.2, 0.5) in order is (0.2, 0.5, 0.9) with the weights 0.8, 0.5 · 0.2 and 0.1 · 0.2 · 0.5.
    """
    np.testing.assert_allclose(of([0.9, 0.2, 0.5]), [0.01, 0.8, 0.1], atol=2 * EPSILON)


@DTYPES
def test_all_is_free_and_the_first_location_gets_everything(dtype):
    """Mistake caught: the inclusive product, which multiplies by the location's own usage and allocates nothing here.
    Readers of public code ask why the product there is exclusive: this is why.
    """
    a = of([0] * 64, dtype)
    assert a[0] == dtype(1 - EPSILON) and a[1:].sum() <= 1.01 * EPSILON


@DTYPES
def test_one_free_location_gets_everything_and_all_taken_get_nothing(dtype):
    np.testing.assert_allclose(of([1, 1, 0, 1], dtype), [0, 0, 1, 0], atol=2 * EPSILON)
    np.testing.assert_array_equal(of([1] * 5, dtype), np.zeros(5))
    np.testing.assert_allclose(of([0.25], dtype), [0.75], atol=EPSILON)


def test_half_of_everything_is_taken():
    """Uniform usage: a geometric series in the order of the indices."""
    np.testing.assert_allclose(of([0.5] * 5), 0.5 ** np.arange(1, 6), atol=4 * EPSILON)


def test_allocation_jumps_where_two_usages_cross():
    """There is no derivative at a tie, and differences taken across one are of the size of the jump over the step.

    Of two locations that are used alike, the lower index is the first: the tie belongs to the side where it is less
    used.
    """
    for h in (1e-3, 1e-6, 1e-12):
        np.testing.assert_allclose(of([0.5 - h, 0.5]), [0.5, 0.25], atol=2 * h + 2 * EPSILON)
        np.testing.assert_allclose(of([0.5 + h, 0.5]), [0.25, 0.5], atol=2 * h + 2 * EPSILON)
    np.testing.assert_allclose(of([0.5, 0.5]), [0.5, 0.25], atol=2 * EPSILON)
    h = 1e-4
    across = (of([0.5 + h, 0.5]) - of([0.5 - h, 0.5])) / (2 * h)
    assert across[0] < -1000 and across[1] > 1000
    da = np.array([[1.0, 0.0]])
    slope = allocation.backward(da, allocation.forward(np.array([[0.5, 0.5]]))[1])[0]
    np.testing.assert_allclose(slope, [-1, 0], atol=2 * EPSILON)


def test_ties_are_broken_by_index_among_many_locations():
    """Mistake caught: an unstable sort, such as NumPy's default, which may keep the order of a few entries and of 64
    does not.
    """
    u = np.random.default_rng(0).choice([0.25, 0.5, 0.75], (8, 64))
    np.testing.assert_allclose(allocation.forward(u)[0], by_loops(u), rtol=1e-13)
    order = allocation.forward(u)[1].order
    for phi, row in zip(order, u):
        for value in (0.25, 0.5, 0.75):
            np.testing.assert_array_equal(phi[row[phi] == value], np.flatnonzero(row == value))
    np.testing.assert_array_equal(allocation.forward(np.zeros((1, 64)))[1].order, [np.arange(64)])


@DTYPES
@pytest.mark.parametrize("usage", [0, 1])
def test_no_pass_gives_nan_where_all_is_free_or_all_is_taken(dtype, usage):
    """Mistake caught: derivatives of the product by a division by each factor.  In float32 the product of 128 factors
    epsilon is zero, and so is each one's.
    """
    u, rng = np.full((2, 128), usage, dtype), np.random.default_rng(0)
    da, Ru, Rda = rng.standard_normal((3, 2, 128)).astype(dtype)
    with np.errstate(all="raise", under="ignore"):
        a, cache = allocation.forward(u)
        Ra, r_cache = allocation.r_forward(Ru, cache)
        results = a, Ra, allocation.backward(da, cache), allocation.r_backward(Rda, da, cache, r_cache)
    for result in results:
        assert result.dtype == dtype and np.isfinite(result).all()
    if usage == 0:  # only the first location and, through what it leaves, the second have a say
        expected = np.zeros((2, 128))
        expected[:, 0] = da[:, 1] - da[:, 0]
        np.testing.assert_allclose(results[2], expected, atol=20 * EPSILON)


def test_a_permutation_of_the_locations_permutes_the_allocation():
    u = np.linspace(0.05, 0.95, 12)
    order = np.random.default_rng(1).permutation(12)
    np.testing.assert_array_equal(of(u[order]), of(u)[order])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([np.float64, np.float32]), st.integers(1, 40), st.data())
def test_weights_are_not_negative_and_sum_to_what_is_free(dtype, L, data):
    """Σ a = 1 - ∏ s: at most one.  Usages 0 and 1, and ties, are drawn often."""
    some = st.sampled_from([0.0, 0.25, 1.0]) | st.floats(0, 1, width=np.finfo(dtype).bits)
    u = data.draw(arrays(dtype, (2, L), elements=some))
    with np.errstate(all="raise", under="ignore"):
        a, cache = allocation.forward(u)
    tolerance = 8 * np.finfo(dtype).eps
    assert a.dtype == dtype and (a >= 0).all() and (a.sum(axis=1) <= 1 + tolerance).all()
    np.testing.assert_allclose(a.sum(axis=1), 1 - cache.s.prod(axis=1), atol=tolerance)
    np.testing.assert_allclose(a, by_loops(u.astype(np.float64)), atol=L * tolerance)
