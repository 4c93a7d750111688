"""Conjugate gradients against numpy.linalg.solve, against CG on the transformed system, and against their own
definition.
"""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from ref.linalg import conjugate_gradient, fixed_iterations
from ref.vectors import dot
from tests.linalg.matrices import spd


class Counted:
    """A matrix that counts its products, and whose product `broken` (counted from 1) is NaN."""

    def __init__(self, A, broken=None):
        self.A, self.broken, self.products = A, broken, 0

    def __matmul__(self, x):
        self.products += 1
        return np.full_like(x, np.nan) if self.products == self.broken else self.A @ x


def every_iterate(A, b, **options):
    """All iterates with copies of their x: at gamma = 1.01 each of the first 100 is stored."""
    options = {"stop": fixed_iterations, "gamma": 1.01, **options}
    return [iterate._replace(x=iterate.x.copy()) for iterate in conjugate_gradient(A, b, **options)]


def phi(A, b, x):
    return 0.5 * x @ A @ x - b @ x


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("preconditioned", [False, True])
@pytest.mark.parametrize("n, condition, iterations, error", [(20, 10, 60, 1e-12), (30, 1e6, 1500, 1e-7)])
def test_solves(n, condition, iterations, error, preconditioned, warm):
    A, b = spd(n, condition)
    rng = np.random.default_rng(1)
    P = rng.uniform(0.5, 2, n) if preconditioned else None
    x0 = rng.standard_normal(n) if warm else None
    *_, last = conjugate_gradient(A, b, x0, P, stop=fixed_iterations, max_iterations=iterations)
    solution = np.linalg.solve(A, b)
    assert np.abs(last.x - solution).max() <= error * np.abs(solution).max()


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 12), seed=st.integers(0, 10**6))
def test_ends_after_as_many_iterations_as_unknowns(n, seed):
    A, b = spd(n, 20, seed)
    *_, last = conjugate_gradient(A, b, stop=fixed_iterations, max_iterations=n)
    np.testing.assert_allclose(last.x, np.linalg.solve(A, b), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("preconditioned", [False, True])
def test_phi_is_the_quadratic_at_every_iterate_and_falls(preconditioned, warm):
    """Mistake caught: phi = ½ (r + b)ᵀx, phi without its half, or phi measured from the start and not from 0."""
    A, b = spd(40, 300)
    rng = np.random.default_rng(2)
    P = rng.uniform(0.1, 3, 40) if preconditioned else None
    x0 = rng.standard_normal(40) if warm else None
    phis = []
    iterates = every_iterate(A, b, x0=x0, P=P, max_iterations=25, phis=phis)
    assert [iterate.i for iterate in iterates] == list(range(1, 26))
    for iterate in iterates:
        assert iterate.phi == phis[iterate.i] == pytest.approx(phi(A, b, iterate.x), rel=1e-12)
    assert phis[0] == (pytest.approx(phi(A, b, x0), rel=1e-12) if warm else 0)
    assert (np.diff(phis) < 0).all()


@pytest.mark.parametrize("warm, refresh, products", [(False, 0, 12), (True, 0, 13), (False, 5, 14), (True, 5, 15)])
def test_one_product_an_iteration(warm, refresh, products):
    """Mistake caught: a second product in every iteration only to learn the value of the quadratic."""
    A, b = spd(30, 100)
    A = Counted(A)
    for _ in conjugate_gradient(A, b, np.ones(30) if warm else None, stop=fixed_iterations, max_iterations=12,
                                refresh=refresh):
        pass
    assert A.products == products


def test_first_step_is_the_minimum_along_the_preconditioned_residual():
    """Mistake caught: the first alpha from rᵀr in place of rᵀP⁻¹r."""
    A, b = spd(10, 50)
    P = np.random.default_rng(3).uniform(0.1, 5, 10)
    first = next(conjugate_gradient(A, b, P=P))
    p = b / P
    alpha = (b @ p) / (p @ A @ p)
    np.testing.assert_allclose(first.x, alpha * p, rtol=1e-13)
    assert abs(alpha - (b @ b) / (p @ A @ p)) > 0.1 * alpha, "the mistake would not show on this system"
    for other in (0.99, 1.01):
        assert phi(A, b, other * first.x) > first.phi


@pytest.mark.parametrize("warm", [False, True])
def test_preconditioned_equals_plain_on_the_transformed_system(warm):
    """x = P^(-1/2) x', where x' comes of plain CG on P^(-1/2) A P^(-1/2) x' = P^(-1/2) b."""
    A, b = spd(15, 10)
    rng = np.random.default_rng(4)
    root = rng.uniform(0.7, 1.6, 15)
    x0 = rng.standard_normal(15) if warm else None
    ours = every_iterate(A, b, x0=x0, P=root**2, max_iterations=8)
    plain = every_iterate(A / np.outer(root, root), b / root, x0=None if x0 is None else root * x0, max_iterations=8)
    assert len(ours) == len(plain) == 8
    for one, other in zip(ours, plain):
        np.testing.assert_allclose(one.x, other.x / root, rtol=1e-9, atol=1e-10)
        assert one.phi == pytest.approx(other.phi, rel=1e-10)


def test_a_function_in_the_place_of_the_diagonal():
    """P may be dense: given as r -> P⁻¹ r, it is plain CG on R⁻¹ A R⁻ᵀ with P = R Rᵀ; for a diagonal, the same bits."""
    A, b = spd(15, 10)
    R = np.linalg.cholesky(spd(15, 5, seed=7)[0])
    ours = every_iterate(A, b, P=lambda r: np.linalg.solve(R @ R.T, r), max_iterations=8)
    plain = every_iterate(np.linalg.solve(R, np.linalg.solve(R, A).T), np.linalg.solve(R, b), max_iterations=8)
    for one, other in zip(ours, plain, strict=True):
        np.testing.assert_allclose(R.T @ one.x, other.x, rtol=1e-8, atol=1e-9)
    P = np.random.default_rng(4).uniform(0.5, 2, 15)
    pairs = zip(every_iterate(A, b, P=P), every_iterate(A, b, P=lambda r: r / P), strict=True)
    assert all(np.array_equal(one.x, other.x) for one, other in pairs)


def test_the_right_preconditioner_ends_at_once_where_plain_cg_does_not():
    """Mistake caught: a preconditioner that is computed and never returned, so that CG runs without it."""
    scales = np.geomspace(1, 1e4, 50)
    A, b = np.diag(scales), np.random.default_rng(5).standard_normal(50)
    assert np.abs(A @ next(conjugate_gradient(A, b, P=scales)).x - b).max() < 1e-12
    *_, plain = conjugate_gradient(A, b, stop=fixed_iterations, max_iterations=20)
    assert np.abs(A @ plain.x - b).max() > 1e-3


def test_refresh_computes_the_residual_afresh():
    """At every third iterate r, and with it phi, is that of A x - b to the last bit; in between the recursion has
    rounded.
    """
    A, b = spd(60, 1e3)

    def fresh(x):
        r = A @ x - b
        return 0.5 * (dot(r, x) - dot(b, x))

    iterates = every_iterate(A, b, max_iterations=60, refresh=3)
    assert all(iterate.phi == fresh(iterate.x) for iterate in iterates if iterate.i % 3 == 0)
    assert any(iterate.phi != fresh(iterate.x) for iterate in iterates if iterate.i % 3)


def test_float32_stays_float32_with_dots_in_float64():
    """A = 2 I is solved exactly in one step, so phi = -¼ bᵀb: in float32 the sum would be wrong in the seventh digit.
    """
    b = np.random.default_rng(6).uniform(0.5, 1, 10**5).astype(np.float32)
    A = LinearOperator((len(b), len(b)), lambda v: 2 * v, dtype=np.float32)
    first = next(conjugate_gradient(A, b, P=np.full_like(b, 4)))
    assert first.x.dtype == np.float32
    np.testing.assert_array_equal(first.x, b / 2)
    exact = -0.25 * np.sum(b.astype(float) ** 2)
    assert first.phi == pytest.approx(exact, rel=1e-13)
    A32, b32 = (array.astype(np.float32) for array in spd(20, 10))
    for iterate in conjugate_gradient(A32, b32, x0=np.ones_like(b32), P=np.full_like(b32, 2), refresh=2):
        assert iterate.x.dtype == np.float32


def test_operators_that_hand_back_their_argument():
    """The identity may return the very array it was given: CG must not take that memory for its own."""
    P = np.array([1.0, 2.0, 4.0])
    b = np.array([3.0, -1.0, 2.0])
    for A in (LinearOperator((3, 3), lambda v: v, dtype=float), aslinearoperator(np.eye(3))):
        *_, last = conjugate_gradient(A, b, P=P, stop=fixed_iterations, max_iterations=9, refresh=2)
        np.testing.assert_allclose(last.x, b, rtol=1e-12)


def test_arguments_are_left_as_they_are():
    A, b = spd(9, 10)
    x0, P = np.ones(9), np.full(9, 2.0)
    kept = [array.copy() for array in (A, b, x0, P)]
    list(conjugate_gradient(A, b, x0, P, refresh=3))
    for array, copy in zip((A, b, x0, P), kept):
        np.testing.assert_array_equal(array, copy)


BAD = [
    (dict(max_iterations=0), ValueError, "max_iterations is 0 but must be at least 1"),
    (dict(max_iterations=2.5), TypeError, "max_iterations is 2.5"),
    (dict(b=np.array([1, np.nan, 2])), ValueError, r"b must be finite but b\[1\] is nan"),
    (dict(b=np.arange(3)), TypeError, "b is int64"),
    (dict(b=np.ones(3, complex)), TypeError, "b is complex128"),
    (dict(b=np.ones((3, 1))), ValueError, r"b has shape \(3, 1\)"),
    (dict(x0=np.ones(4)), ValueError, r"x0 has shape \(4,\) but must be a vector of b's shape \(3,\)"),
    (dict(x0=np.array([1, np.inf, 2])), ValueError, "x0 must be finite"),
    (dict(x0=np.ones(3, np.float32)), TypeError, "x0 is float32 but b is float64"),
    (dict(P=np.ones(2)), ValueError, r"P has shape \(2,\)"),
    (dict(P=np.ones(3, np.float32)), TypeError, "P is float32 but b is float64"),
    (dict(P=np.array([1.0, 0.0, 1.0])), ValueError, "P must be positive"),
    (dict(P=np.array([1.0, -1.0, 1.0])), ValueError, "P must be positive"),
    (dict(gamma=1.0), ValueError, "gamma is 1.0 but must be above 1"),
    (dict(refresh=-1), ValueError, "refresh is -1"),
]


@pytest.mark.parametrize("options, error, message", BAD)
def test_bad_input_is_refused_before_anything_is_computed(options, error, message):
    options = {"b": np.ones(3), **options}
    with pytest.raises(error, match=message):
        conjugate_gradient(np.eye(3), **options)
