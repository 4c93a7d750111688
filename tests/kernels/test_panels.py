"""Products with a matrix in panels: any number of rows and columns, nothing written beside them, rows by themselves."""

import numpy as np
import pytest
from numba import njit

from numba_kernels.cpu import panels
from numba_kernels.cpu.jit import JIT


@njit(**JIT | {"cache": False})
def both(A, B, put, added):
    panels.put_product(put, A, B)
    panels.add_product(added, A, B)


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-14)])
@pytest.mark.parametrize("N, K, G", [(1, 1, 1), (3, 5, 7), (4, 2, 8), (5, 130, 16), (8, 9, 40), (6, 300, 33)])
def test_the_product_of_numpy(N, K, G, dtype, tolerance):
    rng = np.random.default_rng(0)
    A, B, C = (rng.standard_normal(shape).astype(dtype) for shape in ((N, K), (K, G), (N, G)))
    around = np.full((2, N + 2, G), 7, dtype)
    around[1, 1:-1] = C
    both(A, panels.in_panels(B), around[0, 1:-1], around[1, 1:-1])
    expected = A.astype(np.float64) @ B.astype(np.float64)
    scale = tolerance * np.sqrt(K) * 10
    np.testing.assert_allclose(around[0, 1:-1], expected, atol=scale)
    np.testing.assert_allclose(around[1, 1:-1], C + expected, atol=scale)
    assert (around[:, [0, -1]] == 7).all()


@pytest.mark.parametrize("dtype", (np.float32, np.float64))
def test_a_row_does_not_depend_on_the_others(dtype):
    """Mistake caught: BLAS, whose last bits change with the number of rows, and NaN of one case in another's."""
    rng = np.random.default_rng(1)
    A, B = rng.standard_normal((7, 100)).astype(dtype), panels.in_panels(rng.standard_normal((100, 11)).astype(dtype))
    A[3] = np.nan
    whole, alone = np.zeros((2, 7, 11), dtype), np.zeros((2, 1, 11), dtype)
    both(A, B, *whole)
    for n in range(7):
        alone[:] = 0
        both(A[n : n + 1], B, *alone)
        np.testing.assert_array_equal(alone[:, 0], whole[:, n])
    assert np.isnan(whole).any(axis=(0, 2)).tolist() == [n == 3 for n in range(7)]


def test_what_is_not_finite_stays_in_its_column():
    """Mistake caught: an infinity times the zeros behind the last column."""
    B = np.ones((2, 3))
    B[0, 1] = np.inf
    put, added = np.zeros((2, 1, 3))
    both(np.ones((1, 2)), panels.in_panels(B), put, added)
    assert put.tolist() == added.tolist() == [[2, np.inf, 2]]
