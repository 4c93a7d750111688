"""Adding and forgetting: what they are beside writing, and at the ends."""

import numpy as np
import pytest

from ref.memory import adding, content, forgetting, writing

rng = np.random.default_rng(0)
M, w, a, RM, Rw, Ra = (rng.standard_normal(shape) for shape in 2 * ((2, 5, 4), (2, 3, 5), (2, 3, 4)))
DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def test_adding_is_writing_that_erases_nothing():
    """All four passes of both, with e = 0 and a direction that leaves e where it is."""
    e = np.zeros_like(a)
    added, cache = adding.forward(M, w, a)
    written, of_writing = writing.forward(M, w, e, a)
    np.testing.assert_allclose(added, written, rtol=1e-14)
    dM, RdM = rng.standard_normal((2, *M.shape))
    Radded, r_cache = adding.r_forward(RM, Rw, Ra, cache)
    Rwritten, r_of_writing = writing.r_forward(RM, Rw, e, Ra, of_writing)
    np.testing.assert_allclose(Radded, Rwritten, rtol=1e-13, atol=1e-13)
    for got, expected in ((adding.backward(dM, cache), writing.backward(dM, of_writing)),
                          (adding.r_backward(RdM, dM, cache, r_cache),
                           writing.r_backward(RdM, dM, of_writing, r_of_writing))):
        for mine, (place, theirs) in zip(got, [(k, d) for k, d in enumerate(expected) if k != 2]):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13, err_msg=f"argument {place}")


def test_the_order_of_the_heads_does_not_matter_and_weights_of_zero_add_nothing():
    turned = adding.forward(M, w[:, ::-1], a[:, ::-1])[0]
    np.testing.assert_allclose(turned, adding.forward(M, w, a)[0], rtol=1e-13, atol=1e-14)
    np.testing.assert_array_equal(adding.forward(M, np.zeros_like(w), a)[0], M)
    one_hot = np.eye(5)[None, [3]].repeat(2, axis=0)
    got = adding.forward(M, one_hot, a[:, :1])[0]
    np.testing.assert_array_equal(got[:, 3], M[:, 3] + a[:, 0])
    np.testing.assert_array_equal(np.delete(got, 3, axis=1), np.delete(M, 3, axis=1))


@DTYPES
@pytest.mark.parametrize("size", [0.0, 1e-6, 1.0, 1e6])
def test_forgotten_rows_are_zero_and_have_no_gradient(size, dtype):
    keep = np.array([[1, 0, 1, 1, 0], [0, 0, 1, 1, 1]], dtype)
    forgotten, cache = forgetting.forward((size * M).astype(dtype), keep)
    gone = keep == 0
    np.testing.assert_array_equal(forgotten[gone], 0)
    np.testing.assert_array_equal(forgotten[~gone], (size * M).astype(dtype)[~gone])
    dM = forgetting.backward(np.ones_like(forgotten), cache)
    assert not dM[gone].any() and dM[~gone].all() and dM.dtype == forgotten.dtype == dtype


def test_content_without_a_strength_is_a_strength_of_one_that_does_not_move():
    s, Rs, dw, Rdw = np.random.default_rng(1).uniform(-1, 1, (4, 2, 3, 5))
    one, none = np.ones((2, 3)), np.zeros((2, 3))
    (free, of_free), (held, of_held) = content.forward(s, None), content.forward(s, one)
    np.testing.assert_array_equal(free, held)
    (Rfree, r_of_free), (Rheld, r_of_held) = content.r_forward(Rs, None, of_free), content.r_forward(Rs, none, of_held)
    np.testing.assert_allclose(Rfree, Rheld, rtol=1e-14)
    for without, with_one in ((content.backward(dw, of_free), content.backward(dw, of_held)),
                              (content.r_backward(Rdw, dw, of_free, r_of_free),
                               content.r_backward(Rdw, dw, of_held, r_of_held))):
        np.testing.assert_allclose(without[0], with_one[0], rtol=1e-13)
        assert without[1] is None
