"""Images as sequences: every pixel at its step, the permutation fixed, the label at the end."""

import gzip
import pickle
import struct

import numpy as np
import pytest

from ref.losses import Masked, softmax_cross_entropy
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.tasks.images import digits, mnist
from ref.tasks.sequences.sequential_images import permutation, pool, sequences, sequential_images, train_test
from ref.training.batches import minibatches


@pytest.fixture
def labelled():
    rng = np.random.default_rng(0)
    return rng.random((12, 16)), np.arange(12) % 10


@pytest.mark.parametrize("outputs, rows", [("last", 1), ("all", 16)])
@pytest.mark.parametrize("permuted", [False, True])
def test_every_pixel_stands_at_its_step(labelled, permuted, outputs, rows):
    images, labels = labelled
    order = permutation(16, seed=4) if permuted else None
    x, t, mask = sequences(labelled, order, outputs=outputs)
    assert x.shape == (16, 12, 1) and t.shape == (rows, 12, 10) and mask.shape == (rows, 12)
    for n in range(12):
        for k in range(16):
            assert x[k, n, 0] == images[n, order[k] if permuted else k]
    assert mask[-1].all() and not mask[:-1].any() and np.all(t[:-1] == 0)
    np.testing.assert_array_equal(t[-1].argmax(axis=-1), labels)
    assert np.all(t[-1].sum(axis=-1) == 1) and np.all((t == 0) | (t == 1))


def test_the_permutation_is_one_and_fixed_by_its_seed():
    order = permutation(784, seed=1)
    np.testing.assert_array_equal(np.sort(order), np.arange(784))
    np.testing.assert_array_equal(permutation(784, seed=1), order)
    assert np.mean(permutation(784, seed=2) == order) < 0.02
    assert np.mean(order == np.arange(784)) < 0.02


@pytest.mark.parametrize("outputs", ["last", "all"])
def test_a_task_draws_different_images_of_the_set(labelled, outputs):
    order = permutation(16, seed=4)
    task = sequential_images("test", labelled, order, outputs=outputs)
    assert (task.steps, task.T, task.n_inputs, task.n_outputs, task.outputs) == (16, 16, 1, 10, outputs)
    x, t, mask = task.sample(np.random.default_rng(0), 12)
    x_all, t_all, mask_all = sequences(labelled, order, outputs=outputs)
    drawn = [int(np.flatnonzero((x_all[:, :, 0].T == case).all(axis=1))[0]) for case in x[:, :, 0].T]
    assert sorted(drawn) == list(range(12)) and drawn != list(range(12)), "all of them, in another order"
    np.testing.assert_array_equal(t, t_all[:, drawn])
    np.testing.assert_array_equal(mask, mask_all)
    assert task.wrong(8 * t - 4, t, mask) == 0 and task.wrong(4 - 8 * t, t, mask) == 1
    assert len({tuple(task.sample(np.random.default_rng(seed), 1)[0][:, 0, 0]) for seed in range(100)}) == 12


