"""The spectral factorisation: singular values within the margin, no decomposition differentiated, the learning rate."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_hvp, make_vjp

from ref.optimizers import GradientDescent, RMSprop
from ref.orthogonality import renormalized, singular_values, spectral
from ref.parameters import Parameters
from tests.orthogonality.points import gradient, point

MARGINS = [0.0, 0.001, 0.01, 0.1, 1.0]


@pytest.mark.parametrize("margin", MARGINS)
def test_the_singular_values_are_the_paper_s_and_within_the_margin(margin):
    p = np.array([-1e4, -30.0, -1.0, 0.0, 0.3, 2.0, 1e4])
    s, slope, bend = singular_values(p, margin)
    step = 1e-4
    differences = (singular_values(p + step, margin)[1] - singular_values(p - step, margin)[1]) / (2 * step)
    np.testing.assert_allclose(bend, differences, atol=1e-8)
    with np.errstate(over="ignore"):
        sigma = 1 / (1 + np.exp(-p))
    np.testing.assert_allclose(s, 2 * margin * (sigma - 0.5) + 1, rtol=1e-15)
    np.testing.assert_allclose(slope, 2 * margin * sigma * (1 - sigma), atol=1e-16)
    assert s[3] == 1 and (1 - margin <= s).all() and (s <= 1 + margin).all()
    assert (s[0], s[-1]) == (1 - margin, 1 + margin)
    W, _ = spectral.forward(point(7, 7), p, point(7, 7, 1), margin)
    values = np.linalg.svd(W, compute_uv=False)
    assert values.max() <= 1 + margin + 1e-14 and values.min() >= 1 - margin - 1e-14


def test_margin_zero_is_orthogonal_and_has_no_gradient_in_p():
    U, V, p = point(5, 5), point(5, 5, 1), gradient(5, 1)[:, 0]
    W, cache = spectral.forward(U, p, V, 0.0)
    np.testing.assert_allclose(W, U @ V.T, atol=1e-15)
    np.testing.assert_array_equal(spectral.backward(gradient(5, 5), cache)[1], 0)


def test_without_a_margin_p_is_the_spectrum_and_may_turn_negative():
    p = np.array([3.0, 1.0, -0.5])
    W, cache = spectral.forward(point(3, 3), p, point(3, 3, 1))
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), [3, 1, 0.5], atol=1e-14)
    dW = gradient(3, 3)
    _, dp, _ = spectral.backward(dW, cache)
    np.testing.assert_allclose(dp, np.diag(point(3, 3).T @ dW @ point(3, 3, 1)), atol=1e-14)


def test_repeated_singular_values_are_no_matter():
    """The start: every s is 1.  A derivative of a decomposition would divide by their differences."""
    _, cache = spectral.forward(np.eye(4), np.zeros(4), np.eye(4), 0.1)
    passes = spectral.backward(gradient(4, 4), cache)
    _, r_cache = spectral.r_forward(gradient(4, 4), np.ones(4), gradient(4, 4, 2), cache)
    passes += spectral.r_backward(gradient(4, 4, 3), gradient(4, 4), cache, r_cache)
    assert all(np.isfinite(array).all() for array in passes)


@pytest.mark.parametrize("margin", [0.3, 1.0, None])
def test_autograd_agrees(margin):
    U, p, V, dW = gradient(5, 3), gradient(3, 1)[:, 0], gradient(4, 3, 2), gradient(5, 4, 3)
    parts = [U.size, U.size + p.size]

    def forward(x):
        U, p, V = anp.split(x, parts)
        s = p if margin is None else 2 * margin * (1 / (1 + anp.exp(-p)) - 0.5) + 1
        return anp.dot(anp.reshape(U, (5, 3)) * s, anp.reshape(V, (4, 3)).T)

    x, v = np.concatenate([U.ravel(), p, V.ravel()]), np.random.default_rng(9).standard_normal(30)
    W, cache = spectral.forward(U, p, V, margin)
    np.testing.assert_allclose(W, forward(x), atol=1e-14)
    flat = np.concatenate([array.ravel() for array in spectral.backward(dW, cache)])
    np.testing.assert_allclose(flat, make_vjp(forward)(x)[0](dW), atol=1e-13)
    RU, Rp, RV = np.split(v, parts)
    _, r_cache = spectral.r_forward(RU.reshape(5, 3), Rp, RV.reshape(4, 3), cache)
    flat = np.concatenate([array.ravel() for array in spectral.r_backward(0 * dW, dW, cache, r_cache)])
    expected = make_hvp(lambda x: anp.sum(forward(x) * dW))(x)[0](v)
    np.testing.assert_allclose(flat, expected, atol=1e-13)


def test_the_learning_rate_is_divided_by_twice_the_margin():
    assert renormalized(1e-4, 0.01) == pytest.approx(5e-3)
    assert renormalized(1e-4, 1.0) == 5e-5
    assert renormalized(1e-4, 0.0) == renormalized(1e-4, None) == 1e-4


class Spectrum:
    """A loss Σ c s(p) of the singular values alone: its gradient in s is c."""

    def __init__(self, c: float, margin: float):
        self.c, self.margin = c, margin

    def value_and_gradient(self, theta, batch):
        s, slope, _ = singular_values(theta["p"], self.margin)
        return self.c * float(s.sum()), theta.like(self.c * slope)

    def count(self, batch):
        return 1

    def moved(self, optimizer) -> float:
        """How far one step from p = 0 moves s."""
        theta = Parameters({"p": (1,)})
        theta, _, _ = optimizer.step(theta, optimizer.init(theta), self, None)
        return float(singular_values(theta["p"], self.margin)[0][0] - 1)


@pytest.mark.parametrize("c, alike", [(10.0, True), (1e-5, False)])
def test_rmsprop_moves_s_alike_for_every_margin_while_gradients_are_large(c, alike):
    """The released code's rule; below √epsilon = 1e-3 a tenth of the margin makes a tenth of the step."""
    wide, narrow = (Spectrum(c, margin).moved(RMSprop(renormalized(1e-6, margin))) for margin in (0.5, 0.05))
    assert narrow / wide == pytest.approx(1.0 if alike else 0.1, rel=2e-3)


