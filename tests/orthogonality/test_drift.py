"""The defect, drift over 10,000 steps, and the ways back to the manifold."""

import numpy as np
import pytest

from ref.linalg.row_major_solve import solve_in_place
from ref.orthogonality import cayley_step, defect, left_skew, newton_schulz, polar_factor, restored
from tests.orthogonality.points import gradient, point

N = 16


def drift(step, dtype, rate: float, restore_every: int | None = None, p: int = N, steps: int = 10_000) -> float:
    """The defect after so many steps along fifty gradients of norm √p, over and over."""
    M = point(N, p, dtype=dtype)
    gradients = [gradient(N, p, seed, dtype) / np.sqrt(N, dtype=dtype) for seed in range(50)]
    for k in range(1, steps + 1):
        M = step(M, gradients[k % 50], rate)
        if restore_every and k % restore_every == 0:
            M = restored(M)
    return defect(M)


def plain_form(M, G, rate):
    """The same step without the increment form: (I + η/2 A)⁻¹ (M - η/2 A M)."""
    A, half = left_skew(M, G), M.dtype.type(rate / 2)
    return np.linalg.solve(np.eye(N, dtype=M.dtype) + half * A, M - half * A @ M)


def test_the_defect_by_hand():
    assert defect(np.eye(3)[:, :2]) == 0
    assert defect(np.array([[1.0, 0.0], [0.0, 2.0]])) == 3
    assert defect(np.array([[1.0, 1.0], [0.0, 1.0]])) == pytest.approx(np.sqrt(3))
    M = point(200, 150, dtype=np.float32)
    exact = np.linalg.norm(M.astype(np.float64).T @ M.astype(np.float64) - np.eye(150))
    assert defect(M) == pytest.approx(exact, rel=1e-6) and type(defect(M)) is float


@pytest.mark.parametrize("rate", [1e-2, 1e-6])
def test_drift_of_the_increment_form_in_float64(rate):
    assert drift(cayley_step, np.float64, rate) < 1e-13


def test_the_plain_form_drifts_further_at_the_paper_s_learning_rate():
    assert drift(plain_form, np.float64, 1e-6) > 5 * drift(cayley_step, np.float64, 1e-6)


def test_drift_of_the_low_rank_form_depends_on_the_order_of_its_halves():
    """Exchanged, interchanges in the LU mix what is of the step's size with what is of M's, and two digits are lost."""
    def exchanged(M, G, rate):
        Y = rate / 2 * G
        U, V = np.hstack([Y, M]), np.hstack([M, -Y])
        return M - 2 * U @ solve_in_place(np.eye(2 * M.shape[1]) + V.T @ U, V.T @ M)

    ours = drift(cayley_step, np.float64, 1e-2, p=5)
    assert ours < 5e-14
    assert drift(exchanged, np.float64, 1e-2, p=5, steps=1000) > 3 * ours


@pytest.mark.parametrize("rate, least, most", [(1e-2, 2e-6, 1e-4), (1e-6, 2e-5, 2e-3)])
def test_drift_in_float32(rate, least, most):
    assert least < drift(cayley_step, np.float32, rate) < most


@pytest.mark.parametrize("dtype, most", [(np.float64, 5e-15), (np.float32, 2e-6)])
def test_one_newton_schulz_step_every_hundred_steps_holds_the_defect_at_rounding(dtype, most):
    assert drift(cayley_step, dtype, 1e-2, restore_every=100) < most


@pytest.mark.parametrize("delta", [1e-2, 1e-3])
@pytest.mark.parametrize("n, p", [(6, 6), (7, 4)])
def test_newton_schulz_squares_the_defect(n, p, delta):
    M = np.sqrt(1 + delta) * point(n, p)  # every singular value √(1 + δ)
    assert defect(M) == pytest.approx(delta * np.sqrt(p), rel=1e-10)
    assert defect(newton_schulz(M)) == pytest.approx(0.75 * delta**2 * np.sqrt(p), rel=delta)


def test_newton_schulz_converges_to_the_polar_factor_from_singular_values_below_the_root_of_three():
    U, V = point(5, 5), point(5, 5, 1)
    M = (U * [0.05, 0.5, 1.0, 1.5, 1.7]) @ V.T
    np.testing.assert_allclose(newton_schulz(M), M @ (3 * np.eye(5) - M.T @ M) / 2, atol=1e-14)
    for _ in range(30):
        M = newton_schulz(M)
    np.testing.assert_allclose(M, U @ V.T, atol=1e-14)


@pytest.mark.parametrize("n, p", [(6, 6), (7, 4), (5, 1)])
def test_the_polar_factor_is_the_nearest_matrix_with_orthonormal_columns(n, p):
    X = gradient(n, p)
    Q = polar_factor(X)
    assert defect(Q) < 1e-14
    H = Q.T @ X  # X = Q H with H symmetric and positive
    np.testing.assert_allclose(H, H.T, atol=1e-13)
    assert np.linalg.eigvalsh(H).min() > 0
    distance = np.linalg.norm(X - Q)
    assert all(np.linalg.norm(X - point(n, p, seed)) > distance for seed in range(20))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_restored_takes_newton_schulz_near_the_manifold_and_the_polar_factor_elsewhere(dtype):
    M, eps = point(6, 4), np.finfo(dtype).eps
    near = ((1 + 0.1 * eps**0.5) * M).astype(dtype)
    far = ((1 + 10 * eps**0.5) * M).astype(dtype)
    np.testing.assert_array_equal(restored(near), newton_schulz(near))
    np.testing.assert_array_equal(restored(far), polar_factor(far))
    for matrix in (near, far, gradient(6, 4, dtype=dtype)):
        assert restored(matrix).dtype == dtype and defect(restored(matrix)) < 10 * eps
    assert defect(newton_schulz(far)) > 20 * eps  # where one step would not have been enough


@pytest.mark.parametrize("function", [defect, newton_schulz, polar_factor, restored])
def test_bad_arguments_are_named(function):
    for bad, error, match in (
        (np.ones((2, 3)), ValueError, r"M has shape \(2, 3\) but must be \(n, p\) with n >= p >= 1"),
        (np.ones(3), ValueError, r"M has shape \(3,\)"), (np.eye(3, dtype=int), TypeError, "M is int64"),
        (np.full((3, 2), np.nan), ValueError, r"M must be finite but M\[0, 0\] is nan"),
    ):
        with pytest.raises(error, match=match):
            function(bad)
