"""The Elman recurrence: units with kinks, and the clipped backward pass.  For the rest see the network's tests."""

import numpy as np
import pytest

from ref.layers import elman

T, N, D, H = 5, 4, 3, 6


def arguments(dtype=np.float64, **changed) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"x": (T, N, D), "U": (D, H), "W": (H, H), "b": (H,), "h0": (H,)}
    return {**{name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}, **changed}


@pytest.mark.parametrize("slope, phi", [(0.0, "relu"), (1.0, "identity")])
def test_slopes_of_zero_and_one_are_other_units(slope, phi):
    a = arguments()
    h, cache = elman.forward(**a, phi="leaky_relu", a=np.full(H, slope))
    expected, other = elman.forward(**a, phi=phi)
    np.testing.assert_array_equal(h, expected)
    dh = np.random.default_rng(1).standard_normal(h.shape)
    *gradients, da = elman.backward(dh, cache)
    assert da.shape == (H,) and da.all()
    for gradient, same in zip(gradients, elman.backward(dh, other)[:-1], strict=True):
        np.testing.assert_array_equal(gradient, same)


def test_oplu_with_an_orthogonal_transition_keeps_norms_over_time():
    """Both ways: of the state without inputs, and of the message that comes back from the last step."""
    steps = 300
    W = np.linalg.qr(np.random.default_rng(2).standard_normal((H, H)))[0]
    h0 = np.random.default_rng(3).standard_normal(H)
    h, cache = elman.forward(np.zeros((steps, 1, D)), np.zeros((D, H)), W, np.zeros(H), h0, phi="oplu")
    np.testing.assert_allclose(np.linalg.norm(h, axis=2), np.linalg.norm(h0), rtol=1e-12)
    assert np.abs(h[1:] - h[:-1]).max() > 0.1
    dh = np.zeros(h.shape)
    dh[-1] = np.random.default_rng(4).standard_normal(H)
    dh0 = elman.backward(dh, cache)[4]
    assert np.linalg.norm(dh0) == pytest.approx(np.linalg.norm(dh[-1]), rel=1e-12)


@pytest.mark.parametrize("phi, a", [("oplu", None), ("leaky_relu", np.full(H, 0.1))])
def test_structural_damping_needs_one_slope_for_each_element(phi, a):
    h, cache = elman.forward(**arguments(), phi=phi, a=a)
    with pytest.raises(ValueError, match=f"damped must be None for phi='{phi}': structural damping needs one slope"):
        elman.backward(h, cache, damped=h)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_infinite_clip_changes_nothing(dtype):
    h, cache = elman.forward(**arguments(dtype))
    dh = np.random.default_rng(1).standard_normal(h.shape).astype(dtype)
    for plain, clipped in zip(elman.backward(dh, cache)[:-1], elman.backward(dh, cache, clip=np.inf)[:-1], strict=True):
        assert clipped.dtype == dtype
        np.testing.assert_array_equal(plain, clipped)


@pytest.mark.parametrize("phi", ["tanh", "identity"])
def test_a_finite_clip_bounds_the_message(phi):
    """What is returned are sums of ds_t times something known, so that each has its bound, however large dh is."""
    a, clip = arguments(), 1e-2
    h, cache = elman.forward(**a, phi=phi)
    dh = 1e6 * np.random.default_rng(1).standard_normal(h.shape)
    before = dh.copy()
    _, dU, dW, db, dh0, _ = elman.backward(dh, cache, clip=clip)
    rounding = 1 + 1e-12
    assert np.abs(db).max() <= T * N * clip * rounding
    assert (np.abs(dU) <= clip * np.abs(a["x"]).sum(axis=(0, 1))[:, None] * rounding).all()
    assert (np.abs(dW) <= clip * np.abs(cache.h[:-1]).sum(axis=(0, 1))[:, None] * rounding).all()
    assert (np.abs(dh0) <= N * clip * np.abs(a["W"]).sum(axis=1) * rounding).all()
    assert np.abs(elman.backward(dh, cache)[3]).max() > 1e3 * T * N * clip
    np.testing.assert_array_equal(dh, before)


def test_an_exploding_message_is_held():
    """A linear transition of twice the identity: 2^100 without the clip, the clip at every step with it."""
    steps, clip = 100, 3.0
    zero = np.zeros(H)
    _, cache = elman.forward(np.zeros((steps, 1, D)), np.zeros((D, H)), 2 * np.eye(H), zero, zero, phi="identity")
    dh = np.zeros((steps, 1, H))
    dh[-1] = 2.0
    _, _, _, db, dh0, _ = elman.backward(dh, cache)
    np.testing.assert_array_equal(dh0, 2.0**101)
    _, _, _, db, dh0, _ = elman.backward(dh, cache, clip=clip)
    np.testing.assert_array_equal(dh0, 2 * clip)
    np.testing.assert_array_equal(db, 2.0 + clip * (steps - 1))
