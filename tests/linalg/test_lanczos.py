"""Lanczos against dense eigenvalues, at the ends of a spectrum, at clusters and where the space ends."""

import numpy as np
import pytest

from ref.linalg.lanczos import lanczos, quadrature


def symmetric(eigenvalues, seed: int = 0) -> np.ndarray:
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(eigenvalues),) * 2))
    return (Q * eigenvalues) @ Q.T


def start(P: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(P)


def tridiagonal(alpha, beta) -> np.ndarray:
    return np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)


def test_the_relation():
    """A Q = Q T but for the last column, Q orthonormal."""
    A = symmetric(np.random.default_rng(2).standard_normal(30))
    alpha, beta, Q = lanczos(lambda v: A @ v, start(30), 12)
    np.testing.assert_allclose(Q.T @ Q, np.eye(12), atol=1e-14)
    np.testing.assert_allclose((A @ Q)[:, :-1], (Q @ tridiagonal(alpha, beta))[:, :-1], atol=1e-13)


def test_all_steps_give_all_eigenvalues():
    eigenvalues = np.sort(np.random.default_rng(2).standard_normal(25))
    A = symmetric(eigenvalues)
    nodes, weights = quadrature(*lanczos(lambda v: A @ v, start(25), 25)[:2])
    np.testing.assert_allclose(nodes, eigenvalues, atol=1e-12)
    assert weights.sum() == pytest.approx(1)


def test_extremes_come_first_and_once():
    """One large eigenvalue far from the others: without orthogonalisation copies of it appear."""
    eigenvalues = np.append(np.linspace(-1, 1, 199), 50.0)
    A = symmetric(eigenvalues)
    nodes, _ = quadrature(*lanczos(lambda v: A @ v, start(200), 60)[:2])
    assert nodes[-1] == pytest.approx(50, rel=1e-13) and nodes[-2] < 1.01
    assert nodes[0] == pytest.approx(-1, abs=1e-3)


@pytest.mark.parametrize("degree", [1, 2, 5, 9])
def test_gauss_rule_is_exact_for_polynomials(degree):
    A, v = symmetric(np.random.default_rng(2).uniform(-1, 1, 40)), start(40)
    nodes, weights = quadrature(*lanczos(lambda u: A @ u, v, 5)[:2])
    expected = v @ np.linalg.matrix_power(A, degree) @ v / (v @ v)
    assert weights @ nodes**degree == pytest.approx(expected, rel=1e-12)


def test_a_space_that_is_exhausted():
    A = symmetric([1.0, 1.0, 1.0, 2.0, 2.0, 5.0])  # three different ones: three steps are all there are
    alpha, beta, Q = lanczos(lambda v: A @ v, start(6), 6)
    assert Q.shape == (6, 3)
    np.testing.assert_allclose(quadrature(alpha, beta)[0], [1, 2, 5], rtol=1e-12)


def test_zero_and_one_by_one():
    nodes, weights = quadrature(*lanczos(lambda v: 0 * v, start(4), 3)[:2])
    assert nodes.tolist() == [0] and weights.tolist() == [1]
    assert quadrature(*lanczos(lambda v: -3 * v, start(1), 3)[:2])[0].tolist() == [-3]


@pytest.mark.parametrize("v, k, message", [
    (np.zeros(3), 2, "v has shape"), (np.array([1.0, np.nan]), 2, "v must be finite"), (np.ones(3), 0, "k is 0"),
    (np.ones((2, 2)), 1, "v has shape"),
])
def test_bad_input(v, k, message):
    with pytest.raises(ValueError, match=message):
        lanczos(lambda u: u, v, k)
