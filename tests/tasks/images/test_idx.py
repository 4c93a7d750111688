"""IDX files: every element type, every way a file can be wrong, and a real set."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from ref.tasks.images.idx import load_idx, load_images_and_labels

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}
FASHION = Path(__file__).resolve().parents[3].parent / "shared" / "data"  # beside the project


def encode(array):
    header = bytes([0, 0, CODES[array.dtype.name], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture
def write(tmp_path):
    def write(data, name="file"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    return rng.integers(256, size=(6, 3, 4)).astype(np.uint8), np.arange(6, dtype=np.uint8)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("shape", [(7,), (2, 3), (4, 3, 2), (0, 3)])
@pytest.mark.parametrize("dtype", CODES)
def test_every_type(write, dtype, shape, compressed):
    array = (100 * np.random.default_rng(1).standard_normal(shape)).astype(np.int8).astype(dtype)
    data = encode(array)
    got = load_idx(write(gzip.compress(data) if compressed else data))
    assert got.dtype == array.dtype and got.dtype.isnative and got.flags.writeable
    np.testing.assert_array_equal(got, array)


def test_bytes_written_by_hand(write):
    path = write(bytes.fromhex("0000 0b02 00000001 00000003 0001 0100 ffff"))
    np.testing.assert_array_equal(load_idx(path), [[1, 256, -1]])


@pytest.mark.parametrize("name, change, message", [
    ("empty", lambda data: b"", "truncated: it has 0 bytes"),
    ("header", lambda data: data[:10], "its header alone should have 16"),
    ("data", lambda data: data[:-1], "is truncated: it has 87 bytes .* 6 x 3 x 4 and 1 bytes an element, says 88"),
    ("trailing", lambda data: data + b"x", "has trailing bytes: it has at least 89 bytes .* says 88"),
    ("magic", lambda data: b"\x89PNG" + data[4:], "magic number is 89 50 4e 47"),
    ("type", lambda data: b"\0\0\x0a\3" + data[4:], "magic number is 00 00 0a 03"),
    ("scalar", lambda data: b"\0\0\x08\0" + data[4:], "no IDX file"),
    ("huge", lambda data: data[:4] + b"\xff" * 12 + data[16:], "is too large: .* but limit is 2147483648; give"),
    ("long.gz", lambda data: gzip.compress(data + bytes(10**7)), "has trailing bytes: it has at least 89 bytes"),
    ("page.gz", lambda data: b"<html>no</html>", r"is named \.gz but is not a gzip file: it begins with b'<html>"),
    ("short.gz", lambda data: gzip.compress(data)[:-12], "its gzip stream breaks off"),
    ("flipped.gz", lambda data: gzip.compress(data)[:-8] + bytes(8), "is a damaged gzip file"),
    ("noise.gz", lambda data: b"\x1f\x8b\x08\0\0\0\0\0\0\3" + bytes([255] * 20), "is a damaged gzip file"),
])
def test_files_that_are_wrong(write, pair, name, change, message):
    path = write(change(encode(pair[0])), name)
    with pytest.raises(ValueError, match=message) as error:
        load_idx(path)
    assert str(path) in str(error.value)


def test_no_more_is_decompressed_than_the_header_says(write, pair):
    path = write(gzip.compress(encode(pair[0]) + bytes(10**8)), "bomb.gz")
    tracemalloc.start()
    with pytest.raises(ValueError, match="has trailing bytes"):
        load_idx(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 10**6


def test_a_limit_is_kept_and_can_be_raised(write, pair):
    path = write(encode(pair[0]))
    with pytest.raises(ValueError, match="is too large: .* says 88 bytes but limit is 87"):
        load_idx(path, limit=87)
    np.testing.assert_array_equal(load_idx(path, limit=88), pair[0])
    with pytest.raises((TypeError, ValueError), match="limit"):
        load_idx(path, limit=0)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist but an IDX file"):
        load_idx(tmp_path / "nowhere")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_and_labels(write, pair, dtype):
    images, labels = pair
    x, y = load_images_and_labels(write(encode(images), "i"), write(gzip.compress(encode(labels)), "l.gz"), dtype)
    assert x.dtype == dtype and x.shape == (6, 12) and y.dtype == np.intp
    np.testing.assert_array_equal(x, images.reshape(6, 12).astype(dtype) / dtype(255))
    np.testing.assert_array_equal(y, labels)


def test_images_and_labels_that_do_not_fit(write, pair):
    images, labels = write(encode(pair[0]), "i"), write(encode(pair[1]), "l")
    with pytest.raises(ValueError, match="holds 6 images but .* holds 5 labels"):
        load_images_and_labels(images, write(encode(pair[1][:5]), "five"))
    with pytest.raises(ValueError, match=r"holds uint8 of the shape \(6,\) but images"):
        load_images_and_labels(labels, images)
    with pytest.raises(ValueError, match=r"but labels \(N,\) in uint8 were expected"):
        load_images_and_labels(images, write(encode(pair[1].astype(np.int32)), "int32"))
    with pytest.raises(ValueError, match="holds no pixels"):
        load_images_and_labels(write(encode(pair[0][:0]), "none"), write(encode(pair[1][:0]), "none either"))
    with pytest.raises(TypeError, match="dtype is int64"):
        load_images_and_labels(images, labels, np.int64)


def test_the_real_fashion_mnist_test_set():
    images, labels = FASHION / "t10k-images-idx3-ubyte.gz", FASHION / "t10k-labels-idx1-ubyte.gz"
    if not (images.exists() and labels.exists()):
        pytest.skip("NOT RUN: no Fashion-MNIST at ../shared/data; put t10k-{images-idx3,labels-idx1}-ubyte.gz there")
    x, y = load_images_and_labels(images, labels, np.float32)
    assert x.shape == (10_000, 784) and x.dtype == np.float32
    assert x.min() == 0 and x.max() == 1 and x.mean(dtype=np.float64) == pytest.approx(0.2868, abs=1e-3)
    np.testing.assert_array_equal(np.bincount(y), [1000] * 10)
    assert y[:5].tolist() == [9, 2, 1, 1, 6]  # boot, pullover, two trousers, shirt
