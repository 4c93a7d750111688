"""The usage and its order: the least used rows first, n of them always, ties by index, and the jump where two cross."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from ref.memory import least_used

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@DTYPES
def test_usage_decays_and_counts_every_head(dtype):
    """gamma u' + Σ w^r + Σ w^w: 0.5 · (2, 4, 0) + (1, 0, 1) + (0.5, 0.5, 1)."""
    u, w_read = np.array([[2, 4, 0]], dtype), np.array([[[1, 0, 0], [0, 0, 1]]], dtype)
    w_write = np.array([[[0.5, 0.5, 0], [0, 0, 1]]], dtype)
    got = least_used.usage(u, w_read, w_write, 0.5)
    np.testing.assert_array_equal(got, [[2.5, 2.5, 2]])
    assert got.dtype == dtype


@DTYPES
def test_the_least_used_row_is_the_first(dtype):
    """Mistake caught: descending order; the ranks of rows in place of the rows."""
    u = np.array([[0.5, 3, 0.1, 0.7], [1, 2, 3, 0]], dtype)
    rows = least_used.rows(u, 3)
    np.testing.assert_array_equal(rows, [[2, 0, 3], [3, 0, 1]])
    w = least_used.indicators(rows, 4, dtype)
    np.testing.assert_array_equal(w[0], [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    assert w.dtype == dtype


@pytest.mark.parametrize("L", [2, 20, 64, 128])
def test_of_rows_used_alike_the_lower_index_is_the_first(L):
    """Mistake caught: a sort that is not stable, of which the last line has one; NumPy's default is none, either."""
    u = np.zeros((1, L))
    u[0, 0] = 1
    np.testing.assert_array_equal(least_used.rows(u, L), [[*range(1, L), 0]])
    alike = np.arange(64) % 2.0
    assert (least_used.rows(alike[None], 64)[0] != np.argsort(alike, kind="heapsort")).any()


usages = arrays(np.float64, (2, 6), elements=st.sampled_from([0, 0.1, 0.2, 0.5, 1, 1 + 1e-15, 7]))


@settings(deadline=None, max_examples=60)
@given(usages, st.integers(1, 6))
def test_there_are_always_n_and_none_that_is_left_out_is_used_less(u, n):
    w = least_used.indicators(least_used.rows(u, n), 6, u.dtype)
    assert ((w == 0) | (w == 1)).all()
    np.testing.assert_array_equal(w.sum(axis=2), np.ones((2, n)))
    chosen = w.sum(axis=1)
    assert chosen.max() == 1, "no row twice"
    for used, of_case in zip(u, chosen.astype(bool)):
        assert used[of_case].max() <= used[~of_case].min(initial=np.inf)


@settings(deadline=None, max_examples=60)
@given(usages, st.integers(1, 6))
def test_beside_the_indicator_of_the_n_th_smallest(u, n):
    """1 where u is at most the n-th smallest: the same n rows, and with ties at the n-th smallest some more."""
    at_most = (u <= np.sort(u, axis=1)[:, n - 1 : n]).astype(float)
    chosen = least_used.indicators(least_used.rows(u, n), 6, u.dtype).sum(axis=1)
    assert (chosen <= at_most).all()
    for of_case, marked, used in zip(chosen, at_most, u):
        if marked.sum() == n:
            np.testing.assert_array_equal(of_case, marked)
        else:
            assert (np.sort(used)[n - 1 : n + 1] == np.sort(used)[n - 1]).all()


def test_the_order_jumps_where_two_usages_cross_and_stands_still_elsewhere():
    """Why nothing is differentiated: a constant between ties, and a jump of the same size however short the step is."""
    def first(h):
        return least_used.indicators(least_used.rows(np.array([[0.5 + h, 0.5, 0.9]]), 1), 3, np.float64)[0, 0]

    for h in (1e-2, 1e-6, 1e-12):
        np.testing.assert_array_equal(first(-h), [1, 0, 0])
        np.testing.assert_array_equal(first(h), [0, 1, 0])
    np.testing.assert_array_equal(first(0.0), [1, 0, 0])


@DTYPES
def test_cases_do_not_see_each_other(dtype):
    u = np.random.default_rng(0).random((5, 7)).astype(dtype)
    together = least_used.rows(u, 3)
    np.testing.assert_array_equal(together, np.concatenate([least_used.rows(one[None], 3) for one in u]))
