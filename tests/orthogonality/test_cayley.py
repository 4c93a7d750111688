"""The Cayley step against its equation in dense matrices, and what it promises: descent, order, component."""

import numpy as np
import pytest

from ref.checks import check_taylor, taylor_slopes
from ref.orthogonality import (
    canonical_gradient,
    cayley,
    cayley_step,
    component,
    defect,
    euclidean_gradient,
    geodesic_step,
    left_skew,
    right_skew,
)
from tests.orthogonality.points import SHAPES, gradient, point, rotation


def equation_9(M, G, rate):
    A, I = left_skew(M, G), np.eye(len(M))
    return np.linalg.inv(I + rate / 2 * A) @ (I - rate / 2 * A) @ M


@pytest.mark.parametrize("n, p", SHAPES)
@pytest.mark.parametrize("rate", [1e-6, 0.1, 10.0])
def test_the_step_is_the_equation_and_keeps_the_columns_orthonormal(n, p, rate):
    M, G = point(n, p), gradient(n, p)
    new = cayley_step(M, G, rate)
    np.testing.assert_allclose(new, equation_9(M, G, rate), atol=1e-13)
    assert defect(new) < 1e-13


@pytest.mark.parametrize("n, p", SHAPES)
@pytest.mark.parametrize("rate", [1e-6, 0.1, 10.0])
def test_both_forms_agree(n, p, rate):
    M, Y = point(n, p), rate / 2 * gradient(n, p)
    np.testing.assert_allclose(cayley.moved_low_rank(M, Y), cayley.moved_full(M, Y), atol=1e-13)


@pytest.mark.parametrize("n, p", [(140, 140), (140, 90), (300, 70)])
def test_matrices_of_more_than_one_block(n, p):
    M, G = point(n, p), gradient(n, p)
    np.testing.assert_allclose(cayley_step(M, G, 0.1), equation_9(M, G, 0.1), atol=1e-12)


@pytest.mark.parametrize("n, p, chosen", [
    (9, 3, "low_rank"), (9, 4, "low_rank"), (8, 4, "full"), (7, 5, "full"), (6, 6, "full")])
def test_the_low_rank_form_is_taken_where_p_is_below_half_of_n(n, p, chosen, monkeypatch):
    called = []
    for form in ("low_rank", "full"):
        monkeypatch.setattr(cayley, f"moved_{form}", lambda M, Y, form=form: called.append(form))
    cayley_step(point(n, p), gradient(n, p), 0.1)
    assert called == [chosen]


def test_equation_9_as_printed_leaves_the_manifold():
    M, G = point(32, 32), gradient(32, 32)
    A, I = left_skew(M, G), np.eye(32)
    assert defect(M + np.linalg.solve(I + 0.005 * A, I - 0.005 * A)) > 5
    assert defect(cayley_step(M, G, 0.01)) < 1e-13


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_the_loss_falls_by_half_the_square_of_a_to_first_order(n, p):
    M, target = point(n, p), gradient(n, p, 4)

    def loss(X):
        return np.sum(np.tanh(X * target))

    G = target / np.cosh(M * target) ** 2
    slope = -0.5 * np.linalg.norm(left_skew(M, G)) ** 2
    assert slope < -0.1
    steps = 1e-3 * 0.5 ** np.arange(4)
    check_taylor(lambda rate: loss(cayley_step(M, G, rate)), (loss(M), slope), "cayley_step", steps)


@pytest.mark.parametrize("n, p", SHAPES[1:])
def test_it_follows_the_geodesic_to_second_order(n, p):
    M, G = point(n, p), gradient(n, p) / np.sqrt(n * p)
    rates = 0.1 * 0.5 ** np.arange(4)
    errors = [np.linalg.norm(cayley_step(M, G, rate) - geodesic_step(M, G, rate)) for rate in rates]
    np.testing.assert_allclose(np.diff(np.log(errors)) / np.diff(np.log(rates)), 3, atol=0.02)
    straight = taylor_slopes(lambda rate: geodesic_step(M, G, rate), (M, -canonical_gradient(M, G)), rates)
    np.testing.assert_allclose(straight, 2, atol=0.05)  # a straight line does so to first order alone


@pytest.mark.parametrize("rate", [0.01, 1.0, 100.0])
def test_a_plane_is_turned_by_twice_the_arctangent(rate):
    M, G = np.eye(2), np.array([[0.0, -0.7], [0.0, 0.0]])
    a = left_skew(M, G)[1, 0]
    for new, angle in ((cayley_step(M, G, rate), 2 * np.arctan(rate * a / 2)), (geodesic_step(M, G, rate), rate * a)):
        np.testing.assert_allclose(new, [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], atol=1e-14)


