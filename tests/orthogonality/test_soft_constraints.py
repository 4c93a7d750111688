"""Soft constraints: their formulas, where they vanish, and what they do to a composed matrix."""

import numpy as np
import pytest
from scipy.optimize import minimize

from ref.orthogonality import CompositeDecay, GaussianPrior, SoftOrthogonality, defect, singular_values, spectral
from tests.orthogonality.points import gradient, point


def test_soft_orthogonality_by_hand():
    W = np.array([[1.0, 1.0], [0.0, 2.0]])  # WᵀW - I = [[0, 1], [1, 4]]
    assert SoftOrthogonality(0.5).value(W) == 0.5 * (1 + 1 + 16)
    np.testing.assert_array_equal(SoftOrthogonality(0.5).gradient(W), 2 * W @ np.array([[0.0, 1.0], [1.0, 4.0]]))
    M = point(5, 4)
    assert SoftOrthogonality(1.0).value(M) < 1e-28
    np.testing.assert_allclose(SoftOrthogonality(1.0).gradient(M), 0, atol=1e-14)
    assert SoftOrthogonality(3.0).value(gradient(5, 4)) == pytest.approx(3 * defect(gradient(5, 4)) ** 2, rel=1e-13)


def test_the_hessian_is_indefinite_and_the_gauss_newton_matrix_is_not():
    penalty, W = SoftOrthogonality(1.0), 0.3 * point(4, 4)
    S = W + W.T
    assert np.sum(S * penalty.hessian_product(W, S)) < 0 <= np.sum(S * penalty.gauss_newton_product(W, S))
    M = point(4, 4)  # where the penalty is zero the two are one
    np.testing.assert_allclose(penalty.hessian_product(M, S), penalty.gauss_newton_product(M, S), atol=1e-13)
    skew = M @ (S - S.T + gradient(4, 4) - gradient(4, 4).T)
    np.testing.assert_allclose(penalty.gauss_newton_product(M, skew), 0, atol=1e-13)  # along the manifold it is flat


def test_the_gaussian_prior_by_hand():
    p = np.array([1.0, 0.5, 3.0])
    assert GaussianPrior(2.0).value(p) == 2 * (0 + 0.25 + 4)
    np.testing.assert_array_equal(GaussianPrior(2.0).gradient(p), [0, -2, 8])
    s, slope, _ = singular_values(p, 0.3)
    assert GaussianPrior(2.0, 0.3).value(p) == pytest.approx(2 * np.sum((s - 1) ** 2), rel=1e-14)
    np.testing.assert_allclose(GaussianPrior(2.0, 0.3).gradient(p), 4 * slope * (s - 1), rtol=1e-14)
    variance = 1 / (2 * 2.0)
    assert GaussianPrior(2.0).value(p) == pytest.approx(np.sum((p - 1) ** 2) / (2 * variance))


def test_the_composite_decay_sees_the_spectrum_alone_and_reaches_it_through_the_factors():
    U, V, p = point(5, 5), point(5, 5, 1), gradient(5, 1)[:, 0]
    W, cache = spectral.forward(U, p, V, 0.5)
    decay = CompositeDecay(1e-4)
    assert decay.value(W) == pytest.approx(1e-4 * np.sum(cache.s**2), rel=1e-13)
    dU, dp, dV = spectral.backward(decay.gradient(W), cache)
    np.testing.assert_allclose(dp, 2e-4 * cache.s * cache.slope, atol=1e-16)
    for M, G in ((U, dU), (V, dV)):  # along the manifold the factors are not decayed
        np.testing.assert_allclose(G @ M.T, M @ G.T, atol=1e-16)


def test_soft_orthogonality_of_a_composed_matrix_is_a_prior_on_its_singular_values():
    U, V, s = point(5, 5), point(5, 5, 1), gradient(5, 1)[:, 0]
    W, cache = spectral.forward(U, s, V)
    dU, ds, dV = spectral.backward(SoftOrthogonality(0.7).gradient(W), cache)
    np.testing.assert_allclose(ds, 2.8 * s * (s**2 - 1), rtol=1e-12)
    for M, G in ((U, dU), (V, dV)):
        assert np.linalg.norm(G) > 0.1
        np.testing.assert_allclose(G @ M.T, M @ G.T, atol=1e-13)


@pytest.mark.parametrize("penalty", [SoftOrthogonality(0.7), GaussianPrior(0.7), CompositeDecay(0.7)])
def test_scipy_minimises_each(penalty):
    """They are functions of plain arrays: any solver that takes a value and a gradient will do."""
    start = gradient(5, 4) if not isinstance(penalty, GaussianPrior) else gradient(5, 1)[:, 0]

    def value_and_gradient(x):
        x = x.reshape(start.shape)
        return penalty.value(x), penalty.gradient(x).ravel()

    found = minimize(value_and_gradient, start.ravel(), jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-9})
    assert found.fun < 1e-15 and penalty.value(start) > 1
    if isinstance(penalty, SoftOrthogonality):
        assert defect(found.x.reshape(start.shape)) < 1e-7


@pytest.mark.parametrize("penalty", [SoftOrthogonality, GaussianPrior, CompositeDecay])
def test_bad_arguments_are_named(penalty):
    for strength, error in ((-1.0, ValueError), (np.nan, ValueError), ("strong", TypeError)):
        with pytest.raises(error, match="strength"):
            penalty(strength)
    name = "p" if penalty is GaussianPrior else "W"
    bad = [(np.eye(3, dtype=int), TypeError, f"{name} is int64"),
           (np.array([[np.nan]]), ValueError, f"{name} must be finite")]
    if penalty is not GaussianPrior:
        bad.append((np.ones(3), ValueError, r"W has shape \(3,\) but must be a matrix"))
    for array, error, match in bad:
        for method in ("value", "gradient"):
            with pytest.raises(error, match=match):
                getattr(penalty(1.0), method)(array)
    with pytest.raises(ValueError, match="margin is 2 but must be at most 1"):
        GaussianPrior(1.0, 2)
