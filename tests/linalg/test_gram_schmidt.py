"""Krylov bases against the powers that span them, and what does not extend a basis."""

import numpy as np
import pytest

from ref.linalg.gram_schmidt import extend, krylov_basis
from tests.linalg.matrices import spd


def projector(columns):
    Q, _ = np.linalg.qr(np.column_stack(columns))
    return Q @ Q.T


@pytest.mark.parametrize("dtype, error", [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_the_basis_is_orthonormal_and_full(dtype, error):
    """Mistake caught: the powers B^k g made orthonormal only at the end, when most of them are parallel to rounding."""
    B, g = spd(60, 1e3)
    V = np.array(krylov_basis(B.astype(dtype), g.astype(dtype), 20))
    assert V.shape == (20, 60) and V.dtype == dtype
    np.testing.assert_allclose(V @ V.T, np.eye(20), atol=error)


@pytest.mark.parametrize("K", [1, 2, 5])
def test_the_basis_spans_the_powers(K):
    B, g = spd(12, 10)
    powers = [np.linalg.matrix_power(B, k) @ g for k in range(K)]
    np.testing.assert_allclose(projector(krylov_basis(B, g, K)), projector(powers), atol=1e-9)


def test_a_small_invariant_space_ends_the_basis():
    B = np.diag([1.0, 2.0, 3.0, 4.0])
    assert len(krylov_basis(B, np.array([1.0, 0, 2.0, 0]), 4)) == 2
    assert krylov_basis(B, np.zeros(4), 4) == []
    assert len(krylov_basis(np.full((4, 4), np.nan), np.ones(4), 4)) == 1


def test_extend_refuses_what_adds_nothing():
    basis = []
    assert extend(basis, np.array([3.0, 4.0]))
    np.testing.assert_allclose(basis[0], [0.6, 0.8])
    for v in ([-6.0, -8.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]):
        assert not extend(basis, np.array(v))
    v = np.array([1.0, 0.0])
    assert extend(basis, v) and len(basis) == 2
    np.testing.assert_array_equal(v, [1, 0])
