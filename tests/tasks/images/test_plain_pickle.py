"""Pickles read and not run: what plain data needs is read in every protocol, all else is refused and does nothing."""

import copyreg
import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest

from ref.tasks.images.plain_pickle import load_plain

ARRAYS = {
    "bytes": np.arange(12, dtype=np.uint8).reshape(3, 4), "swapped": np.arange(4, dtype=">i4"),
    "floats": np.linspace(0, 1, 6).reshape(2, 3), "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "none": np.zeros((0, 3), np.float32),
}
PLAIN = {"list": [1, 2.5, None, True], "text": "words", "raw": b"\0\xff", "empty": b"", "nested": {"tuple": (1, (2,))}}


class Calls:
    """A pickle that calls a function when it is loaded."""

    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


@pytest.fixture
def write(tmp_path):
    def write(data, protocol=2):
        path = tmp_path / "file"
        path.write_bytes(data if isinstance(data, bytes) else pickle.dumps(data, protocol))
        return path

    return write


@pytest.mark.parametrize("protocol", range(6))
def test_plain_data_comes_back_from_every_protocol(write, protocol):
    got = load_plain(write({**ARRAYS, **PLAIN}, protocol))
    assert {name: got[name] for name in PLAIN} == PLAIN
    for name, array in ARRAYS.items():
        assert got[name].dtype == array.dtype.newbyteorder("=") and got[name].flags.writeable
        np.testing.assert_array_equal(got[name], array)


def test_a_pickle_of_python_2(write):
    """As cPickle wrote it, protocol 2: strings are bytes, NumPy's names are the old ones."""
    path = write(bytes.fromhex("8002 7d 5504 64617461") + b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"
                 + b"K\0\x85U\1b\x87R(K\1K\2K\3\x86cnumpy\ndtype\nU\2u1K\0K\1\x87R(K\3U\1|NNNJ\xff\xff\xff\xff"
                 + b"J\xff\xff\xff\xffK\0tb\x89U\6\1\2\3\4\5\6tbs.")
    np.testing.assert_array_equal(load_plain(path)["data"], np.array([[1, 2, 3], [4, 5, 6]], np.uint8))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("deep", [False, True])
def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(write, tmp_path, protocol, deep):
    made = tmp_path / "made"
    bad = Calls(os.mkdir, str(made))
    path = write({"data": [bad] if deep else bad}, protocol)
    with pytest.raises(ValueError, match=r"it names (posix|nt)\.mkdir, which plain data does not need: it is not run"):
        load_plain(path)
    assert not made.exists()
    pickle.loads(path.read_bytes())
    assert made.exists(), "else nothing is tested here"


@pytest.mark.parametrize("function, arguments, message", [
    (eval, ("1 + 1",), "it names .*eval"),
    (getattr, (np.zeros(3), "sum"), "it names .*getattr"),
    (OrderedDict, (), "it names collections.OrderedDict"),
    (np.load, ("x",), "it names numpy.*load"),
    (np.dtype, ("O",), "dict"),
])
def test_other_names_are_refused(write, function, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_plain(write(Calls(function, *arguments), 4))


@pytest.mark.parametrize("value, message", [
    (np.array([{}, None], object), "an array of O8?, not of numbers"),
    (np.zeros(2, "i4,f8"), "not of numbers"),
    (np.array(["text"]), "not of numbers"),
    (np.zeros(2, complex), "not of numbers"),
    (Calls(np.ndarray, (10**12,)), "an array without contents"),
])
def test_arrays_of_other_things_are_refused(write, value, message):
    with pytest.raises(ValueError, match=message):
        load_plain(write({"data": value}))


def test_nothing_of_the_reader_can_be_changed_by_what_is_read(write):
    """A state for a class, or for a name: it is refused, and what is read next is read as before."""
    for name in (b"numpy\nndarray\n", b"numpy\ndtype\n", b"_codecs\nencode\n"):
        with pytest.raises(ValueError, match="no pickle of plain data"):
            load_plain(write(b"\x80\2c" + name + b"N}X\5\0\0\0arrayK\1s\x86b."))
    test_plain_data_comes_back_from_every_protocol(write, 2)


@pytest.mark.parametrize("change, message", [
    (lambda data: b"", "is truncated"),
    (lambda data: data[:-1], "is truncated|no pickle"),
    (lambda data: data[: len(data) // 2], "is truncated|no pickle"),
    (lambda data: data + b"x", "there are bytes after its end"),
    (lambda data: b"<html>no</html>", "is no pickle of plain data"),
    (lambda data: pickle.dumps([1, 2]), "it holds a list, not a dict"),
])
def test_files_that_are_wrong(write, change, message):
    path = write(change(pickle.dumps(ARRAYS, 3)))
    with pytest.raises(ValueError, match=message) as error:
        load_plain(path)
    assert str(path) in str(error.value)


def test_every_truncation_is_an_error_that_names_the_file(write):
    data = pickle.dumps({"data": ARRAYS["bytes"], "labels": [1, 2, 3]}, 2)
    for end in range(len(data)):
        path = write(data[:end])
        with pytest.raises(ValueError, match="file is (truncated|no pickle)"):
            load_plain(path)


def test_an_array_shorter_than_its_shape_is_refused(write):
    data = pickle.dumps({"data": ARRAYS["bytes"]}, 3)
    where = data.index(bytes(range(12)))
    with pytest.raises(ValueError, match=r"array of the shape \(3, 4\) whose contents are not as long"):
        load_plain(write(data[: where - 1] + bytes([11]) + bytes(range(11)) + data[where + 12 :]))


def test_extension_codes_are_refused(write):
    copyreg.add_extension("os", "getcwd", 240)
    try:
        with pytest.raises(ValueError, match="it names os.getcwd"):
            load_plain(write(b"\x80\2}X\1\0\0\0a\x82\xf0)Rs."))
    finally:
        copyreg.remove_extension("os", "getcwd", 240)


def test_sizes_and_missing_files(write, tmp_path):
    with pytest.raises(ValueError, match="is too large: it has .* bytes but limit is 10; give a larger"):
        load_plain(write(ARRAYS), limit=10)
    with pytest.raises(FileNotFoundError, match="does not exist but a pickle was expected"):
        load_plain(tmp_path / "absent")
