"""Temporal links and the precedence: what was written right after what."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from ref.memory import links, precedence
from tests.memory import dnc_by_loops

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def written(weights, dtype=np.float64):
    """The links and precedences after each write, (T, N, L) -> (T, N, L, L) and (T, N, L), from none."""
    weights = np.asarray(weights, dtype)
    _, N, L = weights.shape
    M, p, after = np.zeros((N, L, L), dtype), np.zeros((N, L), dtype), []
    for ww in weights:
        M, _ = links.forward(M, p, ww)
        p, _ = precedence.forward(p, ww)
        after.append((M, p))
    return tuple(map(np.stack, zip(*after)))


def one_hot(*locations, L=4):
    """One case's writes, each at one location."""
    return np.eye(L)[list(locations), None]


@DTYPES
def test_writes_at_one_location_each_are_linked_in_their_order(dtype):
    """Mistakes caught: the transposed matrix; the precedence after the write for the one before it, with which a write
    at one location would link to itself alone, and no other link would ever be there.
    """
    M, p = written(one_hot(2, 0, 3), dtype)
    expected = np.zeros((4, 4))
    expected[0, 2] = expected[3, 0] = 1
    np.testing.assert_array_equal(M[-1, 0], expected)
    np.testing.assert_array_equal(p[:, 0], one_hot(2, 0, 3)[:, 0])
    np.testing.assert_array_equal(M[0], np.zeros((1, 4, 4)))  # the first write follows none
    assert M.dtype == p.dtype == dtype


def test_a_location_that_is_written_again_loses_its_old_links():
    """Mistakes caught: fading the row but not the column of what is written, or the column but not the row."""
    M, _ = written(one_hot(2, 0, 3, 0))
    expected = np.zeros((4, 4))
    expected[0, 3] = 1
    np.testing.assert_array_equal(M[-1, 0], expected)


def test_the_same_location_twice_does_not_follow_itself():
    """Mistake caught: the diagonal is not cleared."""
    M, p = written(one_hot(1, 1))
    np.testing.assert_array_equal(M[-1, 0], np.zeros((4, 4)))
    np.testing.assert_array_equal(p[-1, 0], [0, 1, 0, 0])


def test_a_step_without_a_write_changes_nothing():
    """Mistake caught: a precedence that forgets the last write as time passes."""
    M, p = written(np.concatenate([one_hot(2, 0), np.zeros((3, 1, 4)), one_hot(3)]))
    for t in (2, 3, 4):
        np.testing.assert_array_equal(M[t], M[1])
        np.testing.assert_array_equal(p[t], p[1])
    assert M[-1, 0, 3, 0] == 1


def test_half_a_write_links_and_fades_by_half():
    M, p = written(np.concatenate([one_hot(2, 0), 0.5 * one_hot(3)]))
    expected = np.zeros((4, 4))
    expected[0, 2], expected[3, 0] = 1, 0.5
    np.testing.assert_array_equal(M[-1, 0], expected)
    np.testing.assert_array_equal(p[-1, 0], [0.5, 0, 0, 0.5])


def test_uniform_writes_link_all_pairs_alike():
    M, p = written(np.full((2, 1, 4), 0.25))
    np.testing.assert_allclose(M[-1, 0], (1 - np.eye(4)) / 16, rtol=1e-15)
    np.testing.assert_allclose(p[-1, 0], np.full(4, 0.25), rtol=1e-15)
    fixed = np.full((1, 4), 0.25)
    np.testing.assert_allclose(precedence.forward(fixed, fixed)[0], fixed, rtol=1e-15)


@DTYPES
def test_one_location_has_no_links_and_no_gradient_through_them(dtype):
    one = np.ones((2, 1), dtype)
    M, cache = links.forward(np.ones((2, 1, 1), dtype), one, one)
    np.testing.assert_array_equal(M, np.zeros((2, 1, 1)))
    for d in links.backward(np.ones_like(M), cache):
        assert d.dtype == dtype and not d.any()
    np.testing.assert_array_equal(precedence.forward(one / 2, one / 4)[0], np.full((2, 1), 0.625))


def test_what_stands_on_the_diagonal_before_is_not_looked_at():
    rng = np.random.default_rng(0)
    M, p, ww, dM = rng.random((1, 4, 4)), rng.random((1, 4)) / 4, rng.random((1, 4)) / 4, rng.standard_normal((1, 4, 4))
    other = M + 5 * np.eye(4)
    np.testing.assert_array_equal(links.forward(M, p, ww)[0], links.forward(other, p, ww)[0])
    for d, e in zip(links.backward(dM, links.forward(M, p, ww)[1]),
                    links.backward(dM + 3 * np.eye(4), links.forward(other, p, ww)[1])):
        np.testing.assert_allclose(d, e, rtol=1e-14)


@DTYPES
def test_equal_loops_over_pairs_of_locations(dtype):
    rng = np.random.default_rng(2)
    M, p, ww = rng.random((3, 6, 6)), rng.random((3, 6)) / 6, rng.random((3, 6)) / 6
    tolerance = 4 * np.finfo(dtype).eps
    for op, arguments in ((links, (M, p, ww)), (precedence, (p, ww))):
        by_loops = getattr(dnc_by_loops, op.__name__.rpartition(".")[2])(*arguments)
        np.testing.assert_allclose(op.forward(*(a.astype(dtype) for a in arguments))[0], by_loops, atol=tolerance)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([np.float64, np.float32]), st.integers(1, 6), st.integers(1, 5), st.data())
def test_whatever_is_written_rows_columns_and_precedence_sum_to_at_most_one(dtype, T, L, data):
    """Writes from nothing to everything, each step's weights summing to at most one."""
    width = np.finfo(dtype).bits
    ww = data.draw(arrays(dtype, (T, 2, L), elements=st.floats(0, 1, width=width)))
    ww = ww / np.maximum(1, ww.sum(axis=-1, keepdims=True))
    M, p = written(ww, dtype)
    tolerance = 4 * (T + L) * np.finfo(dtype).eps
    for sums in (M.sum(axis=-1), M.sum(axis=-2), p.sum(axis=-1)):
        assert (sums <= 1 + tolerance).all()
    assert (M >= -tolerance).all() and (p >= -tolerance).all()
    assert not np.einsum("tnii->tni", M).any()
