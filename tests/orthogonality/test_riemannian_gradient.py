"""Gradients in the two metrics: what defines them, their factor of two, and the descent that they promise."""

import numpy as np
import pytest

from ref.orthogonality import (
    canonical_gradient,
    canonical_inner,
    euclidean_gradient,
    euclidean_inner,
    left_skew,
    projection,
    right_skew,
)
from tests.orthogonality.points import SHAPES, gradient, point, tangent

METRICS = [(canonical_gradient, canonical_inner), (euclidean_gradient, euclidean_inner)]


@pytest.mark.parametrize("n, p", SHAPES[1:])
@pytest.mark.parametrize("riemannian, inner", METRICS)
def test_the_gradient_represents_the_differential_in_its_metric(n, p, riemannian, inner):
    M, G = point(n, p), gradient(n, p)
    R = riemannian(M, G)
    np.testing.assert_allclose(M.T @ R + R.T @ M, 0, atol=1e-14)
    for seed in range(5):
        Z = tangent(M, seed)
        assert inner(M, R, Z) == pytest.approx(np.sum(G * Z), abs=1e-13)


@pytest.mark.parametrize("n, p", SHAPES)
def test_a_acts_from_the_left_and_b_from_the_right(n, p):
    M, G = point(n, p), gradient(n, p)
    A, B = left_skew(M, G), right_skew(M, G)
    assert A.shape == (n, n) and B.shape == (p, p)
    np.testing.assert_allclose(A, G @ M.T - M @ G.T, atol=1e-15)
    np.testing.assert_allclose(A @ M, canonical_gradient(M, G), atol=1e-14)
    if n == p:
        np.testing.assert_allclose(A @ M, M @ B, atol=1e-14)
    else:
        assert np.linalg.norm(A @ M - M @ B) > 0.1


def test_for_square_matrices_the_canonical_gradient_is_twice_the_euclidean_one():
    M, G = point(6, 6), gradient(6, 6)
    np.testing.assert_allclose(canonical_gradient(M, G), 2 * euclidean_gradient(M, G), atol=1e-14)
    M, G = point(7, 5), gradient(7, 5)
    assert np.linalg.norm(canonical_gradient(M, G) - 2 * euclidean_gradient(M, G)) > 0.1


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_descent_is_half_the_square_of_a(n, p):
    M, G = point(n, p), gradient(n, p)
    A, B = left_skew(M, G), right_skew(M, G)
    assert np.sum(G * (-A @ M)) == pytest.approx(-0.5 * np.linalg.norm(A) ** 2, rel=1e-13)
    assert np.sum(G * (-M @ B)) == pytest.approx(-0.5 * np.linalg.norm(B) ** 2, rel=1e-13, abs=1e-13)
    assert canonical_inner(M, A @ M, A @ M) == pytest.approx(0.5 * np.linalg.norm(A) ** 2, rel=1e-13)
    any_matrix = gradient(n, p, seed=5)  # the identity does not need orthonormal columns
    A = left_skew(any_matrix, G)
    assert np.sum(G * (-A @ any_matrix)) == pytest.approx(-0.5 * np.linalg.norm(A) ** 2, rel=1e-13)


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_the_projection_is_the_nearest_tangent_vector(n, p):
    M, X = point(n, p), gradient(n, p)
    Z = projection(M, X)
    np.testing.assert_allclose(projection(M, Z), Z, atol=1e-14)
    for seed in range(3):
        assert np.sum((X - Z) * tangent(M, seed)) == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("n, p", [(6, 6), (9, 3)])
def test_inner_products_as_traces(n, p):
    M, X, Y = point(n, p), gradient(n, p), gradient(n, p, 3)
    assert euclidean_inner(M, X, Y) == pytest.approx(np.trace(X.T @ Y), rel=1e-13)
    assert canonical_inner(M, X, Y) == pytest.approx(np.trace(X.T @ (np.eye(n) - M @ M.T / 2) @ Y), rel=1e-13)


@pytest.mark.parametrize("function", [canonical_gradient, euclidean_gradient, left_skew, right_skew, projection])
def test_float32_stays(function):
    M, G = point(6, 4), gradient(6, 4)
    got = function(M.astype(np.float32), G.astype(np.float32))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, function(M, G), atol=1e-5)


@pytest.mark.parametrize("function", [canonical_gradient, euclidean_gradient, left_skew, right_skew, projection])
def test_bad_arguments_are_named(function):
    M, G = point(6, 4), gradient(6, 4)
    second = "Z" if function is projection else "G"
    for bad, error, match in (
        ((M.T, G), ValueError, r"M has shape \(4, 6\) but must be \(n, p\) with n >= p >= 1"),
        ((M[0], G), ValueError, r"M has shape \(4,\)"),
        ((M, G.T), ValueError, rf"{second} has shape \(4, 6\) but M has shape \(6, 4\)"),
        ((M, G.astype(np.float32)), TypeError, f"{second} is float32 but M is float64"),
        ((M.astype(int), G), TypeError, "M is int64 but must be float32 or float64"),
        ((M * np.nan, G), ValueError, "M must be finite but"),
        ((M, np.where(G == G[2, 1], np.inf, G)), ValueError, rf"{second} must be finite but {second}\[2, 1\] is inf"),
    ):
        with pytest.raises(error, match=match):
            function(*bad)
