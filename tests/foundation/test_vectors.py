"""Sums and products of flat vectors, block by block."""

import numpy as np
import pytest

from ref.vectors import BLOCK, add_product, dot


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_add_product(size, dtype):
    rng = np.random.default_rng(0)
    total, term, scale = rng.standard_normal((3, size)).astype(dtype)
    for amount in (0.5, np.asarray(0.5, dtype), scale):
        got = total.copy()
        add_product(got, amount, term)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, total + amount * term)
    got = total.copy()
    add_product(got, 0.0, np.full(size, np.nan, dtype))
    np.testing.assert_array_equal(got, total)


def test_dot_is_accumulated_in_float64():
    x = np.full(10 * BLOCK + 1, 1.1, np.float32)
    exact = float(np.float32(1.1)) ** 2 * len(x)
    bound = len(x) * np.finfo(np.float64).eps  # of a sum of positive terms in any order: 4e-11; float32 loses 6e-8
    assert dot(x, x) == pytest.approx(exact, rel=bound)
    assert dot(x.astype(np.float64), x.astype(np.float64)) == pytest.approx(exact, rel=bound)
