"""autograd (HIPS) as an independent oracle: every layer, every loss, and the network's three products.

The forward passes are written a second time, as a textbook has them, so that values are compared as well as
derivatives.
"""

import importlib
import pkgutil

import autograd.numpy as np
import numpy
import pytest
from autograd import grad, make_ggnvp, make_hvp, make_vjp

import ref.layers
import ref.losses
from ref.checks.passes import as_tuple
from ref.curvature import gauss_newton_product, hessian_product
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.mlp import MLP
from tests.derivatives.cases.case import away_from_kinks, dense_start, normal, pairs_apart, probabilities, unit_interval


def sigma(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def elman(x, U, W, b, h0):
    h, hs = h0, []
    for x_t in x:
        h = np.tanh(np.dot(x_t, U) + np.dot(h, W) + b)
        hs.append(h)
    return np.stack(hs)


def lstm(x, U, W, b, h0, c0, p):
    h, c, hs = h0, c0, []
    for x_t in x:
        s = np.dot(x_t, U) + np.dot(h, W) + b
        H = s.shape[1] // 4
        c = sigma(s[:, H : 2 * H] + p[1] * c) * c + sigma(s[:, :H] + p[0] * c) * np.tanh(s[:, 2 * H : 3 * H])
        h = sigma(s[:, 3 * H :] + p[2] * c) * np.tanh(c)
        hs.append(h)
    return np.stack(hs)


def leaky_relu(x, a):
    return np.where(x > 0, x, a * x)


def oplu(x):
    pairs = np.reshape(x, (-1, 2))
    return np.reshape(np.stack([np.max(pairs, axis=1), np.min(pairs, axis=1)], axis=1), x.shape)


def batch_norm(x, gamma, beta):
    centred = x - np.mean(x, axis=0)
    return gamma * centred / np.sqrt(np.mean(centred**2, axis=0) + 1e-5) + beta


LAYERS = {
    "affine": (lambda x, W, b: np.dot(x, W) + b, (normal(3, 4), normal(4, 5, seed=1), normal(5, seed=2))),
    "identity": (lambda x: 1 * x, (normal(3, 4),)),
    "logistic": (sigma, (normal(3, 4),)),
    "tanh": (np.tanh, (normal(3, 4),)),
    "relu": (lambda x: np.where(x > 0, x, 0), (away_from_kinks(normal(3, 4)),)),
    "softplus": (lambda x: np.log(1 + np.exp(x)), (normal(3, 4),)),
    "oneplus": (lambda x: 1 + np.log(1 + np.exp(x)), (normal(3, 4),)),
    "softmax": (softmax, (normal(3, 4),)),
    "batch_norm": (batch_norm, (normal(6, 4), normal(4, seed=1), normal(4, seed=2))),
    "elman": (elman, (normal(5, 2, 3), normal(3, 4, seed=1), normal(4, 4, seed=2), normal(4, seed=3),
                      normal(4, seed=4))),
    "lstm": (lstm, (normal(5, 4, 3), normal(3, 8, seed=1), normal(2, 8, seed=2), normal(8, seed=3), normal(2, seed=4),
                    normal(2, seed=5), normal(3, 2, seed=6))),
    "leaky_relu": (leaky_relu, (away_from_kinks(normal(3, 4)), normal(4, seed=1))),
    "oplu": (oplu, (pairs_apart(normal(3, 4)),)),
    "readout": (lambda h, V, c: np.dot(h, V) + c, (normal(5, 2, 3), normal(3, 4, seed=1), normal(4, seed=2))),
}


def half_squares(z, t):
    return np.sum((z - t) ** 2) / (2 * len(t))


LOSSES = {
    "squared_error": (half_squares, normal(3, 4, seed=1)),
    "logistic_cross_entropy": (
        lambda z, t: -np.sum(t * np.log(sigma(z)) + (1 - t) * np.log(1 - sigma(z))) / len(t), unit_interval(3, 4)),
    "softmax_cross_entropy": (lambda z, t: -np.sum(t * np.log(softmax(z))) / len(t), probabilities(3, 4, seed=1)),
    "logistic_squared_error": (lambda z, t: half_squares(sigma(z), t), unit_interval(3, 4)),
}


def assert_close(got, expected):
    assert got.shape == expected.shape
    assert numpy.linalg.norm(got - expected) <= 1e-12 * numpy.linalg.norm(expected)


@pytest.mark.parametrize("package, oracle", [(ref.layers, LAYERS), (ref.losses, LOSSES)], ids=["layers", "losses"])
def test_every_module_has_an_oracle(package, oracle):
    # a check of shapes, other losses at some of the steps, a product with a mask, and a package that has loops for one
    no_functions_of_their_own = {"targets", "masked", "dropout", "images"}
    assert {module.name for module in pkgutil.iter_modules(package.__path__)} - no_functions_of_their_own == set(oracle)


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    op, (f, arguments) = importlib.import_module(f"ref.layers.{name}"), LAYERS[name]
    rng = numpy.random.default_rng(3)
    y, cache = op.forward(*arguments)
    dy, Rdy = rng.standard_normal((2, *y.shape))
    directions = tuple(rng.standard_normal(x.shape) for x in arguments)
    sizes = numpy.cumsum([x.size for x in arguments])[:-1]

    def flat(arrays):
        return np.concatenate([np.ravel(array) for array in arrays if array is not None])

    def shaped(vector):
        return [np.reshape(part, x.shape) for part, x in zip(np.split(vector, sizes), arguments)]

    def forward(vector):
        return f(*shaped(vector))

    def at(vector, cotangent):
        return np.sum(forward(vector) * cotangent)

    point, direction = flat(arguments), flat(directions)
    assert_close(y, forward(point))
    vjp, _ = make_vjp(forward)(point)
    assert_close(flat(as_tuple(op.backward(dy, cache))), vjp(dy))
    absent = (None,) * (name == "elman")  # tanh has no slopes of its own
    Ry, r_cache = op.r_forward(*directions, *absent, cache)
    assert_close(numpy.sum(Ry * Rdy), numpy.dot(vjp(Rdy), direction))
    expected = vjp(Rdy)
    # autograd leaves none where there is none to take
    if name not in ("affine", "identity", "oplu", "readout", "relu"):
        expected = expected + make_hvp(at)(point, dy)[0](direction)
    if name in ("affine", "readout"):
        expected = expected + grad(lambda v: np.dot(grad(at)(v, dy), direction))(point)
    assert_close(flat(as_tuple(op.r_backward(Rdy, dy, cache, r_cache))), expected)


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    loss, (f, t) = importlib.import_module(f"ref.losses.{name}"), LOSSES[name]
    z, Rz = normal(2, *t.shape, seed=5)
    assert_close(numpy.float64(loss.value(z, t)), f(z, t))
    assert_close(loss.gradient(z, t), grad(f)(z, t))
    assert_close(loss.hessian_product(z, t, Rz), make_hvp(f)(z, t)[0](Rz))


NETWORKS = [
    (MLP((4, 5, 3, 2), "tanh"), squared_error, normal(6, 2, seed=1), None),
    (MLP((4, 5, 2, 3), ("logistic", "identity", "identity")), logistic_cross_entropy, unit_interval(6, 3), None),
    (MLP((4, 3, 5), ("softplus", "tanh")), softmax_cross_entropy, probabilities(6, 5), None),
    (MLP((4, 5, 3), "logistic"), logistic_squared_error, unit_interval(6, 3), sigma),
]
PHI = {"identity": lambda s: s, "tanh": np.tanh, "logistic": sigma, "softplus": lambda s: np.log(1 + np.exp(s))}


@pytest.mark.parametrize("network, loss, t, split", NETWORKS, ids=lambda value: getattr(value, "__name__", ""))
def test_network(network, loss, t, split):
    theta, x = dense_start(network), normal(6, 4, seed=4)
    v = normal(theta.size, seed=7)
    f, _ = LOSSES[loss.__name__.rpartition(".")[2]]

    def outputs(vector):
        y, start = x, 0
        for D, H, name in zip(network.sizes, network.sizes[1:], network.activations):
            W = np.reshape(vector[start : start + D * H], (D, H))
            b = vector[start + D * H : start + D * H + H]
            y, start = PHI[name](np.dot(y, W) + b), start + D * H + H
        return y

    def objective(vector):
        return f(outputs(vector), t)

    z, cache = network.forward(theta, x)
    assert_close(z, outputs(theta.vector))
    assert_close(network.backward(loss.gradient(z, t), cache).vector, grad(objective)(theta.vector))
    assert_close(hessian_product(network, loss, cache, z, (t,), theta.like(v)).vector,
                 make_hvp(objective)(theta.vector)[0](v))
    to_split, from_split = (outputs, f) if split is None else (lambda vector: split(outputs(vector)), half_squares)
    expected = make_ggnvp(to_split, lambda z: from_split(z, t))(theta.vector)(v)
    assert_close(gauss_newton_product(network, loss, cache, z, (t,), theta.like(v)).vector, expected)
