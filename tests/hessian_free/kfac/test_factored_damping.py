"""Factored Tikhonov damping and the block-diagonal solution, against dense Kronecker products."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from ref.hessian_free import Block, candidates, damped_cholesky, kflr_blocks, solve, trace_norm
from ref.hessian_free.kfac.factored_damping import damped, neighbours
from ref.hessian_free.kfac.kronecker import packed, unpacked, zero_blocks
from ref.parameters import Parameters
from tests.hessian_free.kfac.test_kronecker_factors import layer
from tests.hessian_free.problems import problem


def blocks_of(p):
    return kflr_blocks(p.objective, p.theta, p.batch)


def test_pi_is_the_ratio_of_mean_eigenvalues():
    block = Block(np.diag([4.0, 8.0, 12.0]), np.array([[0.5, 0.1], [0.1, 1.5]]))
    assert trace_norm(block) == pytest.approx(np.sqrt(8.0 / 1.0))
    p = problem("logistic_cross_entropy", sizes=(4, 5, 3))
    for A, G in blocks_of(p):
        ratio = np.linalg.eigvalsh(A).mean() / np.linalg.eigvalsh(G).mean()
        assert trace_norm(Block(A, G)) == pytest.approx(ratio**0.5, rel=1e-12)


def test_the_damped_block_has_the_two_cross_terms():
    block, gamma = blocks_of(problem(sizes=(4, 3, 2)))[0], 0.3
    A, G = block
    pi, I, J = trace_norm(block), np.eye(len(A)), np.eye(len(G))
    expected = np.kron(A, G) + gamma**2 * np.kron(I, J) + pi * gamma * np.kron(I, G) + gamma / pi * np.kron(A, J)
    np.testing.assert_allclose(np.kron(*damped(block, gamma)), expected, rtol=1e-12, atol=1e-14)


def test_pi_makes_the_damping_the_same_whatever_the_factors_units():
    """A and G known only up to c A and G/c give the same damped block."""
    A, G = blocks_of(problem(sizes=(4, 3, 2)))[0]
    expected = np.kron(*damped(Block(A, G), 0.3))
    np.testing.assert_allclose(np.kron(*damped(Block(1e3 * A, 1e-3 * G), 0.3)), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("gamma", [0.01, 0.3, 5.0])
@pytest.mark.parametrize("loss", ["squared_error", "softmax_cross_entropy"])
def test_u_solves_the_dense_damped_system(loss, gamma):
    p = problem(loss, sizes=(4, 5, 3))
    blocks, gradient = blocks_of(p), p.objective.gradient(p.theta, p.batch)
    U = solve(damped_cholesky(blocks, gamma), gradient)
    for l, (A, G) in enumerate(blocks, 1):
        pi = np.sqrt(np.trace(A) / len(A) * len(G) / np.trace(G))
        dense = np.kron(A + pi * gamma * np.eye(len(A)), G + gamma / pi * np.eye(len(G)))
        part = layer(p.theta, l)
        np.testing.assert_allclose(U.vector[part], np.linalg.solve(dense, gradient.vector[part]), rtol=1e-9, atol=1e-12)


def test_cholesky_factors_are_lower_and_give_the_damped_factors_back():
    block = blocks_of(problem(sizes=(4, 5, 3)))[0]
    for factor, expected in zip(damped_cholesky([block], 0.1)[0], damped(block, 0.1)):
        assert np.array_equal(factor, np.tril(factor))
        np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype(dtype):
    p = problem(sizes=(4, 5, 3))
    theta, batch = p.theta.astype(dtype), tuple(array.astype(dtype) for array in p.batch)
    factors = damped_cholesky(kflr_blocks(p.objective, theta, batch), 0.1)
    assert all(factor.dtype == dtype for block in factors for factor in block)
    U = solve(factors, p.objective.gradient(theta, batch))
    assert U.dtype == dtype and np.isfinite(U.vector).all()


def test_a_layer_without_curvature():
    """All its units dead: no pi would be right, and none is infinite."""
    block = Block(np.eye(3), np.zeros((2, 2)))
    assert trace_norm(block) == 1
    (A, G), = damped_cholesky([block], 0.25)
    np.testing.assert_allclose(np.diag(A), np.sqrt(1.25))
    np.testing.assert_allclose(np.diag(G), 0.5)


def test_neighbours():
    assert neighbours(0.5, 0.8, 0.01) == pytest.approx([0.5, 0.4, 0.625])
    assert neighbours(0.11, 0.8, 0.01) == pytest.approx([0.11, 0.1, 0.1375])
    assert neighbours(0.9, 0.8, 0.01) == pytest.approx([0.9, 0.72, 1.0])
    assert neighbours(12.0, 0.8, 0.01) == [1.0]
    assert neighbours(0.1, 0.8, 0.01) == pytest.approx([0.1, 0.125]), "the lower bound is √decay, and stands once"
    assert neighbours(2.0, 0.8, 9.0) == [1.0]


def test_candidates_leave_out_what_rounding_makes_indefinite():
    indefinite = [Block(np.diag([1.0, -0.05]), np.eye(2))]
    with pytest.raises(LinAlgError):
        damped_cholesky(indefinite, 0.01)
    assert set(candidates(indefinite, [0.01, 1.0])) == {1.0}
    (gamma,) = candidates(indefinite, [0.01, 0.02])
    assert gamma == 0.08, "doubled from the largest until the damped block is positive definite"
    (gamma,) = candidates([Block(np.diag([1.0, 0.0]), np.eye(2))], [0.0])
    assert 0 < gamma < 1e-14


def test_factors_that_are_not_finite_are_named():
    blocks = [Block(np.eye(2), np.eye(2)), Block(np.eye(3), np.array([[1.0, np.nan], [np.nan, 1.0]]))]
    with pytest.raises(ValueError, match="G2, a curvature factor of layer 2, is not finite"):
        damped_cholesky(blocks, 0.1)
    with pytest.raises(ValueError, match="gamma is -0.1 but must be at least 0"):
        damped_cholesky(blocks[:1], -0.1)


def test_blocks_in_an_optimiser_s_state():
    p = problem(sizes=(4, 5, 3))
    blocks = blocks_of(p)
    state = packed("cholesky_", blocks)
    assert list(state) == ["cholesky_A1", "cholesky_G1", "cholesky_A2", "cholesky_G2"]
    for block, again in zip(blocks, unpacked("cholesky_", state, p.theta)):
        assert block.A is again.A and block.G is again.G
    with pytest.raises(ValueError, match="state has no 'A1'"):
        unpacked("", state, p.theta)
    with pytest.raises(ValueError, match=r"state\['cholesky_G1'\] has shape \(2, 2\) but theta needs \(5, 5\)"):
        unpacked("cholesky_", {**state, "cholesky_G1": np.eye(2)}, p.theta)
    with pytest.raises(TypeError, match=r"state\['cholesky_G2'\] is float32 but theta is float64"):
        unpacked("cholesky_", {**state, "cholesky_G2": np.eye(3, dtype=np.float32)}, p.theta)


@pytest.mark.parametrize("shapes", [{"W": (2, 3)}, {"b1": (3,), "W1": (2, 3)},
                                    {"W1": (2, 3), "b1": (3,), "W2": (3, 3)}])
def test_only_an_mlp_s_parameters_have_blocks(shapes):
    with pytest.raises(ValueError, match="must hold W1, b1, W2, b2, ...: the parameters of an MLP"):
        zero_blocks(Parameters.zeros(shapes))
