"""The sets that ship, their split, and a user's own MNIST."""

import gzip
import struct

import numpy as np
import pytest

from ref.tasks.images import digits, mnist
from ref.tasks.images.labelled import DATA, stratified_split


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("load, shape, counts, greys", [
    (mnist.mnist_5k, (5000, 784), [500] * 10, 255),
    (digits.digits, (1797, 64), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180], 16),
])
def test_what_ships(load, shape, counts, greys, dtype):
    images, labels = load(dtype)
    assert images.shape == shape and images.dtype == dtype and labels.shape == shape[:1] and labels.dtype == np.intp
    assert np.bincount(labels).tolist() == counts
    assert images.min() == 0 and images.max() == 1
    np.testing.assert_allclose(images * greys, np.rint(images * greys), atol=1e-4)
    assert len(np.unique(images)) == greys + 1


@pytest.mark.parametrize("load", [mnist.train_test, digits.train_test])
def test_the_pictures_show_their_labels(load):
    """The nearest neighbour in the training set has the test image's label."""
    (x, y), (x_test, y_test) = load(np.float32)
    distance = (x**2).sum(axis=1) - 2 * x_test @ x.T
    assert np.mean(y[distance.argmin(axis=1)] == y_test) > 0.92


@pytest.mark.parametrize("module, load, n_train, n_test", [
    (mnist, mnist.mnist_5k, 4000, 1000),
    (digits, digits.digits, 1438, 359),
])
def test_split(module, load, n_train, n_test):
    images, labels = load()
    (x, y), (x_test, y_test) = module.train_test()
    assert len(x) == len(y) == n_train and len(x_test) == len(y_test) == n_test
    for label in range(10):
        n = np.sum(labels == label)
        assert np.sum(y_test == label) == round(n / 5) and np.sum(y == label) == n - round(n / 5)
    assert np.any(np.diff(y) < 0) and np.any(np.diff(y_test) < 0), "sorted by class"

    def cases(images, labels):
        return sorted(zip(labels.tolist(), map(bytes, images)))

    assert cases(images, labels) == sorted(cases(x, y) + cases(x_test, y_test)), "not the same cases"

    again, other = module.train_test(), module.train_test(seed=1)
    np.testing.assert_array_equal(again[0][0], x)
    np.testing.assert_array_equal(again[1][1], y_test)
    assert not np.array_equal(other[0][0], x)
    assert module.train_test(np.float32)[0][0].dtype == np.float32


def test_bad_splits():
    images, labels = np.zeros((10, 2)), np.repeat([0, 1], [9, 1])
    with pytest.raises(ValueError, match="puts 0 of the 1 cases with the label 1 into the test set"):
        stratified_split(images, labels)
    with pytest.raises(ValueError, match=r"labels has shape \(10,\) but there are 9 images"):
        stratified_split(images[:9], labels)
    for fraction in (0, 1, -0.5, np.nan):
        with pytest.raises(ValueError, match="test_fraction is"):
            stratified_split(images, labels, fraction)
    with pytest.raises(ValueError, match="seed is -1"):
        stratified_split(images, labels, seed=-1)
    with pytest.raises(TypeError, match="dtype is uint8"):
        mnist.mnist_5k(np.uint8)


def test_files_are_small_and_their_licences_are_told():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for file in DATA.glob("*.npz"):
        assert file.stat().st_size < 1_200_000
        assert f"`{file.name}`" in text


def test_a_user_s_own_mnist(tmp_path):
    rng = np.random.default_rng(0)
    sets = {}
    for part, n in [("train", 7), ("t10k", 3)]:
        sets[part] = rng.integers(256, size=(n, 5, 6), dtype=np.uint8), rng.integers(10, size=n, dtype=np.uint8)
        images, labels = sets[part]
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(
            b"\0\0\x08\3" + struct.pack(">3I", *images.shape) + images.tobytes())
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(b"\0\0\x08\1" + struct.pack(">I", n) + labels.tobytes()))
    for (x, y), part in zip(mnist.full_train_test(tmp_path), ("train", "t10k")):
        np.testing.assert_array_equal(x, sets[part][0].reshape(len(x), 30) / 255)
        np.testing.assert_array_equal(y, sets[part][1])
    assert mnist.full_train_test(tmp_path, np.float32)[1][0].dtype == np.float32

    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"neither .*t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte\.gz"):
        mnist.full_train_test(tmp_path)
