"""Factored Tikhonov damping, and the neighbours that the search for gamma tries."""

import numpy as np
import pytest

from ref.hessian_free import Block, kflr_blocks, trace_norm
from ref.hessian_free.kfac.factored_damping import damped, neighbours
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


def test_a_layer_without_curvature():
    """All its units dead: no pi would be right, and none is infinite."""
    block = Block(np.eye(3), np.zeros((2, 2)))
    assert trace_norm(block) == 1
    A, G = damped(block, 0.25)
    np.testing.assert_allclose(A, 1.25 * np.eye(3))
    np.testing.assert_allclose(G, 0.25 * np.eye(2))


def test_neighbours():
    assert neighbours(0.5, 0.8, 0.01) == pytest.approx([0.5, 0.4, 0.625])
    assert neighbours(0.11, 0.8, 0.01) == pytest.approx([0.11, 0.1, 0.1375])
    assert neighbours(0.9, 0.8, 0.01) == pytest.approx([0.9, 0.72, 1.0])
    assert neighbours(0.1, 0.8, 0.01) == pytest.approx([0.1, 0.125]), "the lower bound is √decay, and stands once"


def test_gamma_itself_is_tried_wherever_it_is():
    """Only its neighbours have limits: one above 1 may stay, fall a little, or fall to 1."""
    assert neighbours(12.0, 0.8, 0.01) == pytest.approx([12.0, 9.6, 1.0])
    assert neighbours(0.05, 0.8, 0.01) == pytest.approx([0.05, 0.1, 0.0625])
    assert neighbours(2.0, 0.8, 9.0) == pytest.approx([2.0, 3.0, 1.0])


def test_bad_gammas():
    with pytest.raises(ValueError, match="gamma is -0.1 but must be at least 0"):
        damped(Block(np.eye(2), np.eye(2)), -0.1)
    with pytest.raises(ValueError, match="gamma is 0.0 but must be above 0"):
        neighbours(0.0, 0.8, 0.1)
