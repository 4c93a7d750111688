"""Arrays made ready for kernels, or refused, at a tenth of the time of prepare: a small picture takes little more."""

import numpy as np

Array = np.ndarray
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def require(name: str, array: Array, ndim: int) -> Array:
    """The array, contiguous: of float32 or float64, with so many axes.  Raises TypeError or ValueError."""
    if not isinstance(array, np.ndarray) or array.dtype not in FLOATS:
        came = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} is {came} but must be an array of float32 or float64")
    if array.ndim != ndim or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape} but must have {ndim} axes, none of length 0")
    return np.ascontiguousarray(array)


def require_like(name: str, array: Array, shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """The array, contiguous: of this shape and dtype.  Raises TypeError or ValueError."""
    if not isinstance(array, np.ndarray) or array.dtype != dtype:
        came = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} is {came} but must be an array of {dtype}")
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape} but must be {shape}")
    return np.ascontiguousarray(array)
