"""The nonlinearities inside the compiled recurrences: in the arithmetic of their own dtype, and NaN is not lost."""

import numpy as np
import pytest
from numba import float32, float64, njit

from numba_kernels.cpu import activations, vector_math, vector_math32
from numba_kernels.cpu.jit import JIT
from tests.kernels.test_vector_math import applied

S = 2 * np.random.default_rng(0).standard_normal((5, 33))


@pytest.mark.parametrize("dtype, math", [(np.float64, vector_math), (np.float32, vector_math32)])
@pytest.mark.parametrize("name", ("tanh", "logistic"))
def test_each_dtype_has_its_own_formula(name, dtype, math):
    """Mistake caught: float32 computed in float64 and rounded, four times slower; its last bits are other ones."""
    s = S.astype(dtype)
    expected = applied(getattr(math, name), s.ravel(), dtype)
    activations.activate(activations.CODES[name], s)
    np.testing.assert_array_equal(s.ravel(), expected)


@pytest.mark.parametrize("name", ("slope", "r_slope"))
def test_slopes_in_float32_meet_no_float64(name):
    """Mistake caught: a Python 1 beside a float32, which makes the compiler compute in float64 and round."""
    function = njit(**{**JIT, "cache": False})(getattr(activations, name).py_func)
    y = S.astype(np.float32)
    function(activations.TANH, y, *[y.copy() for _ in range(2 if name == "r_slope" else 1)])
    (compiled,) = function.overloads.values()
    types = set(compiled.type_annotation.typemap.values())
    assert float32 in types and float64 not in types


@pytest.mark.parametrize("dtype", (np.float64, np.float32))
@pytest.mark.parametrize("phi", activations.CODES)
def test_nan_stays_nan(phi, dtype):
    s = np.array([[1, np.nan], [-1, 0]], dtype)
    activations.activate(activations.CODES[phi], s)
    assert np.isnan(s).tolist() == [[False, True], [False, False]]
