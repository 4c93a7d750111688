"""Parameters: one vector, views into it, files, and errors that say what was wrong."""

import numpy as np
import pytest

from ref.parameters import Parameters

SHAPES = {"W1": (3, 4), "b1": (4,), "W2": (4, 2), "scale": ()}


@pytest.fixture
def theta():
    return Parameters.from_vector(np.arange(25.0), SHAPES)


def test_views_lie_in_the_vector_in_order(theta):
    assert theta.size == 25 and theta.names == tuple(SHAPES) == tuple(theta) and len(theta) == 4
    np.testing.assert_array_equal(theta["W1"], np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(theta["b1"], np.arange(12.0, 16.0))
    assert theta["scale"].shape == () and theta["scale"] == 24
    for name, array in theta.items():
        assert np.shares_memory(array, theta.vector) and array.shape == SHAPES[name] and array.flags.c_contiguous


def test_writing_goes_both_ways(theta):
    theta["W2"][1, 1] = -7
    assert theta.vector[19] == -7
    theta.vector[0] = 5
    assert theta["W1"][0, 0] == 5
    theta["b1"] = np.ones(4)
    np.testing.assert_array_equal(theta.vector[12:16], 1)


def test_the_vector_is_used_and_a_strided_one_is_made_contiguous():
    vector = np.arange(25.0)
    assert Parameters.from_vector(vector, SHAPES).vector is vector
    strided = Parameters.from_vector(np.arange(50.0)[::2], SHAPES)
    assert strided.vector.flags.c_contiguous
    np.testing.assert_array_equal(strided.vector, np.arange(0, 50, 2))


def test_zeros_like_copy_and_astype(theta):
    assert not Parameters.zeros(SHAPES).vector.any()
    assert Parameters.zeros(SHAPES, np.float32).dtype == np.float32
    other = theta.like()
    assert other.shapes == theta.shapes and not other.vector.any() and other.dtype == theta.dtype
    vector = np.ones(25)
    assert theta.like(vector).vector is vector
    copy = theta.copy()
    copy["W1"][0, 0] = 99
    assert theta["W1"][0, 0] == 0
    assert theta.astype(np.float32).dtype == np.float32 and theta.astype(np.float32).like().dtype == np.float32


def test_from_arrays_copies():
    W = np.ones((2, 3))
    theta = Parameters.from_arrays({"W": W, "b": np.zeros(3)})
    W[:] = 5
    assert theta.shapes == {"W": (2, 3), "b": (3,)} and theta["W"].max() == 1
    with pytest.raises(TypeError, match="one dtype, got .*float32.*float64"):
        Parameters.from_arrays({"W": W, "b": np.zeros(3, np.float32)})
    with pytest.raises(TypeError, match="W is int64 but must be float32 or float64"):
        Parameters.from_arrays({"W": np.ones((2, 2), int)})


def test_unknown_names(theta):
    with pytest.raises(KeyError, match="no parameter is named 'W9'; there are W1, b1, W2, scale"):
        theta["W9"]
    with pytest.raises(KeyError, match="W9"):
        theta["W9"] = np.zeros(3)
    assert "W9" not in theta and "W1" in theta


def test_wrong_shapes(theta):
    with pytest.raises(ValueError, match=r"b1 has shape \(3,\) but must have \(4,\)"):
        theta["b1"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"b1 has shape \(\) but must have \(4,\)"):
        theta["b1"] = 0.0
    with pytest.raises(ValueError, match=r"vector has shape \(24,\) but the shapes need \(25,\)"):
        Parameters.from_vector(np.zeros(24), SHAPES)
    with pytest.raises(ValueError, match=r"vector has shape \(5, 5\)"):
        theta.like(np.zeros((5, 5)))
    with pytest.raises(ValueError, match="positive dimensions"):
        Parameters.zeros({"W": (0, 3)})


@pytest.mark.parametrize("dtype", [int, complex, bool, np.float16, object])
def test_wrong_dtypes(dtype):
    with pytest.raises(TypeError, match="but must be float32 or float64"):
        Parameters.from_vector(np.zeros(25, dtype), SHAPES)
    with pytest.raises(TypeError, match="dtype is .* but must be float32 or float64"):
        Parameters.zeros(SHAPES, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_save_and_load(tmp_path, theta, dtype):
    path = tmp_path / "theta.npz"
    theta.astype(dtype).save(path)
    loaded = Parameters.load(path)
    assert loaded.shapes == theta.shapes and loaded.dtype == dtype
    np.testing.assert_array_equal(loaded.vector, theta.vector)
    np.testing.assert_array_equal(loaded["W2"], theta["W2"])
    assert [file.name for file in tmp_path.iterdir()] == ["theta.npz"]


def test_a_file_that_is_not_parameters(tmp_path, theta):
    with pytest.raises(FileNotFoundError):
        Parameters.load(tmp_path / "nothing.npz")
    text = tmp_path / "text.npz"
    text.write_text("no archive")
    other = tmp_path / "other.npz"
    np.savez(other, x=np.zeros(3))
    short = tmp_path / "short.npz"
    theta.save(short)
    short.write_bytes(short.read_bytes()[:200])
    for path in (text, other, short):
        with pytest.raises(ValueError, match="does not hold saved Parameters"):
            Parameters.load(path)


def test_repr_says_what_is_in_it(theta):
    assert repr(theta) == "Parameters(25 float64: W1 (3, 4), b1 (4,), W2 (4, 2), scale ())"
