"""Retractions and geodesics: on the manifold, straight ahead to first order, to second order where promised."""

import numpy as np
import pytest
from scipy.linalg import expm

from ref.orthogonality import (
    RETRACTIONS,
    canonical_geodesic,
    canonical_gradient,
    canonical_inner,
    cayley_retraction,
    cayley_step,
    defect,
    euclidean_geodesic,
    euclidean_inner,
    geodesic_step,
    left_skew,
    polar_retraction,
    qr_retraction,
)
from tests.orthogonality.points import SHAPES, gradient, point, rotation, tangent

STEPS = 0.1 * 0.5 ** np.arange(4)
every_retraction = pytest.mark.parametrize("name", RETRACTIONS)


def order(f, g) -> int:
    """The power of t with which f(t) - g(t) vanishes."""
    distances = [np.linalg.norm(f(t) - g(t)) for t in STEPS]
    slope = np.diff(np.log(distances)) / np.diff(np.log(STEPS))
    np.testing.assert_allclose(slope, np.round(slope[-1]), atol=0.05)
    return int(np.round(slope[-1]))


@every_retraction
@pytest.mark.parametrize("n, p", SHAPES)
def test_a_retraction_stays_on_the_manifold_and_goes_straight_ahead(n, p, name):
    M, R = point(n, p), RETRACTIONS[name]
    np.testing.assert_allclose(R(M, np.zeros_like(M)), M, atol=1e-14)
    if (n, p) == (1, 1):
        return  # two points, no direction
    Z = tangent(M)
    for length in (0.3, 20.0):
        assert defect(R(M, length * Z)) < 1e-12
    assert order(lambda t: R(M, t * Z), lambda t: M + t * Z) == 2


@pytest.mark.parametrize("retraction, canonical, euclidean", [
    (cayley_retraction, 3, 2), (qr_retraction, 2, 2), (polar_retraction, 2, 3)])
def test_agreement_with_the_geodesics(retraction, canonical, euclidean):
    for n, p in ((7, 5), (9, 3)):
        M = point(n, p)
        Z = tangent(M)
        assert order(lambda t: retraction(M, t * Z), lambda t: canonical_geodesic(M, t * Z)) == canonical
        assert order(lambda t: retraction(M, t * Z), lambda t: euclidean_geodesic(M, t * Z)) == euclidean
        assert order(lambda t: canonical_geodesic(M, t * Z), lambda t: euclidean_geodesic(M, t * Z)) == 2
    M = point(5, 1)  # a great circle in both metrics, and all three follow it
    Z = tangent(M)
    for geodesic in (canonical_geodesic, euclidean_geodesic):
        assert order(lambda t: retraction(M, t * Z), lambda t: geodesic(M, t * Z)) == 3
    M = point(6, 6)  # here both metrics have the same geodesics, and one agreement is the other
    Z = tangent(M)
    for geodesic in (canonical_geodesic, euclidean_geodesic):
        assert order(lambda t: retraction(M, t * Z), lambda t: geodesic(M, t * Z)) == max(canonical, euclidean)


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_the_canonical_geodesic_along_the_gradient_is_the_exponential_of_a(n, p):
    M, G = point(n, p), gradient(n, p)
    expected = expm(-0.3 * left_skew(M, G)) @ M
    np.testing.assert_allclose(geodesic_step(M, G, 0.3), expected, atol=1e-13)
    np.testing.assert_allclose(canonical_geodesic(M, -0.3 * canonical_gradient(M, G)), expected, atol=1e-13)


def test_for_square_matrices_the_geodesics_of_both_metrics_are_one():
    M = point(6, 6)
    Z = tangent(M)
    np.testing.assert_allclose(canonical_geodesic(M, 3 * Z), M @ expm(3 * M.T @ Z), atol=1e-13)
    np.testing.assert_allclose(euclidean_geodesic(M, 3 * Z), M @ expm(3 * M.T @ Z), atol=1e-13)


@pytest.mark.parametrize("n, p", [(7, 5), (9, 3), (5, 1)])
@pytest.mark.parametrize("geodesic, inner", [
    (canonical_geodesic, canonical_inner), (euclidean_geodesic, euclidean_inner)])
