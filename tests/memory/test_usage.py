"""Usage: written locations are taken, freed ones free again, and nothing leaves [0, 1]."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from ref.memory import usage


def after(u, ww, wr, f, dtype=np.float64):
    """One case, one read head."""
    return usage.forward(*(np.array(a, dtype) for a in ([u], [ww], [[wr]], [[f]])))[0][0]


def test_a_write_takes_a_location_and_a_free_gate_sets_free_what_was_read():
    """Mistakes caught: usage that only ever grows; the gate's complement for the gate."""
    written = after([0, 0, 0.5], [0, 1, 0.5], [0, 0, 0], 1)
    np.testing.assert_array_equal(written, [0, 1, 0.75])
    np.testing.assert_array_equal(after([0, 1, 1], [0, 0, 0], [0, 1, 0], 1), [0, 0, 1])
    np.testing.assert_array_equal(after([0, 1, 1], [0, 0, 0], [0, 1, 0], 0), [0, 1, 1])
    np.testing.assert_array_equal(after([0, 1, 1], [0, 0, 0], [0, 1, 0], 0.25), [0, 0.75, 1])


def test_what_is_written_and_freed_in_the_same_step_is_free():
    """Mistake caught: retention taken before the write, so that the write counts undiminished."""
    np.testing.assert_array_equal(after([0.5, 0.5], [1, 0], [1, 0], 1), [0, 0.5])


def test_every_head_sets_free_on_its_own():
    """Mistakes caught: the mean or the sum over heads for the product, under which two heads free less, or below zero.
    """
    u, ww, wr = np.ones((1, 2)), np.zeros((1, 2)), np.array([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    np.testing.assert_array_equal(usage.forward(u, ww, wr, np.array([[0.5, 0.5, 0.25]]))[0], [[0.25, 0.75]])
    np.testing.assert_array_equal(usage.forward(u, ww, wr, np.ones((1, 3)))[0], [[0, 0]])


def test_uniform_weights_and_one_location():
    np.testing.assert_allclose(after([0.2] * 4, [0.25] * 4, [0.25] * 4, 0.8), [0.4 * 0.8] * 4, rtol=1e-15)
    np.testing.assert_allclose(after([0.2], [0.5], [1], 0.25), [0.6 * 0.75], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_location_freed_by_two_heads_has_no_gradient_through_either_and_no_nan(dtype):
    """Mistake caught: the product over the other heads as the whole product over this one's factor, 0/0 here."""
    u, ww = np.array([[1, 0.5]], dtype), np.array([[0, 1]], dtype)
    wr, f = np.array([[[1, 0], [1, 0]]], dtype), np.ones((1, 2), dtype)
    with np.errstate(all="raise"):
        y, cache = usage.forward(u, ww, wr, f)
        du, dww, dwr, df = usage.backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(y, [[0, 1]])
    np.testing.assert_array_equal(du, [[0, 0]])
    np.testing.assert_array_equal(dww, [[0, 0.5]])
    np.testing.assert_array_equal(dwr, [[[0, -1], [0, -1]]])
    np.testing.assert_array_equal(df, [[0, 0]])
    f = np.array([[1, 0.5]], dtype)  # only the first head frees it wholly: the slope through it is the others' product
    np.testing.assert_array_equal(usage.backward(np.ones_like(y), usage.forward(u, ww, wr, f)[1])[3], [[-0.5, 0]])


def test_the_gradient_through_the_write_weights_is_the_equation_s():
    """What a cell leaves out that takes ww for a constant."""
    u, ww, wr, f = np.array([[0.25]]), np.array([[0.5]]), np.array([[[0.5]]]), np.array([[0.5]])
    _, dww, _, _ = usage.backward(np.ones((1, 1)), usage.forward(u, ww, wr, f)[1])
    np.testing.assert_array_equal(dww, [[0.75 * 0.75]])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([np.float64, np.float32]), st.integers(1, 4), st.integers(1, 3), st.data())
def test_usage_stays_between_0_and_1_to_the_last_bit(dtype, L, K, data):
    width = np.finfo(dtype).bits
    u, ww, wr, f = (data.draw(arrays(dtype, shape, elements=st.floats(0, 1, width=width)))
                    for shape in ((2, L), (2, L), (2, K, L), (2, K)))
    y, _ = usage.forward(u, ww, wr, f)
    assert y.dtype == dtype and (y >= 0).all() and (y <= 1).all()
    without_reads, _ = usage.forward(u, ww, wr, np.zeros_like(f))
    assert (without_reads >= u).all() and (y <= without_reads).all()
