"""Targets drawn from the model: their dtype, their distribution, and that their gradients' second moment is the
curvature.
"""

import numpy as np
import pytest

from ref.checks import dense
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error

DRAWS = 40_000
PAIRS = [
    (squared_error, [0.3, -1.2, 2.0], [0.0, 0.0, 0.0]),
    (logistic_cross_entropy, [0.3, -1.2, 2.0], [1.0, 0.2, 0.0]),
    (softmax_cross_entropy, [0.3, -1.2, 1.0], [0.2, 0.5, 0.3]),
    (softmax_cross_entropy, [0.3, -1.2, 1.0], [1.0, 0.5, 0.3]),  # a case that weighs 1.8
]
IDS = ["squared_error", "logistic", "softmax", "softmax, weighted"]


def drawn(loss, z, t, dtype=np.float64):
    z, t = np.tile(np.array(z, dtype), (DRAWS, 1)), np.tile(np.array(t, dtype), (DRAWS, 1))
    return z, t, loss.sample_targets(z, t, np.random.default_rng(0))


@pytest.mark.parametrize("loss, z, t", PAIRS, ids=IDS)
def test_the_second_moment_of_the_gradients_is_the_curvature(loss, z, t):
    z, t, targets = drawn(loss, z, t)
    g = DRAWS * loss.gradient(z, targets)
    products = np.einsum("ni,nj->nij", g, g)
    G = dense(lambda v: loss.gauss_newton_product(z[:1], t[:1], v[None])[0], z.shape[1])
    error = products.std(axis=0) / DRAWS**0.5
    assert (np.abs(products.mean(axis=0) - G) <= 5 * error + 1e-12).all()
    assert (error < 0.02).all()
    mean_error = g.std(axis=0) / DRAWS**0.5
    assert (np.abs(g.mean(axis=0)) <= 5 * mean_error).all(), ("at targets from the model, the gradient is zero in the "
                                                              "mean")


def test_the_targets_are_what_the_distribution_gives():
    z, t, bits = drawn(logistic_cross_entropy, [0.3, -1.2, 2.0], [0.0, 0.0, 0.0])
    assert set(np.unique(bits)) == {0.0, 1.0}
    np.testing.assert_allclose(bits.mean(axis=0), logistic_cross_entropy.prediction(z[0]), atol=0.012)
    z, t, classes = drawn(softmax_cross_entropy, [0.3, -1.2, 1.0], [0.2, 0.5, 0.3])
    np.testing.assert_allclose(classes.sum(axis=1), 1)
    assert set(np.unique(classes)) == {0.0, 1.0}
    np.testing.assert_allclose(classes.mean(axis=0), softmax_cross_entropy.prediction(z[:1])[0], atol=0.012)
    z, t, noisy = drawn(squared_error, [0.3, -1.2, 2.0], [0.0, 0.0, 0.0])
    np.testing.assert_allclose(np.cov((noisy - z).T), np.eye(3), atol=0.04)


def test_a_case_without_weight_draws_a_target_without_weight():
    z, t = np.zeros((2, 3)), np.array([[0.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    targets = softmax_cross_entropy.sample_targets(z, t, np.random.default_rng(0))
    np.testing.assert_array_equal(targets.sum(axis=1), [0, 2])  # the root of the weight: its square is the gradients'


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss, z, t", PAIRS, ids=IDS)
def test_dtype_seed_and_certainty(loss, z, t, dtype):
    z, t = np.array([z], dtype), np.array([t], dtype)
    first, again = (loss.sample_targets(z, t, np.random.default_rng(3)) for _ in range(2))
    assert first.dtype == dtype and first.shape == z.shape
    np.testing.assert_array_equal(first, again)
    assert loss.mean_curvature(z, t).dtype == dtype
    if loss is not squared_error:
        sure = np.array([[1e4, -1e4, -1e4]], dtype)
        one = loss.sample_targets(sure, np.array([[1, 0, 0]], dtype), np.random.default_rng(3))
        np.testing.assert_array_equal(one, [[1, 0, 0]])
        np.testing.assert_array_equal(loss.mean_curvature(sure, one), np.zeros((3, 3)))


def test_the_pair_that_does_not_match_has_no_distribution():
    assert not hasattr(logistic_squared_error, "sample_targets")
