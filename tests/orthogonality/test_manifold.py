"""The manifold under other people's optimisers: a loop in pymanopt's method names, and SciPy's search along a curve."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.optimize import minimize_scalar

from ref.orthogonality import RETRACTIONS, Stiefel, cayley_step, defect, left_skew
from tests.orthogonality.points import rotation

METRICS = ("canonical", "euclidean")


def steepest_descent(manifold, cost, euclidean_gradient, M, iterations: int):
    """Armijo's line search by halving: the loop of a first-order solver that knows a manifold by its methods alone."""
    step = 1.0
    for _ in range(iterations):
        gradient = manifold.euclidean_to_riemannian_gradient(M, euclidean_gradient(M))
        squared = manifold.inner_product(M, gradient, gradient)
        if squared < 1e-16:
            break
        while cost(new := manifold.retraction(M, -step * gradient)) > cost(M) - 1e-4 * step * squared:
            step /= 2
            if step < 1e-12:  # nothing left but rounding
                return M
        M, step = new, 2 * step
    return M


def eigenvalue_problem(n: int, p: int):
    """min -½ tr MᵀCM D: the columns end at the leading eigenvectors of C, in order, since D's entries differ."""
    rng = np.random.default_rng(0)
    Q = rotation(n)
    C, D = (Q * np.linspace(1, 4, n)) @ Q.T, np.diag(np.arange(p, 0.0, -1))
    least = -0.5 * np.sum(np.sort(np.linalg.eigvalsh(C))[::-1][:p] * np.diag(D))
    return (lambda M: -0.5 * np.trace(M.T @ C @ M @ D)), (lambda M: -C @ M @ D), least, C, rng


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("retraction", RETRACTIONS)
def test_a_loop_written_for_pymanopt_finds_the_leading_eigenvectors(metric, retraction):
    cost, gradient, least, C, rng = eigenvalue_problem(7, 3)
    manifold = Stiefel(7, 3, metric, retraction, rng)
    M = steepest_descent(manifold, cost, gradient, manifold.random_point(), 150)
    assert cost(M) == pytest.approx(least, rel=1e-9)
    residual = C @ M - M * np.array([4, 3.5, 3])
    assert np.linalg.norm(residual) < 1e-3 and defect(M) < 1e-12


def test_scipy_searches_along_the_cayley_curve():
    """min ||X M - Y||² over rotations, whose solution SciPy knows: one scalar minimisation a step."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((40, 5))
    Y = X @ rotation(5) + 0.1 * rng.standard_normal((40, 5))
    expected, _ = orthogonal_procrustes(X, Y)
    assert np.linalg.det(expected) > 0

    def loss(M):
        return np.sum((X @ M - Y) ** 2)

    M = rotation(5, 1)
    for _ in range(60):
        G = 2 * X.T @ (X @ M - Y)
        if np.linalg.norm(left_skew(M, G)) < 1e-7:
            break
        found = minimize_scalar(lambda rate: loss(cayley_step(M, G, rate)), bounds=(1e-6, 1.0), method="bounded",
                                options={"xatol": 1e-6})
        M = cayley_step(M, G, found.x)
    np.testing.assert_allclose(M, expected, atol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n, p", [(5, 5), (7, 3)])
def test_points_vectors_and_metric(n, p, metric):
    manifold = Stiefel(n, p, metric, rng=np.random.default_rng(0))
    M, N = manifold.random_point(), manifold.random_point()
    X, Y = manifold.random_tangent_vector(M), manifold.random_tangent_vector(M)
    assert M.shape == X.shape == (n, p) and defect(M) < 1e-13
    for vector, at in ((X, M), (manifold.transport(M, N, X), N), (manifold.zero_vector(M), M),
                       (manifold.to_tangent_space(M, N), M)):
        np.testing.assert_allclose(at.T @ vector + vector.T @ at, 0, atol=1e-14)
    assert manifold.norm(M, X) == pytest.approx(1, rel=1e-12)
    assert manifold.norm(M, 2 * X) ** 2 == pytest.approx(manifold.inner_product(M, 2 * X, 2 * X), rel=1e-12)
    assert manifold.inner_product(M, X, Y) == pytest.approx(manifold.inner_product(M, Y, X), rel=1e-12)
    weight = np.eye(n) - (M @ M.T / 2 if metric == "canonical" else 0)
    assert manifold.inner_product(M, X, Y) == pytest.approx(np.trace(X.T @ weight @ Y), rel=1e-10)
    np.testing.assert_array_equal(manifold.exp(M, X), RETRACTIONS[f"{metric} geodesic"](M, X))
    vectors = np.array([manifold.random_tangent_vector(M).ravel() for _ in range(n * p)])
    assert manifold.dim == np.linalg.matrix_rank(vectors)
    assert manifold.typical_dist == pytest.approx(np.sqrt(p))
    narrow = manifold.random_tangent_vector(M.astype(np.float32))
    assert narrow.dtype == np.float32


def test_bad_arguments_are_named():
    for arguments, error, match in (
        ((3, 4), ValueError, "p is 4 but must be at most n = 3"), ((0, 0), ValueError, "n is 0"),
        ((3, 2.5), TypeError, "p is 2.5 but must be a whole number"),
        ((3, 2, "flat"), ValueError, "metric is 'flat' but must be one of canonical, euclidean"),
        ((3, 2, "canonical", "exp"), ValueError, "retraction is 'exp' but must be one of cayley, qr, polar"),
    ):
        with pytest.raises(error, match=match):
            Stiefel(*arguments)
