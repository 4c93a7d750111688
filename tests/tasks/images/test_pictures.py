"""Pictures with channels last: rows as pictures, flips and shifts, mean and deviation of the channels."""

import numpy as np
import pytest

from ref.tasks.images import mnist
from ref.tasks.images.augmentation import augmented
from ref.tasks.images.labelled import as_pictures
from ref.tasks.images.standardization import Standardization, standardized


@pytest.fixture
def images():
    return np.random.default_rng(0).random((6, 5, 7, 3)) + 1


def test_rows_as_pictures():
    rows = np.arange(2 * 12.0).reshape(2, 12)
    pictures = as_pictures(rows, channels=3)
    assert pictures.shape == (2, 2, 2, 3) and pictures[1, 0, 1, 2] == 12 + 5 and np.shares_memory(rows, pictures)
    for bad, message in ((rows, "12 columns, which are no square pictures of 1 ch"), (rows[0], r"must be \(N, D\)")):
        with pytest.raises(ValueError, match=message):
            as_pictures(bad)


def test_mnist_as_pictures():
    """The middle of the pictures has the ink, and a one is higher than it is wide."""
    images, labels = mnist.mnist_5k(np.float32)
    pictures = as_pictures(images)
    assert pictures.shape == (5000, 28, 28, 1) and pictures.dtype == np.float32
    assert pictures[:, 10:18, 10:18].mean() > 5 * pictures[:, :4].mean()
    one = pictures[labels == 1].mean(axis=(0, 3))
    assert (one.max(axis=1) > 0.2).sum() > 1.5 * (one.max(axis=0) > 0.2).sum()


def test_half_of_the_pictures_are_mirrored_and_nothing_else_changes(images):
    got = augmented(images, seed=1, step=2)
    mirrored = [np.array_equal(new, old[:, ::-1]) for new, old in zip(got, images)]
    same = [np.array_equal(new, old) for new, old in zip(got, images)]
    assert sum(mirrored) == sum(same) == 3 and not any(m and s for m, s in zip(mirrored, same))


def test_shifts_are_whole_pixels_with_zeros_behind_them(images):
    """Each picture is at one of the nine places, and all of them occur."""
    places = {}
    for step in range(10):
        for new, old in zip(augmented(images, 0, step, flips=False, shift=1), images):
            around = np.pad(old, ((1, 1), (1, 1), (0, 0)))
            found = [(i, j) for i in range(3) for j in range(3) if np.array_equal(new, around[i : i + 5, j : j + 7])]
            assert len(found) == 1
            places[found[0]] = places.get(found[0], 0) + 1
    assert len(places) == 9


def test_augmentation_is_a_function_of_pictures_seed_and_step(images):
    kept = images.copy()
    one = augmented(images, 3, 4, shift=2)
    np.testing.assert_array_equal(one, augmented(images, 3, 4, shift=2))
    np.testing.assert_array_equal(images, kept)
    for seed, step in ((3, 5), (4, 4)):
        assert (one != augmented(images, seed, step, shift=2)).any()
    np.testing.assert_array_equal(augmented(images, 3, 4, flips=False), images)
    single = augmented(images.astype(np.float32), 3, 4, shift=2)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, one.astype(np.float32))


@pytest.mark.parametrize("change, error, message", [
    ({"images": np.zeros((2, 3, 4))}, ValueError, r"must be \(N, Y, X, C\)"),
    ({"images": np.zeros((2, 3, 4, 1), np.uint8)}, TypeError, "images is uint8"),
    ({"shift": -1}, ValueError, "shift is -1"),
    ({"shift": 3}, ValueError, "shift is 3 but must be below 3"),
])
def test_bad_augmentation(change, error, message):
    with pytest.raises(error, match=message):
        augmented(**{"images": np.zeros((2, 3, 4, 1)), "seed": 0, "step": 0, **change})


def test_each_channel_is_standardized_by_the_training_set(images):
    train, test = standardized(images, 2 * images)
    np.testing.assert_allclose(train.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(train.std(axis=(0, 1, 2)), 1, rtol=1e-9)
    mean, deviation = images.mean(axis=(0, 1, 2)), images.std(axis=(0, 1, 2))
    np.testing.assert_allclose(test, (2 * images - mean) / deviation, rtol=1e-9)
    assert standardized(images.astype(np.float32))[0].dtype == np.float32


def test_a_channel_that_is_constant_becomes_zero(images):
    images[..., 1] = 0.5
    assert (standardized(images)[0][..., 1] == 0).all()


def test_bad_pictures_to_standardize(images):
    for bad, message in ((images[0], r"must be \(N, Y, X, C\)"), (images[:0], "not empty")):
        with pytest.raises(ValueError, match=message):
            Standardization.of(bad)
    with pytest.raises(ValueError, match="has 2 channels but the training set had 3"):
        Standardization.of(images).apply(images[..., :2])
