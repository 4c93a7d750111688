"""Objective.curvature against dense matrices by autograd, and in the hands of SciPy's own solvers."""

import numpy as np
import pytest
from scipy.sparse.linalg import cg, eigsh

from tests.hessian_free.problems import ACTIVATION_NAMES, LOSS_NAMES, problem


def formed(p, **options):
    return p.objective.curvature(p.theta, p.batch, **options) @ np.eye(p.theta.size)


@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_gauss_newton_against_dense(activation, loss):
    p = problem(loss, activation)
    np.testing.assert_allclose(formed(p), p.dense.gauss_newton(p.theta.vector), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_hessian_against_dense(activation, loss):
    """Mistake caught: a Gauss-Newton product under the Hessian's name: the two differ here by far."""
    p = problem(loss, activation, sizes=(3, 4, 2), N=5)
    H = formed(p, product="hessian")
    np.testing.assert_allclose(H, p.dense.hessian(p.theta.vector), rtol=1e-9, atol=1e-12)
    assert np.abs(H - formed(p)).max() > 0.01


def test_two_hidden_layers():
    p = problem("logistic_cross_entropy", "logistic", sizes=(3, 4, 2, 5), N=4, scale=1.5)
    np.testing.assert_allclose(formed(p), p.dense.gauss_newton(p.theta.vector), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(formed(p, product="hessian"), p.dense.hessian(p.theta.vector), rtol=1e-9, atol=1e-12)


def test_the_split_is_at_z_and_not_after_the_softmax():
    """Mistake caught: the split after the softmax, with L'' = t/p²: for one-hot targets that is the empirical Fisher
    matrix.
    """
    p = problem("softmax_cross_entropy", N=6)
    t = np.eye(3)[[0, 1, 2, 2, 0, 1]]
    dense = p.on((p.batch[0], t))
    G = p.objective.curvature(p.theta, (p.batch[0], t)) @ np.eye(p.theta.size)
    np.testing.assert_allclose(G, dense.gauss_newton(p.theta.vector), rtol=1e-10, atol=1e-12)
    g = dense.case_gradients(p.theta.vector)
    assert np.abs(G - g.T @ g / 6).max() > 0.05


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_gauss_newton_is_positive_semi_definite_also_for_the_pair_that_does_not_match(loss):
    """Mistake caught: squared error after a logistic split at z with the full L'', which may be negative."""
    p = problem(loss, scale=2.0)
    assert np.linalg.eigvalsh(formed(p)).min() > -1e-12
    if loss == "logistic_squared_error":
        z, t = p.objective.network.forward(p.theta, p.batch[0])[0], p.batch[1]
        assert p.objective.loss.hessian_product(z, t,
                                                np.ones_like(z)).min() < 0, "the mistake would not show on this problem"


@pytest.mark.parametrize("kind", ["gauss_newton", "hessian"])
@pytest.mark.parametrize("chunk", [1, 2, 3, 6, 7])
def test_in_chunks_it_is_the_same(kind, chunk):
    """Mistake caught: chunks averaged as if they had equally many cases."""
    whole = problem("softmax_cross_entropy", N=7, decay=0.03)
    parts = problem("softmax_cross_entropy", N=7, decay=0.03, chunk=chunk)
    np.testing.assert_allclose(formed(parts, product=kind, damping=0.2), formed(whole, product=kind, damping=0.2),
                               rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", ["gauss_newton", "hessian"])
def test_weight_decay_and_damping_are_on_the_diagonal(kind):
    """Mistake caught: weight decay in the objective and its gradient, but not in the product."""
    bare, decayed = problem(), problem(decay=0.25)
    n = bare.theta.size
    B = formed(bare, product=kind)
    np.testing.assert_allclose(formed(decayed, product=kind), B + 0.25 * np.eye(n), atol=1e-14)
    np.testing.assert_allclose(formed(decayed, product=kind, damping=1.5), B + 1.75 * np.eye(n), atol=1e-14)
    D = np.linspace(0, 2, n)
    np.testing.assert_allclose(formed(decayed, product=kind, damping=D), B + np.diag(0.25 + D), atol=1e-14)


def test_scipys_solvers_take_it():
    p = problem("logistic_cross_entropy", decay=0.01)
    dense = p.dense.gauss_newton(p.theta.vector)
    b = np.random.default_rng(0).standard_normal(p.theta.size)
    B = p.objective.curvature(p.theta, p.batch, damping=0.1)
    x, info = cg(B, b, rtol=1e-12, atol=0)
    assert info == 0
    np.testing.assert_allclose(x, np.linalg.solve(dense + 0.1 * np.eye(len(b)), b), rtol=1e-8, atol=1e-9)
    top = eigsh(p.objective.curvature(p.theta, p.batch), k=3, return_eigenvectors=False, tol=1e-10)
    np.testing.assert_allclose(np.sort(top), np.linalg.eigvalsh(dense)[-3:], rtol=1e-8)
    H = p.objective.curvature(p.theta, p.batch, product="hessian")
    ends = eigsh(H, k=2, which="BE", return_eigenvectors=False, tol=1e-10)
    np.testing.assert_allclose(np.sort(ends), np.linalg.eigvalsh(p.dense.hessian(p.theta.vector))[[0, -1]], rtol=1e-7)


def test_columns_transposes_and_float32():
    p = problem("softmax_cross_entropy", decay=0.01)
    n = p.theta.size
    B = p.objective.curvature(p.theta, p.batch)
    V = np.random.default_rng(0).standard_normal((n, 4))
    np.testing.assert_allclose(B @ V, np.column_stack([B @ v for v in V.T]), rtol=1e-13)
    np.testing.assert_array_equal(B.T @ V[:, 0], B @ V[:, 0])
    theta, batch = p.theta.astype(np.float32), tuple(a.astype(np.float32) for a in p.batch)
    for damping in (0.5, np.full(n, 0.5), np.float64(0.5)):
        product = p.objective.curvature(theta, batch, damping=damping) @ V[:, 0].astype(np.float32)
        assert product.dtype == np.float32
        np.testing.assert_allclose(product, B @ V[:, 0] + 0.5 * V[:, 0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("options, message", [
    (dict(product="fisher"), "product is 'fisher' but must be one of gauss_newton, hessian"),
    (dict(damping=-1.0), "damping is -1.0 but must be at least 0"),
    (dict(damping=np.nan), "damping is nan but must be finite"),
    (dict(damping=np.ones(3)), r"damping must be one number or \(43,\) of them"),
    (dict(damping=-np.ones(43)), "none negative"),
])
def test_bad_input(options, message):
    p = problem()
    with pytest.raises(ValueError, match=message):
        p.objective.curvature(p.theta, p.batch, **options)


def test_a_nan_in_a_damping_vector_is_refused():
    p = problem()
    damping = np.ones(p.theta.size)
    damping[5] = np.nan
    with pytest.raises(ValueError, match="damping"):
        p.objective.curvature(p.theta, p.batch, damping=damping)
