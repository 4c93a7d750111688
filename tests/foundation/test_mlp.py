"""The multilayer perceptron: what it computes, and what it refuses."""

import numpy as np
import pytest

from ref.networks.mlp import ACTIVATIONS, MLP
from ref.parameters import Parameters


def test_forward_is_layer_after_layer():
    network = MLP((2, 3, 2), ("tanh", "identity"))
    rng = np.random.default_rng(0)
    theta = Parameters.from_vector(rng.standard_normal(17), network.shapes)
    x = rng.standard_normal((5, 2))
    expected = np.tanh(x @ theta["W1"] + theta["b1"]) @ theta["W2"] + theta["b2"]
    np.testing.assert_allclose(network.forward(theta, x)[0], expected, rtol=1e-14)


def test_names_shapes_and_one_name_for_all_hidden_layers():
    network = MLP([4, 3, 5, 2], "logistic")
    assert network.shapes == {"W1": (4, 3), "b1": (3,), "W2": (3, 5), "b2": (5,), "W3": (5, 2), "b3": (2,)}
    assert network.activations == ("logistic", "logistic", "identity")
    assert MLP((4, 2), "tanh").activations == ("identity",)


def test_cases_are_independent():
    network = MLP((3, 4, 2), "softplus")
    theta = network.init(np.random.default_rng(0), "glorot")
    x = np.random.default_rng(1).standard_normal((6, 3))
    z = network.forward(theta, x)[0]
    np.testing.assert_allclose(z, np.concatenate([network.forward(theta, x[n : n + 1])[0] for n in range(6)]),
                               rtol=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scheme", ["sparse", "glorot", "he", "lecun"])
def test_float32_stays_float32(activation, scheme):
    network = MLP((5, 4, 3), activation)
    rng = np.random.default_rng(0)
    theta = network.init(rng, scheme, dtype=np.float32)
    x, dz, Rdz = (rng.standard_normal((6, n)).astype(np.float32) for n in (5, 3, 3))
    v = theta.like(rng.standard_normal(theta.size).astype(np.float32))
    z, cache = network.forward(theta, x)
    Rz, r_cache = network.r_forward(v, cache)
    grad, squares = network.backward_squares(dz, cache)
    results = (theta, z, Rz, network.backward(dz, cache), grad, squares, network.r_backward(Rdz, dz, cache, r_cache))
    for result in results:
        assert result.dtype == np.float32
    for layer in (*cache.affine, *cache.activation):
        for array in layer if isinstance(layer, tuple) else () if layer is None else (layer,):
            assert array.dtype == np.float32


@pytest.mark.parametrize("sizes, activations, message", [
    ((5,), "tanh", "sizes is .* but must name at least the inputs and the outputs"),
    ((5, 0, 2), "tanh", "sizes is 0 but must be at least 1"),
    ((5, 3, 2), "sigmoid", "activations has 'sigmoid' but must be among identity, logistic, tanh"),
    ((5, 3, 2), ("tanh",), "activations has 1 entries but the network has 2 layers"),
    ((5, 3, 2), ("tanh", "softmax"), "activations has 'softmax' but must be among"),
])
def test_networks_that_cannot_be(sizes, activations, message):
    with pytest.raises(ValueError, match=message):
        MLP(sizes, activations)


def test_sizes_must_be_whole_numbers():
    with pytest.raises(TypeError, match="sizes is 3.0 but must be a whole number"):
        MLP((5, 3.0, 2))


def test_inputs_that_do_not_fit():
    network = MLP((5, 4, 3), "tanh")
    theta = network.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"x has shape \(6, 4\) but must be \(N, 5\)"):
        network.forward(theta, np.zeros((6, 4)))
    with pytest.raises(ValueError, match=r"x has shape \(5,\) but must be \(N, 5\)"):
        network.forward(theta, np.zeros(5))
    with pytest.raises(ValueError, match="x is an empty batch"):
        network.forward(theta, np.zeros((0, 5)))
    with pytest.raises(TypeError, match="x is float32 but theta is float64"):
        network.forward(theta, np.zeros((6, 5), np.float32))
    with pytest.raises(TypeError, match="x is int64 but must be float32 or float64"):
        network.forward(theta, np.zeros((6, 5), int))
    with pytest.raises(TypeError, match="x is complex128"):
        network.forward(theta, np.zeros((6, 5), complex))
    other = MLP((5, 3, 3), "tanh").init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="theta is Parameters.* but the network needs Parameters of"):
        network.forward(other, np.zeros((6, 5)))
    with pytest.raises(TypeError, match="theta is of type ndarray but the network needs Parameters of"):
        network.forward(theta.vector, np.zeros((6, 5)))
    _, cache = network.forward(theta, np.zeros((6, 5)))
    with pytest.raises(ValueError, match="v is Parameters.* but the network needs Parameters of"):
        network.r_forward(other, cache)
