"""Shapes and textures: the same bytes anywhere, ten balanced classes, as hard as is said."""

import zlib

import numpy as np
import pytest

from ref import MLP, Adam, Annealed, Objective, falling, losses, minibatches, same_batch, train
from ref.networks.images.nin import network_in_network
from ref.tasks.images.standardization import standardized
from ref.tasks.images.textures import CHUNK, CLASSES, pictures, train_test


@pytest.mark.parametrize("seed, side, checksum", [(0, 32, 3215396966), (7, 32, 2483859675), (0, 16, 3474678171)])
def test_bytes_are_those_of_every_machine(seed, side, checksum):
    images, labels = pictures(60, seed, side)
    assert images.dtype == np.uint8
    assert zlib.crc32(images.tobytes() + labels.astype(np.uint8).tobytes()) == checksum


def test_the_first_pictures_do_not_depend_on_how_many_follow():
    many, of_many = pictures(CHUNK + 13, seed=2, side=16)
    for n in (3, 20, CHUNK + 1):
        few, of_few = pictures(n, seed=2, side=16)
        np.testing.assert_array_equal(few, many[:n])
        np.testing.assert_array_equal(of_few, of_many[:n])


def test_classes_are_balanced_and_in_no_order():
    _, labels = pictures(300, side=16)
    assert (np.bincount(labels) == 30).all() and len(np.bincount(labels)) == len(CLASSES) == 10
    assert len({tuple(labels[start : start + 10]) for start in range(0, 300, 10)}) == 30


def test_no_picture_is_there_twice_nor_in_another_set_or_seed():
    sets = [pictures(200, seed, 16, purpose)[0] for seed in (0, 1) for purpose in ("fresh cases", "held out")]
    assert len({picture.tobytes() for images in sets for picture in images}) == 800


def test_a_class_differs_from_picture_to_picture_in_all_that_is_random():
    """Of one class: the mean picture shows nothing but a little colour, the pictures show much."""
    images, labels = pictures(500, side=16)
    crosses = images[labels == 4].astype(float)
    within = crosses.std(axis=(1, 2)).mean()
    of_mean = crosses.mean(axis=0).std(axis=(0, 1)).mean()
    assert of_mean < 0.5 * within


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_and_test_set(dtype):
    (x, t), (x_test, t_test) = train_test(30, 20, seed=1, side=12, dtype=dtype)
    assert x.shape == (30, 12, 12, 3) and x_test.shape == (20, 12, 12, 3) and x.dtype == x_test.dtype == dtype
    assert 0 <= x.min() < x.max() <= 1
    np.testing.assert_array_equal(np.rint(255 * x_test), pictures(20, 1, 12, "held out")[0])
    np.testing.assert_array_equal(t_test, pictures(20, 1, 12, "held out")[1])
    np.testing.assert_array_equal(t, pictures(30, 1, 12)[1])


@pytest.mark.parametrize("change, error, message", [
    ({"n": 0}, ValueError, "n is 0"), ({"side": 11}, ValueError, "side is 11 but must be at least 12"),
    ({"n": 2.0}, TypeError, "n is 2.0"), ({"purpose": "luck"}, ValueError, "purpose is 'luck'"),
    ({"seed": -1}, ValueError, "seed is -1"),
])
def test_bad_input(change, error, message):
    with pytest.raises(error, match=message):
        pictures(**{"n": 10, **change})


def problem(seed: int, side: int):
    (x, t), (x_test, t_test) = train_test(seed=seed, side=side, dtype=np.float32)
    x, x_test = standardized(x, x_test)
    return (x, np.eye(10, dtype=np.float32)[t]), x_test, t_test


def linear(seed: int, side: int = 32) -> float:
    """Test accuracy of softmax regression with the weight decay 0.3, the best of 0.01, 0.1, 0.3 and 1."""
    (x, t), x_test, t_test = problem(seed, side)
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    network = MLP((x.shape[1], 10))
    objective = Objective(network, losses.softmax_cross_entropy, weight_decay=0.3, chunk=len(x))
    theta = network.init(np.random.default_rng(seed), dtype=np.float32)
    theta = train(Adam(3e-3), objective, theta, same_batch((x, t)), n_steps=40).theta
    return float(np.mean(network.forward(theta, x_test)[0].argmax(axis=1) == t_test))


def small_nin(seed: int, side: int = 32, epochs: int = 12) -> float:
    """Test accuracy of a NIN of 17,058 parameters with batch norm, Adam from 3e-3 falling to zero."""
    data, x_test, t_test = problem(seed, side)
    network = network_in_network((side, side, 3), ((24, 20, 12), (24, 24, 24), (24, 24, 10)), (5, 5, 3), dropout=False)
    objective = Objective(network, losses.softmax_cross_entropy)
    theta = network.init(np.random.default_rng(seed), dtype=np.float32)
    steps = epochs * len(data[0]) // 100
    theta = train(Annealed(Adam, falling(3e-3, steps)), objective, theta, minibatches(data, 100, seed), steps).theta
    held = network.with_statistics(network.statistics(network.forward(theta, data[0][:1000])[1]))
    found = [z.argmax(axis=1) for z in Objective(held, losses.softmax_cross_entropy, chunk=500).outputs(theta, x_test)]
    return float(np.mean(np.concatenate(found) == t_test))


def test_a_linear_model_is_right_on_two_pictures_of_five():
    assert 0.35 < linear(0) < 0.45


@pytest.mark.slow
def test_a_small_network_in_network_is_right_on_nearly_nine_of_ten():
    assert 0.83 < small_nin(0) < 0.92