def test_with_epsilon_in_proportion_rmsprop_does_so_for_gradients_of_any_size():
    for c in (10.0, 1e-3, 1e-5):
        wide, narrow = (Spectrum(c, margin).moved(RMSprop(renormalized(1e-6, margin), epsilon=(2 * margin) ** 2 * 1e-6))
                        for margin in (0.5, 0.05))
        assert narrow / wide == pytest.approx(1, rel=1e-6)


def test_plain_gradient_descent_moves_s_in_proportion_to_the_margin():
    wide, narrow = (Spectrum(10.0, margin).moved(GradientDescent(renormalized(1e-6, margin))) for margin in (0.5, 0.05))
    assert narrow / wide == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("margin", [None, 0.0, 0.5])
def test_float32_stays(margin):
    U, p, V = gradient(5, 3, dtype=np.float32), gradient(3, 1, dtype=np.float32)[:, 0], gradient(4, 3, 2, np.float32)
    W, cache = spectral.forward(U, p, V, None if margin is None else np.float64(margin))
    assert W.dtype == np.float32 and all(array.dtype == np.float32 for array in (*cache, *spectral.backward(W, cache)))


@pytest.mark.parametrize("margin, error, match", [
    (-0.1, ValueError, "margin is -0.1 but must be at least 0"),
    (1.5, ValueError, "margin is 1.5 but must be at most 1"),
    (np.nan, ValueError, "margin is nan but must be finite"),
    ("wide", TypeError, "margin is 'wide' but must be a real number"),
])
def test_bad_margins_are_refused(margin, error, match):
    with pytest.raises(error, match=match):
        spectral.forward(point(3, 3), np.zeros(3), point(3, 3), margin)
    with pytest.raises(error, match=match):
        renormalized(0.1, margin)
