"""Statistics of a set, gathered in chunks: those of one batch of it."""

import numpy as np
import pytest

from ref.loss_surfaces.batch_norm.gathering import gather, has_batch_norm
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.nin import nin_tiny
from ref.networks.images.stages import BatchNorm, Convolution, Flatten
from ref.networks.images.vgg import vgg_digits
from ref.networks.mlp import MLP
from tests.foundation.kinds import CoupledNetwork
from tests.loss_surfaces.pictures import networks, pictures, small


@pytest.mark.parametrize("chunk", [1, 7, 12, 40, 1000])
def test_chunks_and_one_batch_agree(chunk):
    network, (x, _) = small(), pictures(40)
    theta = networks(1)["A"]
    expected = network.statistics(network.forward(theta, x)[1])
    for got, of_batch in zip(gather(network, theta, x, chunk), expected, strict=True):
        np.testing.assert_allclose(got, of_batch, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("make", [nin_tiny, vgg_digits])
def test_networks_of_the_house(make):
    network, rng = make(), np.random.default_rng(0)
    theta, x = network.init(rng, dtype=np.float32), rng.standard_normal((20, 8, 8, 1)).astype(np.float32)
    expected = network.statistics(network.forward(theta, x)[1])
    for got, of_batch in zip(gather(network, theta, x, 6), expected, strict=True):
        np.testing.assert_allclose(got, of_batch, rtol=2e-4, atol=1e-6)


def test_means_of_batches_variances_would_miss_the_spread_of_their_means():
    """Averaging what each batch says is known from public code: here it is off by more than a tenth."""
    network, (x, _) = small(), pictures(40)
    theta = networks(1)["A"]
    averaged = np.mean([gather(network, theta, x[start : start + 8])[0][1] for start in range(0, 40, 8)], axis=0)
    whole = gather(network, theta, x, 8)[0][1]
    assert (averaged < 0.9 * whole).all()


def test_a_network_that_holds_statistics_already():
    network, (x, _) = small(), pictures(10)
    theta, other = networks(2).values()
    held = network.with_statistics(gather(network, other, x))
    for got, expected in zip(gather(held, theta, x), gather(network, theta, x), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_which_networks_have_it():
    assert has_batch_norm(small()) and not has_batch_norm(small(batch_norm=False)) and not has_batch_norm(MLP((3, 2)))
    with pytest.raises(TypeError, match="network is a CoupledNetwork, which couples the cases"):
        has_batch_norm(CoupledNetwork(3, 4, 2))


@pytest.mark.parametrize("x, chunk, error, message", [
    (np.zeros((4, 6, 5, 1)), 10, ValueError, r"x has shape \(4, 6, 5, 1\)"),
    (np.zeros((0, 6, 5, 2)), 10, ValueError, "x is an empty batch"),
    (np.zeros((4, 6, 5, 2), np.float32), 10, TypeError, "x is float32 but theta is float64"),
    (np.zeros((4, 6, 5, 2)), 0, ValueError, "chunk is 0"),
])
def test_bad_data(x, chunk, error, message):
    with pytest.raises(error, match=message):
        gather(small(), networks(1)["A"], x, chunk)


def test_one_number_has_no_variance():
    network = ConvolutionalNetwork((1, 1, 2), (Convolution("1", 3, 1), BatchNorm("1"), Flatten()))
    theta = network.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="x is one case, of which 1 sees one number"):
        gather(network, theta, np.ones((1, 1, 1, 2)))
    assert len(gather(network, theta, np.ones((2, 1, 1, 2)), chunk=1)) == 1
