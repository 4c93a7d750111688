"""Where a transition starts."""

import numpy as np
import pytest

from ref.orthogonality import cayley_step, component, defect, factors, polar_factor, spectral, transition
from tests.orthogonality.points import gradient

SCHEMES = ("orthogonal", "identity", "glorot")


def rng(seed: int = 0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("margin", [None, 0.0, 0.1])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_factors_compose_to_the_transition(scheme, margin, dtype):
    if scheme == "glorot" and margin is not None:
        return
    W = transition(scheme, rng(), 8, dtype=dtype)
    U, p, V = factors(scheme, rng(), 8, margin, dtype=dtype)
    assert W.dtype == U.dtype == p.dtype == V.dtype == dtype
    assert max(defect(U), defect(V)) < 20 * np.finfo(dtype).eps
    np.testing.assert_allclose(spectral.forward(U, p, V, margin)[0], W, atol=20 * np.finfo(dtype).eps)
    if scheme != "glorot":
        np.testing.assert_array_equal(p, 1 if margin is None else 0)


def test_the_identity():
    np.testing.assert_array_equal(transition("identity", rng(), 4), np.eye(4))


def test_each_start_is_made_of_one_sample_of_normal_numbers():
    sample = rng().standard_normal((6, 6))
    np.testing.assert_allclose(transition("glorot", rng(), 6), sample / np.sqrt(6), atol=1e-14)
    np.testing.assert_allclose(transition("orthogonal", rng(), 6), polar_factor(sample), atol=1e-14)


def test_orthogonal_starts_are_uniform():
    """The mean of W is 0, that of W² is 1/n, and each component has half of them."""
    sample = np.array([transition("orthogonal", rng(seed), 4) for seed in range(2000)])
    assert max(map(defect, sample)) < 1e-13
    np.testing.assert_allclose(sample.mean(axis=0), 0, atol=4 * 0.5 / np.sqrt(2000))
    np.testing.assert_allclose((sample**2).mean(axis=0), 1 / 4, atol=0.03)
    assert 0.45 < np.mean([component(W) == 1 for W in sample]) < 0.55


def test_a_glorot_start_is_wide():
    sample = np.array([transition("glorot", rng(seed), 64) for seed in range(20)])
    assert sample.std() == pytest.approx(np.sqrt(2 / (64 + 64)), rel=0.01)
    U, s, V = factors("glorot", rng(0), 64)
    np.testing.assert_allclose(np.linalg.svd(sample[0], compute_uv=False), s, rtol=1e-12)
    assert s.min() < 0.1 and 1.7 < s.max() < 2.2


@pytest.mark.parametrize("determinant", [1, -1])
def test_the_component_is_chosen_at_the_start_and_never_left(determinant):
    for seed in range(6):
        W = transition("orthogonal", rng(seed), 5, determinant)
        assert component(W) == determinant and defect(W) < 1e-13
        U, _, V = factors("orthogonal", rng(seed), 5, determinant=determinant)
        assert component(U) * component(V) == determinant
        for k in range(20):
            W = cayley_step(W, gradient(5, 5, k), 1.0)
        assert component(W) == determinant


def test_the_other_component_is_out_of_reach():
    """From a reflection to the nearest rotation is the distance of one singular value with its sign changed."""
    target, M = transition("orthogonal", rng(0), 5, -1), transition("orthogonal", rng(1), 5, 1)
    for _ in range(3000):
        M = cayley_step(M, 2 * (M - target), 0.1)
    assert np.sum((M - target) ** 2) == pytest.approx(4, rel=1e-6)


def test_bad_arguments_are_named():
    for arguments, error, match in (
        (("henaff", rng(), 4), ValueError, "scheme is 'henaff' but must be one of orthogonal, identity, glorot"),
        (("orthogonal", rng(), 0), ValueError, "n is 0 but must be at least 1"),
        (("orthogonal", rng(), 2.5), TypeError, "n is 2.5 but must be a whole number"),
        (("orthogonal", rng(), 4, 0), ValueError, "determinant is 0 but scheme 'orthogonal' can have None, 1, -1"),
        (("identity", rng(), 4, -1), ValueError, "determinant is -1 but scheme 'identity' can have None, 1"),
        (("glorot", rng(), 4, 1), ValueError, "determinant is 1 but scheme 'glorot' can have None"),
    ):
        with pytest.raises(error, match=match):
            transition(*arguments)
    with pytest.raises(TypeError, match="dtype is int64 but must be float32 or float64"):
        transition("identity", rng(), 4, dtype=int)
    for margin, match in ((0.1, "margin is 0.1 but scheme 'glorot' needs margin=None"),
                          (2, "margin is 2 but must be at most 1")):
        with pytest.raises(ValueError, match=match):
            factors("glorot", rng(), 4, margin)
    for M, match in ((np.ones((3, 2)), r"M has shape \(3, 2\) but must be square"),
                     (np.full((2, 2), np.inf), "M must be finite")):
        with pytest.raises(ValueError, match=match):
            component(M)
