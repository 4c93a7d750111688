"""The released code's step: as orthogonal as the paper's, and it does not descend."""

import numpy as np
import pytest

from ref.orthogonality import cayley_step, component, defect, left_skew, right_skew, wrong_side_step
from tests.orthogonality.points import gradient, point, rotation


def test_it_is_its_formula_and_keeps_m_orthogonal():
    M, G, I = point(6, 6), gradient(6, 6), np.eye(6)
    A = G.T @ M - M.T @ G
    got = wrong_side_step(M, G, 0.3)
    np.testing.assert_allclose(got, np.linalg.solve(I + 0.15 * A, (I - 0.15 * A) @ M), atol=1e-14)
    assert defect(got) < 1e-13 and component(got) == component(M)


def test_its_matrix_is_b_which_belongs_on_the_right():
    M, G, I = point(6, 6), gradient(6, 6), np.eye(6)
    np.testing.assert_allclose(M @ np.linalg.solve(I - 0.15 * (G.T @ M - M.T @ G), I + 0.15 * (G.T @ M - M.T @ G)),
                               cayley_step(M, G, 0.3), atol=1e-14)


def test_its_slope_has_no_sign():
    """Σ G (-A M) / ||A||², which is -½ for the paper's step at every one of the thousand points."""
    wrong, right = [], []
    for seed in range(1000):
        M, G = point(16, 16, seed), gradient(16, 16, seed)
        A, B = left_skew(M, G), right_skew(M, G)
        right.append(-np.sum(G * (A @ M)) / np.sum(A * A))
        wrong.append(-np.sum(G * (-B @ M)) / np.sum(B * B))
    np.testing.assert_allclose(right, -0.5, rtol=1e-12)
    assert 0.45 < np.mean(np.array(wrong) < 0) < 0.55
    assert abs(np.mean(wrong)) < 3 * np.std(wrong) / np.sqrt(1000)


def test_it_never_comes_near_a_target_that_the_paper_s_step_reaches():
    target, start = rotation(32), rotation(32, 1)
    ends = {}
    for step in (cayley_step, wrong_side_step):
        M, losses = start, []
        for _ in range(1000):
            losses.append(np.sum((M - target) ** 2))
            M = step(M, 2 * (M - target), 0.05)
        ends[step] = losses
        assert defect(M) < 1e-12
    first = ends[cayley_step][0]
    assert first > 50
    assert ends[cayley_step][-1] < 1e-25 and (np.diff(ends[cayley_step][:100]) < 0).all()
    assert min(ends[wrong_side_step]) > 0.7 * first


def test_bad_arguments_are_named():
    M, G = point(6, 6), gradient(6, 6)
    for bad, error, match in (((M[:, :4], G[:, :4], 0.1), ValueError, r"M has shape \(6, 4\) but must be square"),
                              ((M, G[:, :4], 0.1), ValueError, r"G has shape \(6, 4\) but M has shape \(6, 6\)"),
                              ((M, G, -0.1), ValueError, "learning_rate is -0.1 but must be above 0")):
        with pytest.raises(error, match=match):
            wrong_side_step(*bad)
    assert wrong_side_step(M.astype(np.float32), G.astype(np.float32), 0.1).dtype == np.float32
