"""What the compiled NTM does to rows, where its derivatives do not tell: the largest entry, and what it is for."""

import numpy as np
import pytest
from numba import njit

from numba_kernels.cpu.memory import rows


@njit
def largest(x):
    return rows.largest(x)


@njit
def softmax(x):
    rows.softmax(x)


@pytest.mark.parametrize("dtype", (np.float64, np.float32))
@pytest.mark.parametrize("L", range(1, 14))
def test_the_largest_is_found_wherever_it_stands(L, dtype):
    for place in range(L):
        x = -1 - np.arange(L, dtype=dtype)
        x[place] = -0.5
        assert largest(x) == -0.5


@pytest.mark.parametrize("dtype", (np.float64, np.float32))
@pytest.mark.parametrize("far", (1e4, -1e4))
def test_softmax_neither_overflows_nor_divides_by_zero(far, dtype):
    x = np.array([far, far - 1, far, far - 2, far - 1000], dtype)
    softmax(x)
    expected = np.exp(-np.array([0.0, 1, 0, 2, 1000]))
    np.testing.assert_allclose(x, expected / expected.sum(), rtol=1e-6 if dtype == np.float32 else 1e-14, atol=1e-30)