@pytest.mark.parametrize("sign", [1, -1])
def test_no_step_changes_the_determinant(sign):
    M = rotation(5)
    M[0] *= sign
    assert component(M) == sign
    for seed, rate in enumerate((1e-3, 0.3, 5.0, 1e3)):
        M = cayley_step(M, gradient(5, 5, seed), rate)
        assert np.linalg.det(M) == pytest.approx(sign, rel=1e-11)


def test_the_factor_two_against_other_conventions():
    M, G, rate = point(6, 6), gradient(6, 6), 0.3
    step, I = cayley_step(M, G, rate), np.eye(6)
    B = right_skew(M, G)
    from_the_right = M @ np.linalg.solve(I + rate / 2 * B, I - rate / 2 * B)
    np.testing.assert_allclose(step, from_the_right, atol=1e-14)

    def canonical_stiefel(M, u):
        """geoopt's retraction of a tangent vector u: the generator u Mᵀ - M uᵀ."""
        W, I = u @ M.T - M @ u.T, np.eye(len(M))
        return np.linalg.solve(I - W / 2, M + W @ M / 2)

    np.testing.assert_allclose(canonical_stiefel(M, -rate / 2 * canonical_gradient(M, G)), step, atol=1e-14)
    np.testing.assert_allclose(canonical_stiefel(M, -rate * euclidean_gradient(M, G)), step, atol=1e-14)
    tall, H = point(6, 4), gradient(6, 4)
    for factor in (0.5, 1.0):
        other = canonical_stiefel(tall, -factor * rate * canonical_gradient(tall, H))
        assert np.linalg.norm(other - cayley_step(tall, H, rate)) > 0.01

    X = -rate * left_skew(M, G)
    torch = (I + X / 2) @ np.linalg.inv(I - X / 2)  # PyTorch's orthogonal parametrisation and geotorch, of a skew X
    scornn = np.linalg.solve(I - X / 2, I + X / 2)  # (I + A)⁻¹ (I - A) of scoRNN and expRNN, A = -X/2
    np.testing.assert_allclose(torch @ M, step, atol=1e-14)
    np.testing.assert_allclose(scornn @ M, step, atol=1e-14)


@pytest.mark.parametrize("n, p", [(6, 6), (7, 5), (9, 3)])
def test_float32_stays_and_nothing_is_mutated(n, p):
    M, G = point(n, p), gradient(n, p)
    expected = cayley_step(M, G, np.float64(0.1))
    narrow, H = M.astype(np.float32), G.astype(np.float32)
    before = narrow.copy(), H.copy()
    got = cayley_step(narrow, H, np.float64(0.1))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_array_equal(narrow, before[0])
    np.testing.assert_array_equal(H, before[1])
    np.testing.assert_array_equal(cayley_step(narrow, H, 0.1), got)
    np.testing.assert_allclose(cayley_step(np.asfortranarray(M), np.asfortranarray(G), 0.1), expected, atol=1e-14)
    strided = np.repeat(M, 2, axis=1)[:, ::2]
    np.testing.assert_allclose(cayley_step(strided, G, 0.1), expected, atol=1e-14)
    assert got.flags.c_contiguous


@pytest.mark.parametrize("step", [cayley_step, geodesic_step])
def test_bad_arguments_are_named(step):
    M, G = point(6, 4), gradient(6, 4)
    for bad, error, match in (
        ((M.T, G, 0.1), ValueError, r"M has shape \(4, 6\) but must be \(n, p\) with n >= p >= 1"),
        ((M, G[:5], 0.1), ValueError, r"G has shape \(5, 4\) but M has shape \(6, 4\)"),
        ((M, G.astype(np.float32), 0.1), TypeError, "G is float32 but M is float64"),
        ((M, G * np.nan, 0.1), ValueError, r"G must be finite but G\[0, 0\] is nan"),
        ((M, G, 0.0), ValueError, "learning_rate is 0.0 but must be above 0"),
        ((M, G, np.inf), ValueError, "learning_rate is inf but must be finite"),
        ((M, G, "fast"), TypeError, "learning_rate is 'fast' but must be a real number"),
    ):
        with pytest.raises(error, match=match):
            step(*bad)
