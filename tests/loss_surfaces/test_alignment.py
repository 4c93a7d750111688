"""Permuted networks are the same function, and are found again; alignment changes no function."""

import numpy as np
import pytest

from ref.loss_surfaces.alignment import align, groups_of, match, permuted, random_permutations
from ref.loss_surfaces.between import line
from ref.loss_surfaces.distances import distance
from ref.losses import softmax_cross_entropy
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.images.nin import nin_tiny
from ref.networks.images.vgg import blocks_and_dense
from ref.networks.mlp import MLP
from ref.objective import Objective

NETWORKS = {
    "mlp": (MLP((5, 9, 7, 3), "relu"), (5,)),
    "deep mlp": (MLP((4, 12, 12, 12, 12, 2), ["tanh", "softplus", "logistic", "relu", "identity"]), (4,)),
    "nin": (nin_tiny(dropout=False), (8, 8, 1)),
    "nin without batch norm": (nin_tiny(dropout=False, batch_norm=False), (8, 8, 1)),
    "vgg": (blocks_and_dense((8, 6, 2), ((5, 6), (7,)), 9, 4, dropout=False), (8, 6, 2)),
}
EACH = pytest.mark.parametrize("network, image", NETWORKS.values(), ids=NETWORKS)


def start(network, seed: int = 0):
    theta = network.init(np.random.default_rng(seed), "he" if hasattr(network, "image") else "glorot")
    for _name, array in theta.items():
        if array.ndim == 1:
            array[:] = np.random.default_rng(seed + 1).standard_normal(array.shape)
    return theta


def outputs(network, theta, image):
    return network.forward(theta, np.random.default_rng(7).standard_normal((6, *image)))[0]


@EACH
def test_a_permuted_network_is_another_point_and_the_same_function(network, image):
    theta = start(network)
    other = permuted(network, theta, random_permutations(network, np.random.default_rng(2)))
    assert distance(theta, other) > 0.5 * distance(theta, theta.like())
    np.testing.assert_allclose(outputs(network, other, image), outputs(network, theta, image), rtol=0, atol=1e-12)


@EACH
def test_every_hidden_unit_can_be_permuted_and_nothing_else(network, image):
    """Of each array, how many of its axes belong to a group: both of the weights between hidden layers."""
    axes = [place.name for group in groups_of(network) for place in group.places]
    weights = [name for name, shape in network.shapes.items() if len(shape) > 1]
    assert [axes.count(name) for name in weights] == [1, *[2] * (len(weights) - 2), 1]


@EACH
def test_a_permuted_copy_is_found_again_to_the_last_bit(network, image):
    theta = start(network)
    other = permuted(network, theta, random_permutations(network, np.random.default_rng(3)))
    assert np.array_equal(align(network, theta, other).vector, theta.vector)


@EACH
def test_alignment_brings_near_and_changes_no_function(network, image):
    a, b = start(network, 0), start(network, 10)
    before, aligned = b.vector.copy(), align(network, a, b)
    assert distance(a, aligned) < distance(a, b)
    np.testing.assert_allclose(outputs(network, aligned, image), outputs(network, b, image), rtol=0, atol=1e-12)
    assert np.array_equal(b.vector, before)
    assert all(np.array_equal(p, np.arange(len(p))) for p in match(network, a, aligned))  # it has come to its end


def test_the_barrier_to_a_permuted_copy_goes():
    network, rng = MLP((5, 16, 3), "relu"), np.random.default_rng(0)
    x = rng.standard_normal((200, 5))
    theta = start(network)
    t = np.eye(3)[np.argmax(network.forward(theta, x)[0], axis=1)]
    objective = Objective(network, softmax_cross_entropy)
    copy = permuted(network, theta, random_permutations(network, rng))

    def height(other) -> float:
        return max(objective.value(line(theta, other, alpha), (x, t)) for alpha in np.linspace(0, 1, 11)) \
            - objective.value(theta, (x, t))

    assert height(copy) > 0.1
    assert height(align(network, theta, copy)) < 1e-12


def test_float32_stays():
    network = MLP((3, 5, 2))
    theta = network.init(np.random.default_rng(0), dtype=np.float32)
    assert align(network, theta, theta).dtype == np.float32


def test_bad_input():
    network = MLP((3, 5, 4, 2))
    theta = network.init(np.random.default_rng(0))
    with pytest.raises(TypeError, match="network is a ElmanRNN but .* known for MLP and ConvolutionalNetwork"):
        groups_of(ElmanRNN(2, 3, 1))
    with pytest.raises(ValueError, match="permutations are 1 but there are 2 groups"):
        permuted(network, theta, [np.arange(5)])
    with pytest.raises(ValueError, match="permutation 1 must have each of 0 to 3 once"):
        permuted(network, theta, [np.arange(5), np.array([0, 1, 1, 3])])
    with pytest.raises(ValueError, match="the corners must be of one network"):
        match(network, theta, MLP((3, 4, 2)).init(np.random.default_rng(0)))