def test_same_seed_same_bytes_in_another_process_too(labelled):
    task = sequential_images("test", labelled)
    first = task.sample(np.random.default_rng(3), 5)
    again = pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 5)
    for a, b in zip(first, again):
        assert a.tobytes() == b.tobytes()
    assert not np.array_equal(task.sample(np.random.default_rng(4), 5)[0], first[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_that_of_the_images(labelled, dtype):
    images, labels = labelled
    for x, t, _ in (sequences((images.astype(dtype), labels)),
                    sequential_images("test", (images.astype(dtype), labels)).sample(np.random.default_rng(0), 5)):
        assert x.dtype == t.dtype == dtype
    assert sequential_images("test", (images.astype(dtype), labels)).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pooling_against_loops(labelled, dtype):
    images, labels = labelled[0].astype(dtype), labelled[1]
    pooled, same = pool((images, labels))
    assert pooled.shape == (12, 4) and pooled.dtype == dtype and same is labels
    square = images.reshape(12, 4, 4)
    for n in range(12):
        for i in range(2):
            for j in range(2):
                block = [square[n, 2 * i + a, 2 * j + b] for a in (0, 1) for b in (0, 1)]
                assert pooled[n, 2 * i + j] == pytest.approx(sum(block) / 4, rel=1e-6)


@pytest.mark.parametrize("name, steps, n_train, n_test", [
    ("mnist", 784, 4000, 1000), ("mnist14", 196, 4000, 1000), ("digits", 64, 1438, 359)])
def test_sets(name, steps, n_train, n_test):
    train, test = train_test(name, np.float32)
    for (images, labels), n in ((train, n_train), (test, n_test)):
        assert images.shape == (n, steps) and images.dtype == np.float32 and labels.shape == (n,)
        assert images.min() >= 0 and images.max() <= 1 and images.max() > 0.99
    source = digits if name == "digits" else mnist
    expected = source.train_test(np.float32)
    np.testing.assert_array_equal(train[1], expected[0][1])
    np.testing.assert_allclose(test[0].mean(), expected[1][0].mean(), rtol=1e-5)
    if name != "mnist14":
        np.testing.assert_array_equal(test[0], expected[1][0])
    other = train_test(name, np.float32, seed=1)
    assert not np.array_equal(other[0][1], train[1])


def test_pooled_pictures_still_show_their_labels():
    (x, y), (x_test, y_test) = train_test("mnist14", np.float32)
    distance = (x**2).sum(axis=1) - 2 * x_test @ x.T
    assert np.mean(y[distance.argmin(axis=1)] == y_test) > 0.92


def test_epochs_without_replacement():
    """As the module says: minibatches of images in rows, turned into sequences one by one."""
    train, _ = train_test("digits", np.float32)
    batches = minibatches(train, 479)  # 3 x 479 + 1
    seen = np.concatenate([sequences(batches(step))[0][:, :, 0].T for step in range(3)])
    assert seen.shape == (1437, 64)
    assert len({tuple(image) for image in seen}) > 1400


def test_a_network_that_reads_out_the_last_step_takes_the_batch(labelled):
    batch = sequences(labelled, permutation(16))
    network = ElmanRNN(1, 5, 10, outputs=sequential_images("test", labelled).outputs)
    objective = Objective(network, Masked(softmax_cross_entropy))
    theta = network.init(np.random.default_rng(0))
    everywhere = Objective(ElmanRNN(1, 5, 10), Masked(softmax_cross_entropy))
    expected = everywhere.value(theta, sequences(labelled, permutation(16), outputs="all"))
    assert objective.value(theta, batch) == pytest.approx(expected, rel=1e-12)


def test_a_user_s_own_idx_files(tmp_path):
    rng = np.random.default_rng(0)
    sets = {}
    for part, n in [("train", 7), ("t10k", 3)]:
        sets[part] = rng.integers(256, size=(n, 6, 6), dtype=np.uint8), rng.integers(10, size=n, dtype=np.uint8)
        images, labels = sets[part]
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(b"\0\0\x08\3" + struct.pack(">3I", *images.shape) + images.tobytes()))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\1" + struct.pack(">I", n) + labels.tobytes())
    train, test = mnist.full_train_test(tmp_path)
    order = permutation(36, seed=2)
    x, t, mask = sequences(test, order)
    np.testing.assert_array_equal(x[:, :, 0].T, sets["t10k"][0].reshape(3, 36)[:, order] / 255)
    np.testing.assert_array_equal(t[0].argmax(axis=-1), sets["t10k"][1])
    assert sequential_images("own", pool(train)).steps == 9


@pytest.mark.parametrize("order, error, message", [
    (np.arange(15), ValueError, r"order has shape \(15,\) but images have 16 pixels"),
    (np.arange(16)[None], ValueError, r"order has shape \(1, 16\)"),
    (np.arange(1, 17), ValueError, r"order is no permutation of 0 \.\. 15: it leaves out 0"),
    (np.r_[np.arange(15), 3], ValueError, r"order is no permutation of 0 \.\. 15: it leaves out 15"),
    (np.r_[-1, np.arange(1, 16)], ValueError, "it leaves out 0"),
    (np.arange(16.0), TypeError, "order is float64 but must be whole numbers"),
])
def test_wrong_permutations(labelled, order, error, message):
    for call in (lambda: sequences(labelled, order), lambda: sequential_images("test", labelled, order)):
        with pytest.raises(error, match=message):
            call()


def test_bad_arguments(labelled):
    images, labels = labelled
    for call, error, message in [
        (lambda: sequences((images, labels[:5])), ValueError, r"labels has shape \(5,\) but there are 12 images"),
        (lambda: sequences((images, labels.astype(float))), TypeError, "labels is float64 but must be whole numbers"),
        (lambda: sequences((images, labels), classes=9), ValueError, r"labels go from 0 to 9 but must be in 0 \.\. 8"),
        (lambda: sequences((images, labels - 1)), ValueError, r"labels go from -1 to 8 but must be in 0 \.\. 9"),
        (lambda: sequences((images, labels), classes=1), ValueError, "classes is 1 but must be at least 2"),
        (lambda: sequences((images.reshape(12, 4, 4), labels)), ValueError, r"images has shape \(12, 4, 4\)"),
        (lambda: sequences((images[:0], labels[:0])), ValueError, "images is an empty batch"),
        (lambda: sequences(((255 * images).astype(np.uint8), labels)), TypeError, "images is uint8"),
        (lambda: sequences(labelled, outputs="first"), ValueError, "outputs is 'first'"),
        (lambda: sequential_images("test", labelled).sample(np.random.default_rng(0), 13), ValueError,
         "n is 13 but there are only 12 cases"),
        (lambda: pool((images[:, :15], labels)), ValueError, "images has 15 columns but pooling needs square images"),
        (lambda: pool((images[:, :9], labels)), ValueError, "images has 9 columns .* of an even side"),
        (lambda: train_test("cifar"), ValueError, "name is 'cifar' but must be one of 'mnist', 'mnist14', 'digits'"),
        (lambda: permutation(0), ValueError, "steps is 0 but must be at least 1"),
        (lambda: permutation(5, seed=-1), ValueError, "seed is -1"),
    ]:
        with pytest.raises(error, match=message):
            call()
