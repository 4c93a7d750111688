"""Linear systems in row-major memory: known solutions, with and without interchanges, around the block's size."""

import numpy as np
import pytest

from ref.linalg.row_major_solve import BLOCK, solve_in_place


@pytest.mark.parametrize("n", [1, 2, 5, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 3])
@pytest.mark.parametrize("p", [1, 4, 2 * BLOCK])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_known_solutions(n, p, dtype):
    rng = np.random.default_rng([n, p])
    N, X = rng.standard_normal((n, n)), rng.standard_normal((n, p))
    N += 3 * n**0.5 * rng.permutation(np.eye(n))  # well-conditioned, and its large entries far from the diagonal
    R = (N @ X).astype(dtype)
    got = solve_in_place(N.astype(dtype), R)
    assert got is R and got.dtype == dtype
    np.testing.assert_allclose(got, X, atol=1e-11 if dtype == np.float64 else 1e-3)


def test_zeros_on_the_diagonal_need_interchanges():
    N = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 3.0], [4.0, 0.0, 0.0]])
    X = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(solve_in_place(N.copy(), N @ X), X)


def test_other_layouts_cost_a_copy_and_nothing_else():
    rng = np.random.default_rng(0)
    N, X = rng.standard_normal((5, 5)), rng.standard_normal((5, 3))
    for layout in (np.asfortranarray, lambda array: np.repeat(array, 2, axis=1)[:, ::2]):
        np.testing.assert_allclose(solve_in_place(layout(N), layout(N @ X)), X, atol=1e-12)


def test_what_is_not_finite_comes_out_again():
    N = np.eye(5)
    N[2, 1] = np.nan
    assert np.isnan(solve_in_place(N, np.ones((5, 2)))).any()
    R = np.ones((5, 2))
    R[3] = np.nan
    assert np.isnan(solve_in_place(np.eye(5), R)[3]).all()