def test_a_geodesic_has_constant_speed_and_goes_on_from_any_of_its_points(n, p, geodesic, inner):
    M = point(n, p)
    Z, h = tangent(M), 1e-5

    def velocity(t):
        return (8 * (geodesic(M, (t + h) * Z) - geodesic(M, (t - h) * Z)) - geodesic(M, (t + 2 * h) * Z)
                + geodesic(M, (t - 2 * h) * Z)) / (12 * h)

    half = geodesic(M, Z)
    assert inner(half, velocity(1.0), velocity(1.0)) == pytest.approx(inner(M, Z, Z), rel=1e-9)
    np.testing.assert_allclose(geodesic(half, velocity(1.0)), geodesic(M, 2 * Z), atol=1e-9)


def test_the_euclidean_geodesic_has_no_acceleration_along_the_manifold():
    M, h = point(7, 4), 1e-3
    Z = tangent(M)
    acceleration = (euclidean_geodesic(M, h * Z) - 2 * M + euclidean_geodesic(M, -h * Z)) / h**2
    np.testing.assert_allclose(acceleration, -M @ Z.T @ Z, atol=1e-6)  # M times a symmetric matrix: normal


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_the_cayley_retraction_along_the_gradient_is_the_cayley_step(n, p):
    M, G = point(n, p), gradient(n, p)
    got = cayley_retraction(M, -0.3 * canonical_gradient(M, G))
    np.testing.assert_allclose(got, cayley_step(M, G, 0.3), atol=1e-13)


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_qr_and_polar_by_their_definitions(n, p):
    M = point(n, p)
    Z = 2 * tangent(M)
    R = qr_retraction(M, Z).T @ (M + Z)
    np.testing.assert_allclose(np.tril(R, -1), 0, atol=1e-14)
    assert (np.diag(R) > 0).all()
    values, vectors = np.linalg.eigh(np.eye(p) + Z.T @ Z)
    np.testing.assert_allclose(polar_retraction(M, Z), (M + Z) @ (vectors / np.sqrt(values)) @ vectors.T, atol=1e-14)


@pytest.mark.parametrize("n, p", [(6, 6), (7, 5), (9, 3)])
@pytest.mark.parametrize("curve", [cayley_retraction, canonical_geodesic, euclidean_geodesic])
def test_what_is_not_tangent_is_left_out(n, p, curve):
    M, S = point(n, p), gradient(p, p)
    Z = tangent(M)
    np.testing.assert_allclose(curve(M, Z + M @ (S + S.T)), curve(M, Z), atol=1e-13)


@every_retraction
@pytest.mark.parametrize("sign", [1, -1])
def test_no_retraction_changes_the_determinant(name, sign):
    M = rotation(5)
    M[0] *= sign
    for length in (0.1, 1.0, 30.0):
        assert np.linalg.det(RETRACTIONS[name](M, length * tangent(M))) == pytest.approx(sign, rel=1e-12)


@every_retraction
@pytest.mark.parametrize("n, p", [(6, 6), (7, 5), (9, 3)])
def test_float32_stays_and_nothing_is_mutated(name, n, p):
    M, R = point(n, p, dtype=np.float32), RETRACTIONS[name]
    Z = tangent(M)
    before = M.copy(), Z.copy()
    got = R(M, Z)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, R(M.astype(np.float64), Z.astype(np.float64)), atol=1e-5)
    np.testing.assert_array_equal(M, before[0])
    np.testing.assert_array_equal(Z, before[1])


@every_retraction
def test_bad_arguments_are_named(name):
    M, Z, R = point(6, 4), tangent(point(6, 4)), RETRACTIONS[name]
    for bad, error, match in (
        ((M.T, Z.T), ValueError, r"M has shape \(4, 6\)"), ((M, Z[:, :3]), ValueError, r"Z has shape \(6, 3\)"),
        ((M, Z.astype(np.float32)), TypeError, "Z is float32 but M is float64"),
        ((M, Z * np.inf), ValueError, "Z must be finite"),
    ):
        with pytest.raises(error, match=match):
            R(*bad)
