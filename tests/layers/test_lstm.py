"""The LSTM recurrence: what it computes, what its gates do, and the clipped backward pass."""

import math

import numpy as np
import pytest

from ref.layers import lstm

T, N, D, H = 5, 4, 3, 2


def arguments(dtype=np.float64, **changed) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"x": (T, N, D), "U": (D, 4 * H), "W": (H, 4 * H), "b": (4 * H,), "h0": (H,), "c0": (H,), "p": (3, H)}
    return {**{name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}, **changed}


def sigma(s: float) -> float:
    return 1 / (1 + math.exp(-s))


def of_one_unit(a: dict, n: int, p) -> np.ndarray:
    """h (T, H) of case n, number after number."""
    h, c, hs = list(a["h0"]), list(a["c0"]), []
    for x in a["x"][:, n]:
        s = [a["b"][k] + sum(x[d] * a["U"][d, k] for d in range(D)) + sum(h[j] * a["W"][j, k] for j in range(H))
             for k in range(4 * H)]
        for j in range(H):
            i, f = sigma(s[j] + p[0][j] * c[j]), sigma(s[H + j] + p[1][j] * c[j])
            c[j] = f * c[j] + i * math.tanh(s[2 * H + j])
            h[j] = sigma(s[3 * H + j] + p[2][j] * c[j]) * math.tanh(c[j])
        hs.append(list(h))
    return np.array(hs)


@pytest.mark.parametrize("peepholes", [True, False])
def test_forward_is_unit_after_unit(peepholes):
    a = arguments() if peepholes else arguments(p=None)
    h, _ = lstm.forward(**a)
    for n in range(N):
        np.testing.assert_allclose(h[:, n], of_one_unit(a, n, a["p"] if peepholes else np.zeros((3, H))), rtol=1e-13)


def test_no_peepholes_are_peepholes_of_zero():
    with_zeros, without = arguments(p=np.zeros((3, H))), arguments(p=None)
    (h, cache), (same, other) = lstm.forward(**with_zeros), lstm.forward(**without)
    np.testing.assert_array_equal(h, same)
    dh = np.random.default_rng(1).standard_normal(h.shape)
    *gradients, dp = lstm.backward(dh, cache)
    *same, none = lstm.backward(dh, other)
    assert none is None and dp.all()
    for gradient, expected in zip(gradients, same):
        np.testing.assert_array_equal(gradient, expected)


def test_open_forget_gates_keep_the_cell_and_the_message_for_ever():
    """f = 1 and i = 0: c stays c_0 over a thousand steps, and so does the gradient on its way back to it."""
    steps, b = 1000, np.repeat([-50.0, 50.0, 0.0, 50.0], H)
    a = arguments(x=np.random.default_rng(2).standard_normal((steps, N, D)), b=b, p=None)
    a["U"], a["W"] = 0 * a["U"], 0 * a["W"]
    h, cache = lstm.forward(**a)
    np.testing.assert_allclose(cache.c, np.broadcast_to(a["c0"], cache.c.shape), rtol=1e-12)
    dh = np.zeros(h.shape)
    dh[-1] = 1
    *_, dc0, _ = lstm.backward(dh, cache)
    np.testing.assert_allclose(dc0, N * (1 - np.tanh(a["c0"]) ** 2), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_infinite_clip_changes_nothing(dtype):
    h, cache = lstm.forward(**arguments(dtype))
    dh = np.random.default_rng(1).standard_normal(h.shape).astype(dtype)
    for plain, clipped in zip(lstm.backward(dh, cache), lstm.backward(dh, cache, clip=np.inf), strict=True):
        assert clipped.dtype == dtype
        np.testing.assert_array_equal(plain, clipped)


def test_a_finite_clip_bounds_the_message():
    """What is returned are sums of ds_t times something known, so that each has its bound, however large dh is."""
    a = arguments(p=None)
    h, cache = lstm.forward(**a)
    dh = 1e6 * np.random.default_rng(1).standard_normal(h.shape)
    before, clip = dh.copy(), 1e-2
    _, dU, dW, db, dh0, dc0, _ = lstm.backward(dh, cache, clip=clip)
    assert np.abs(db).max() <= T * N * clip
    assert (np.abs(dU) <= clip * np.abs(a["x"]).sum(axis=(0, 1))[:, None] * (1 + 1e-12)).all()
    assert (np.abs(dW) <= clip * np.abs(cache.h[:-1]).sum(axis=(0, 1))[:, None] * (1 + 1e-12)).all()
    assert (np.abs(dh0) <= N * clip * np.abs(a["W"]).sum(axis=1) * (1 + 1e-12)).all()
    assert np.abs(lstm.backward(dh, cache)[3]).max() > 1e3 * T * N * clip
    np.testing.assert_array_equal(dh, before)
    one = arguments(p=None, x=a["x"][:1])
    *_, db, _, _, _ = lstm.backward(dh[:1, :1], lstm.forward(**{**one, "x": one["x"][:, :1]})[1], clip=clip)
    assert np.abs(db).max() == clip


def test_clipping_keeps_what_is_not_a_number():
    h, cache = lstm.forward(**arguments())
    dh = np.zeros(h.shape)
    dh[-1, 0, 0] = np.nan
    assert np.isnan(lstm.backward(dh, cache, clip=1.0)[3]).any()
