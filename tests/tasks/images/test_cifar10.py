"""CIFAR-10's two forms, in small files that are written here: pictures, labels, and every way a file can be wrong."""

import pickle

import numpy as np
import pytest

from ref.tasks.images import cifar10
from ref.tasks.images.cifar10 import BATCHES, TEST, load_binary, load_python, train_test

N = 3


def batch(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows as they lie in the files, and labels."""
    rng = np.random.default_rng(number)
    return rng.integers(256, size=(N, 3072)).astype(np.uint8), rng.integers(10, size=N).astype(np.uint8)


def write_binary(path, rows, labels) -> None:
    path.write_bytes(np.concatenate([labels[:, None], rows], axis=1).tobytes())


def write_python(path, rows, labels) -> None:
    """With keys that are bytes, as those of Python 2 are read."""
    held = {b"batch_label": b"batch", b"labels": labels.tolist(), b"data": rows, b"filenames": [b"a.png"] * len(rows)}
    path.write_bytes(pickle.dumps(held, 2))


FORMS = {"binary": (write_binary, ".bin", load_binary), "python": (write_python, "", load_python)}


@pytest.fixture(params=FORMS)
def form(request):
    return FORMS[request.param]


def fill(folder, form) -> None:
    write, ending, _ = form
    for number, name in enumerate((*BATCHES, TEST)):
        write(folder / f"{name}{ending}", *batch(number))


def test_pixels_and_labels_are_where_they_belong(tmp_path, form):
    """Red of the first row and second column is number 1 of the row, green 1024 further on, blue 2048."""
    rows, labels = batch(0)
    write, ending, load = form
    write(tmp_path / f"one{ending}", rows, labels)
    images, got = load(tmp_path / f"one{ending}")
    assert images.shape == (N, 32, 32, 3) and images.dtype == np.uint8
    for (y, x), at in {(0, 1): 1, (1, 0): 32, (31, 31): 1023}.items():
        np.testing.assert_array_equal(images[:, y, x], rows[:, [at, at + 1024, at + 2048]])
    np.testing.assert_array_equal(got, labels)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_folder_is_five_files_of_training_and_one_of_the_test(tmp_path, form, dtype):
    fill(tmp_path, form)
    (x, t), (x_test, t_test) = train_test(tmp_path, dtype)
    assert x.shape == (5 * N, 32, 32, 3) and x_test.shape == (N, 32, 32, 3) and x.dtype == x_test.dtype == dtype
    np.testing.assert_array_equal(t, np.concatenate([batch(number)[1] for number in range(5)]))
    np.testing.assert_array_equal(t_test, batch(5)[1])
    np.testing.assert_allclose(x[3 * N, 0, :, 0], batch(3)[0][0, :32] / 255, rtol=1e-6)
    np.testing.assert_allclose(x_test[-1, -1, -1], batch(5)[0][-1, [1023, 2047, 3071]] / 255, rtol=1e-6)


def test_both_forms_are_the_same_pictures(tmp_path):
    for name, form in FORMS.items():
        (tmp_path / name).mkdir()
        fill(tmp_path / name, form)
    one, other = (train_test(tmp_path / name) for name in FORMS)
    for (x, t), (x2, t2) in zip(one, other):
        np.testing.assert_array_equal(x, x2)
        np.testing.assert_array_equal(t, t2)


def test_the_first_file_that_is_missing_is_named(tmp_path, form):
    with pytest.raises(FileNotFoundError, match="data_batch_1 does not exist but six files of CIFAR-10"):
        train_test(tmp_path)
    fill(tmp_path, form)
    (tmp_path / f"data_batch_4{form[1]}").unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_4"):
        train_test(tmp_path)
    with pytest.raises(FileNotFoundError):
        form[2](tmp_path / "absent")


@pytest.mark.parametrize("size", [0, 3072, 3 * 3073 - 1, 3073 + 1])
def test_binary_files_that_are_not_whole_pictures(tmp_path, size):
    (tmp_path / "x.bin").write_bytes(bytes(size))
    with pytest.raises(ValueError, match=rf"x.bin is truncated, or no binary file of CIFAR-10: it has {size} bytes"):
        load_binary(tmp_path / "x.bin")


def test_labels_that_are_none(tmp_path, form):
    rows, labels = batch(0)
    labels[1] = 10
    form[0](tmp_path / "x", rows, labels)
    with pytest.raises(ValueError, match="x gives picture 1 the label 10 but labels are 0 to 9"):
        form[2](tmp_path / "x")


@pytest.mark.parametrize("change, message", [
    ({"data": None}, "has as data a NoneType but uint8"),
    ({"data": np.zeros((N, 3071), np.uint8)}, r"has as data uint8 \(3, 3071\) but uint8 \(N, 3072\) was expected"),
    ({"data": np.zeros((N, 3072))}, r"has as data float64 \(3, 3072\)"),
    ({"labels": [1, 2]}, "has as labels a list of 2 but a list of 3 whole numbers"),
    ({"labels": [1, 2, 2.5]}, "has as labels a list of 3 but a list of 3 whole numbers"),
    ({"labels": [1, -2, 2]}, "gives picture 1 the label -2"),
    ({"labels": np.zeros(3, int)}, "has as labels a ndarray"),
])
def test_pickles_of_other_things(tmp_path, change, message):
    rows, labels = batch(0)
    (tmp_path / "x").write_bytes(pickle.dumps({"data": rows, "labels": labels.tolist(), **change}))
    with pytest.raises(ValueError, match=message):
        load_python(tmp_path / "x")


def test_a_pickle_without_labels(tmp_path):
    """As CIFAR-100 has them: fine_labels."""
    (tmp_path / "x").write_bytes(pickle.dumps({"data": batch(0)[0], "fine_labels": [1, 2, 3]}))
    with pytest.raises(ValueError, match=r"has no 'labels' but \['data', 'fine_labels'\]: it is no file of CIFAR-10"):
        load_python(tmp_path / "x")


def test_a_pickle_that_would_run_something(tmp_path):
    class Runs:
        def __reduce__(self):
            return print, ("it ran",)

    (tmp_path / "x").write_bytes(pickle.dumps({"data": Runs(), "labels": []}))
    with pytest.raises(ValueError, match="names builtins.print"):
        cifar10.load_python(tmp_path / "x")
