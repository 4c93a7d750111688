"""NIN and VGG: sizes as published, batch norm and dropout at their boundaries, what a batch does to its cases."""

from math import prod

import numpy as np
import pytest

from ref.losses import softmax_cross_entropy
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.nin import nin, nin_digits, nin_tiny
from ref.networks.images.stages import Convolution, GlobalAverage, MaxPool
from ref.networks.images.vgg import vgg, vgg_digits
from ref.objective import Objective
from ref.optimizers import Adam
from ref.tasks.images.digits import digits
from ref.training import same_batch, train

SIZES = {nin: (966_986, 2_836), vgg: (14_982_474, 9_472), nin_digits: (27_602, 484), nin_tiny: (5_198, 252),
         vgg_digits: (28_674, 352)}


def count(network: ConvolutionalNetwork) -> int:
    return sum(prod(shape) for shape in network.shapes.values())


@pytest.mark.parametrize("make", SIZES, ids=lambda make: make.__name__)
def test_parameters_are_as_many_as_published(make):
    without, of_batch_norm = SIZES[make]
    assert count(make(batch_norm=False)) == without
    assert count(make()) == without + of_batch_norm
    assert count(make(dropout=False)) == without + of_batch_norm


@pytest.mark.parametrize("make", [nin_digits, nin_tiny, vgg_digits])
def test_ten_classes_of_each_picture(make):
    network, rng = make(), np.random.default_rng(0)
    theta = network.init(rng, dtype=np.float32)
    z, _ = network.forward(theta, rng.standard_normal((3, 8, 8, 1)).astype(np.float32), *network.masks(0, 0, 3))
    assert z.shape == (3, 10) and z.dtype == np.float32


def test_the_maps_of_nin_are_halved_twice():
    shape, places = (32, 32, 3), []
    for stage in nin().stages:
        shape = stage.made_of(shape)
        places.append(shape[0])
    assert list(dict.fromkeys(places)) == [32, 16, 8, 10]  # and then ten classes


def test_masks_are_those_of_the_seed_and_step():
    network = nin_tiny()
    first, again, other = (network.masks(*of, 50) for of in ((1, 2), (1, 2), (1, 3)))
    assert all((a == b).all() for a, b in zip(first, again)) and any((a != b).any() for a, b in zip(first, other))
    assert [mask.shape for mask in first] == [(50, *shape) for shape in network.dropped]
    assert all(abs(mask.mean() - 0.5) < 0.05 for mask in first)


def test_statistics_of_a_batch_given_back_give_the_same_outputs():
    network, rng = nin_tiny(dropout=False), np.random.default_rng(0)
    theta, x = network.init(rng), rng.standard_normal((5, 8, 8, 1))
    z, cache = network.forward(theta, x)
    held = network.with_statistics(network.statistics(cache))
    np.testing.assert_allclose(held.forward(theta, x)[0], z, rtol=1e-12)
    np.testing.assert_allclose(held.forward(theta, x[:1])[0], z[:1], rtol=1e-12)


def test_with_the_batchs_own_statistics_a_filters_scale_does_not_matter_with_given_ones_it_does():
    network, rng = nin_tiny(dropout=False), np.random.default_rng(0)
    theta, x = network.init(rng), rng.standard_normal((5, 8, 8, 1))
    z, cache = network.forward(theta, x)
    scaled = theta.copy()
    scaled["12K"], scaled["12b"] = 3 * theta["12K"], 3 * theta["12b"]
    held = network.with_statistics(network.statistics(cache))
    assert np.abs(network.forward(scaled, x)[0] - z).max() < 0.02 * np.abs(z).max()  # epsilon is not scaled
    assert np.abs(held.forward(scaled, x)[0] - z).max() > 0.1 * np.abs(z).max()


def test_no_objective_splits_a_batch_of_cases_that_see_each_other():
    network, rng = nin_tiny(dropout=False), np.random.default_rng(0)
    theta, x, t = network.init(rng), rng.standard_normal((6, 8, 8, 1)), np.eye(10)[:6]
    objective = Objective(network, softmax_cross_entropy, chunk=4)
    for ask in (objective.value, objective.gradient):
        with pytest.raises(ValueError, match="batch has 6 cases but chunk is 4"):
            ask(theta, (x, t))
    held = network.with_statistics(network.statistics(network.forward(theta, x)[1]))
    whole = Objective(network, softmax_cross_entropy, chunk=6).value(theta, (x, t))
    assert Objective(held, softmax_cross_entropy, chunk=4).value(theta, (x, t)) == pytest.approx(whole, rel=1e-12)


def test_digits_are_learnt():
    x, labels = digits(dtype=np.float32)
    x, t = x[:400].reshape(-1, 8, 8, 1), np.eye(10, dtype=np.float32)[labels[:400]]
    network = nin_tiny(dropout=False)
    theta = network.init(np.random.default_rng(0), dtype=np.float32)
    objective = Objective(network, softmax_cross_entropy)
    result = train(Adam(0.01), objective, theta, same_batch((x, t)), n_steps=25)
    wrong = np.mean(network.forward(result.theta, x)[0].argmax(axis=1) != labels[:400])
    assert wrong < 0.4, f"{wrong:.0%} of the pictures are still wrong, nine in ten by chance"


def made(x=None, masks=(), dtype=np.float64, network=None, cases: int = 3):
    network = network or nin_tiny()
    x = np.zeros((cases, 8, 8, 1)) if x is None else x
    return network.forward(network.init(np.random.default_rng(0), dtype=dtype), x, *masks)


@pytest.mark.parametrize("ask, error, message", [
    (lambda: made(np.zeros((3, 8, 9, 1))), ValueError, r"x has shape \(3, 8, 9, 1\) but must be \(N, 8, 8, 1\)"),
    (lambda: made(np.zeros((3, 64))), ValueError, "one picture a case, channels last"),
    (lambda: made(np.zeros((0, 8, 8, 1))), ValueError, "x is an empty batch"),
    (lambda: made(dtype=np.float32), TypeError, "x is float64 but theta is float32"),
    (lambda: made(masks=[np.ones((3, 4, 4, 8), bool)]), ValueError, "masks are 1 but there are 2 stages of dropout"),
    (lambda: made(masks=nin_tiny().masks(0, 0, 2)), ValueError, r"mask 0 is bool \(2, .* but must be bool \(3,"),
    (lambda: made(network=vgg_digits(), cases=1), ValueError, "a batch of one case, and dense would normalise one"),
    (lambda: nin_tiny((4, 4, 1), classes=0), ValueError, "image is .* but too small"),
    (lambda: ConvolutionalNetwork((2, 2, 1), (Convolution("1", 3, 5), GlobalAverage())), ValueError,
     r"image is \(2, 2, 1\) but too small: Convolution makes"),
    (lambda: ConvolutionalNetwork((2, 2, 1), (MaxPool(2, 2),)), ValueError, "must leave one row a case"),
    (lambda: nin_tiny().with_statistics([]), ValueError, "statistics has 0 entries but there are 9 batch norms"),
    (lambda: nin_tiny().init(np.random.default_rng(0), "glorot"), ValueError, "initialization is 'glorot'"),
])
def test_bad_input(ask, error, message):
    with pytest.raises(error, match=message):
        ask()
