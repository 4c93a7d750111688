"""Read modes: back, by content, forward; along links that real writes have made."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from ref.memory import links, precedence, read_modes

BACKWARD, CONTENT, FORWARD = np.eye(3)
DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def history(*locations, L=5):
    """The links after one write at each of these locations, (1, L, L)."""
    M, p = np.zeros((1, L, L)), np.zeros((1, L))
    for ww in np.eye(L)[list(locations)][:, None]:
        M, _ = links.forward(M, p, ww)
        p, _ = precedence.forward(p, ww)
    return M


def read(M, w, c, *modes, dtype=np.float64):
    """One case; each head with its mode, from the same weights w and with the same content c."""
    K = len(modes)
    w, c = (np.array([[v] * K], dtype) for v in (w, c))
    return read_modes.forward(M.astype(dtype), w, c, np.array([modes], dtype))[0][0]


@DTYPES
def test_a_head_walks_along_what_was_written(dtype):
    """Mistakes caught: forward and backward the wrong way round, as in a public implementation, and content elsewhere
    than in the middle.  Training does not tell: a network learns to use whichever mode is which.
    """
    M, at = history(2, 0, 3), np.eye(5)
    for start, before, after in ((2, None, 0), (0, 2, 3), (3, 0, None)):
        back, content, on = read(M, at[start], at[4], BACKWARD, CONTENT, FORWARD, dtype=dtype)
        np.testing.assert_array_equal(back, np.zeros(5) if before is None else at[before])
        np.testing.assert_array_equal(content, at[4])
        np.testing.assert_array_equal(on, np.zeros(5) if after is None else at[after])
        assert back.dtype == dtype


def test_a_whole_sequence_is_read_in_the_order_of_writing_and_in_reverse():
    places = [3, 1, 4, 0, 2]
    M = history(*places)
    for mode, order in ((FORWARD, places), (BACKWARD, places[::-1])):
        w = np.eye(5)[order[0]]
        for expected in order[1:]:
            w = read(M, w, np.zeros(5), mode)[0]
            np.testing.assert_array_equal(w, np.eye(5)[expected])


def test_modes_mix():
    M, at = history(2, 0, 3), np.eye(5)
    np.testing.assert_allclose(read(M, at[0], at[4], [0.2, 0.5, 0.3])[0], [0, 0, 0.2, 0.3, 0.5], rtol=1e-15)
    uniform = (1 - np.eye(5)[None]) / 4
    np.testing.assert_allclose(read(uniform, np.full(5, 0.2), np.full(5, 0.2), [0.2, 0.5, 0.3])[0], [0.2] * 5,
                               rtol=1e-15)


def test_each_head_has_its_own_modes_weights_and_content():
    """Mistake caught: one head's reads or modes given to another."""
    rng = np.random.default_rng(0)
    M, w, c, pi = rng.random((2, 5, 5)), rng.random((2, 3, 5)), rng.random((2, 3, 5)), rng.random((2, 3, 3))
    together, _ = read_modes.forward(M, w, c, pi)
    for n in range(2):
        for k in range(3):
            alone, _ = read_modes.forward(M[n : n + 1], w[n : n + 1, k : k + 1], c[n : n + 1, k : k + 1],
                                          pi[n : n + 1, k : k + 1])
            np.testing.assert_allclose(together[n, k], alone[0, 0], rtol=1e-14)


@DTYPES
def test_one_location_and_no_links(dtype):
    """Before the second write, forward and backward read nothing; content reads."""
    got = read(np.zeros((1, 1, 1)), [1], [1], BACKWARD, CONTENT, FORWARD, dtype=dtype)
    np.testing.assert_array_equal(got, [[0], [1], [0]])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([np.float64, np.float32]), st.integers(1, 5), st.integers(1, 5), st.data())
def test_weights_stay_not_negative_and_sum_to_at_most_one(dtype, T, L, data):
    """Links from any writes; weights of which each sums to at most one."""
    def parts(*shape):
        x = data.draw(arrays(dtype, shape, elements=st.floats(0, 1, width=np.finfo(dtype).bits)))
        return x / np.maximum(1, x.sum(axis=-1, keepdims=True))

    M, p = np.zeros((2, L, L), dtype), np.zeros((2, L), dtype)
    for ww in parts(T, 2, L):
        M, _ = links.forward(M, p, ww)
        p, _ = precedence.forward(p, ww)
    w, _ = read_modes.forward(M, parts(2, 3, L), parts(2, 3, L), parts(2, 3, 3))
    tolerance = 8 * (T + L) * np.finfo(dtype).eps
    assert w.dtype == dtype and (w >= -tolerance).all() and (w.sum(axis=-1) <= 1 + tolerance).all()
