"""Random points, gradients and tangent vectors; and losses on orthonormal columns with known minima."""

import numpy as np

from ref.orthogonality import polar_factor, projection

SHAPES = [(1, 1), (6, 6), (7, 5), (9, 3), (8, 4), (5, 1)]  # square, tall, and tall enough for the low-rank forms


def point(n: int, p: int, seed: int = 0, dtype=np.float64) -> np.ndarray:
    return polar_factor(np.random.default_rng([seed, 0]).standard_normal((n, p))).astype(dtype)


def gradient(n: int, p: int, seed: int = 0, dtype=np.float64) -> np.ndarray:
    return np.random.default_rng([seed, 1]).standard_normal((n, p)).astype(dtype)


def tangent(M: np.ndarray, seed: int = 0) -> np.ndarray:
    """Of norm one."""
    Z = projection(M, np.random.default_rng([seed, 2]).standard_normal(M.shape).astype(M.dtype))
    return Z / np.linalg.norm(Z)


def rotation(n: int, seed: int = 0) -> np.ndarray:
    """An orthogonal matrix of determinant one."""
    Q = point(n, n, seed)
    Q[:, 0] *= np.sign(np.linalg.det(Q))
    return Q
