"""What the boundary lets in, and what its errors say."""

import numpy as np
import pytest

from ref.validation import require_cases, require_count, require_float_dtype, require_floats, require_number


def test_floats():
    for dtype in (np.float32, np.float64):
        array = np.ones(3, dtype)
        assert require_floats("x", array) is array
        assert require_float_dtype("dtype", dtype) == dtype
    with pytest.raises(TypeError, match="x is int64 but must be float32 or float64"):
        require_floats("x", np.arange(3))
    with pytest.raises(TypeError, match="x is complex128"):
        require_floats("x", np.ones(3, complex))
    with pytest.raises(TypeError, match="x is float16"):
        require_float_dtype("x", np.float16)
    for bad in (np.nan, np.inf, -np.inf):
        x = np.zeros((2, 3))
        x[1, 2] = bad
        with pytest.raises(ValueError, match=rf"x must be finite but x\[1, 2\] is {bad}"):
            require_floats("x", x)
        assert require_floats("x", x, finite=False) is x


def test_cases():
    x = np.ones((2, 3))
    assert require_cases("x", x) is x and require_cases("x", x, 3) is x
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\) but must be \(N, 4\): one case a row"):
        require_cases("x", x, 4)
    with pytest.raises(ValueError, match=r"x has shape \(3,\) but must be \(N, D\)"):
        require_cases("x", x[0])
    with pytest.raises(ValueError, match=r"x is an empty batch: it has shape \(0, 3\)"):
        require_cases("x", x[:0])


def test_numbers():
    assert require_number("damping", 0.5, least=0, most=1) == 0.5
    assert require_number("damping", np.float32(2)) == 2 and require_number("damping", 3) == 3
    assert type(require_number("damping",
                               np.float64(2))) is float, "a NumPy number would turn float32 arrays into float64"
    for value, bound, message in ((-1, {"least": 0}, "at least 0"), (0, {"above": 0}, "above 0"),
                                  (2, {"most": 1}, "at most 1"),
                                  (1, {"below": 1}, "below 1")):
        with pytest.raises(ValueError, match=f"damping is {value} but must be {message}"):
            require_number("damping", value, **bound)
    for value in (np.nan, np.inf):
        with pytest.raises(ValueError, match="must be finite"):
            require_number("damping", value)
    for value in (True, "1", None, 1j, [1.0]):
        with pytest.raises(TypeError, match="damping is .* but must be a real number"):
            require_number("damping", value)


def test_counts():
    assert require_count("k", 1) == 1 and type(require_count("k", np.int64(3))) is int
    with pytest.raises(ValueError, match="k is 0 but must be at least 1"):
        require_count("k", 0)
    for value in (1.0, True, "3", None):
        with pytest.raises(TypeError, match="k is .* but must be a whole number"):
            require_count("k", value)
