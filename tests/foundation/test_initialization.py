"""Initial weights: Martens' fifteen incoming weights, the usual variances, and seeds."""

import numpy as np
import pytest

from ref.networks.initialization import SCHEMES, orthogonal, sparse, weights
from ref.networks.mlp import MLP


@pytest.mark.parametrize("D, H", [(784, 400), (400, 30), (16, 7), (15, 5)])
def test_sparse_units_have_exactly_fifteen_distinct_inputs(D, H):
    W = sparse(np.random.default_rng(0), (D, H))
    np.testing.assert_array_equal(np.count_nonzero(W, axis=0), 15)


def test_sparse_units_with_few_inputs_see_them_all():
    assert np.count_nonzero(sparse(np.random.default_rng(0), (6, 4))) == 24
    assert np.count_nonzero(sparse(np.random.default_rng(0), (6, 4), fan_in=2)) == 8
    with pytest.raises(ValueError, match="fan_in is 0 but must be at least 1"):
        sparse(np.random.default_rng(0), (6, 4), fan_in=0)


def test_sparse_inputs_are_uniform_and_weights_standard_normal():
    W = sparse(np.random.default_rng(0), (50, 20_000), scale=2.0)
    seen = np.count_nonzero(W, axis=1) / 20_000
    np.testing.assert_allclose(seen, 15 / 50, atol=5 * np.sqrt(0.3 * 0.7 / 20_000))
    drawn = W[W != 0]
    assert abs(drawn.mean()) < 5 * 2 / np.sqrt(drawn.size) and drawn.std() == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("scheme, variance", [("glorot", 2 / 500), ("he", 2 / 300), ("lecun", 1 / 300)])
def test_variances(scheme, variance):
    W = weights(scheme, np.random.default_rng(0), (300, 200), scale=3.0)
    assert W.shape == (300, 200)
    assert W.var() == pytest.approx(9 * variance, rel=0.03) and abs(W.mean()) < 5 * W.std() / np.sqrt(W.size)


@pytest.mark.parametrize("D, H", [(6, 6), (9, 4), (4, 9), (1, 3)])
def test_orthogonal(D, H):
    W = orthogonal(np.random.default_rng(0), (D, H), scale=3.0)
    assert W.shape == (D, H)
    np.testing.assert_allclose(W.T @ W if D >= H else W @ W.T, 9 * np.eye(min(D, H)), atol=1e-14)


def test_orthogonal_is_uniform():
    """Rotations and reflections alike, and each entry of mean 0 and variance 1/n: a QR whose signs are left as LAPACK
    chooses them always gives the same determinant, and a first entry of one sign."""
    draws = np.array([orthogonal(np.random.default_rng(seed), (3, 3)) for seed in range(2000)])
    assert np.mean(np.linalg.det(draws) > 0) == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=5 / (3 * 2000) ** 0.5)
    np.testing.assert_allclose(draws.var(axis=0), 1 / 3, rtol=0.1)


def test_the_identity_has_nothing_random_in_it():
    np.testing.assert_array_equal(weights("identity", np.random.default_rng(0), (3, 3), scale=2.0), 2 * np.eye(3))
    np.testing.assert_array_equal(weights("identity", np.random.default_rng(0), (2, 3)), [[1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_seeds_and_dtypes(scheme):
    draws = [weights(scheme, np.random.default_rng(seed), (20, 10), dtype=dtype)
             for seed in (0, 0, 1) for dtype in (np.float32, np.float64)]
    assert [W.dtype for W in draws] == [np.float32, np.float64] * 3
    np.testing.assert_array_equal(draws[1], draws[3])
    assert (np.abs(draws[1] - draws[5]).max() > 0) == (scheme != "identity")
    np.testing.assert_array_equal(draws[0], draws[1].astype(np.float32))


def test_unknown_schemes_and_bad_scales():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="scheme is 'xavier' but must be one of sparse, glorot, he, lecun"):
        weights("xavier", rng, (3, 4))
    with pytest.raises(ValueError, match="scale is 0 but must be above 0"):
        weights("glorot", rng, (3, 4), scale=0)
    with pytest.raises(TypeError, match="dtype is int64"):
        weights("glorot", rng, (3, 4), dtype=int)
    with pytest.raises(ValueError, match="scheme is 'xavier'"):
        MLP((3, 4)).init(rng, "xavier")


def test_sparse_networks_of_tanh_units():
    """Weights halved for each tanh layer that they touch, and a tanh layer's biases 0.5."""
    sizes = (600, 500, 400, 300)
    plain = MLP(sizes, "logistic").init(np.random.default_rng(0))
    tanh = MLP(sizes, "tanh").init(np.random.default_rng(0))
    for l, factor in ((1, 0.5), (2, 0.25), (3, 0.5)):
        np.testing.assert_allclose(tanh[f"W{l}"], factor * plain[f"W{l}"], rtol=1e-15)
        np.testing.assert_array_equal(np.count_nonzero(tanh[f"W{l}"], axis=0), 15)
        np.testing.assert_array_equal(plain[f"b{l}"], 0)
        np.testing.assert_array_equal(tanh[f"b{l}"], 0.5 if l < 3 else 0)
