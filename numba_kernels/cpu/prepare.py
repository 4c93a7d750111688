"""Arrays made ready for kernels, or refused: a kernel must never read what is not there."""

import re
from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

Array = np.ndarray
AXIS = re.compile(r"(\d*)([A-Z]?)(\+1)?")  # 3, T, 4H, T+1


def prepare(shapes: Mapping[str, str], **arrays: Array) -> SimpleNamespace:
    """The arrays by name, contiguous and of one dtype.

        a = prepare({"x": "T N D", "U": "D H", "h0": "H | N H", "damped": "T N H ?"}, x=x, U=U, h0=h0, damped=None)
        a.x, a.U, a.h0, a.damped

    shapes names the axes of each array; a letter stands for the same length in all of them, T+1 for one more than T, 4H
    for four times an H of an array before, 3 for itself, and | for "or".  An array whose axes end in ? may be None, and
    then becomes an empty one, of length 0 along each axis. Arrays that are not contiguous are copied.  Raises TypeError
    for what is no array of float32 or float64, or of another dtype than the first; ValueError for other shapes and for
    a letter with length 0.
    """
    lengths: dict[str, int] = {}
    first, ready = "", {}
    for name, array in arrays.items():
        choices = [choice.split() for choice in shapes[name].removesuffix("?").split("|")]
        if array is None and shapes[name].endswith("?"):
            ready[name] = np.empty((0,) * len(choices[0]), ready[first].dtype)
            continue
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            came = getattr(array, "dtype", type(array).__name__)
            raise TypeError(f"{name} is {came} but must be an array of float32 or float64")
        first = first or name
        if array.dtype != arrays[first].dtype:
            raise TypeError(f"{name} is {array.dtype} but {first} is {arrays[first].dtype}")
        axes = next((choice for choice in choices if len(choice) == array.ndim), None)
        if axes is None:
            expected = " or ".join(f"({', '.join(choice)})" for choice in choices)
            raise ValueError(f"{name} has shape {array.shape} but must be {expected}")
        for axis, length in zip(axes, array.shape):
            factor, letter, more = AXIS.fullmatch(axis).groups()
            unit = lengths.setdefault(letter, length - bool(more)) if letter else 1
            if length != int(factor or 1) * unit + bool(more):
                raise ValueError(f"{name} has shape {array.shape} but must be ({', '.join(axes)})"
                                 + (f" with {letter} = {unit} as in the arrays before it" if letter else ""))
            if unit == 0:
                raise ValueError(f"{name} has shape {array.shape}: {letter} must be at least 1")
        ready[name] = np.ascontiguousarray(array)
    return SimpleNamespace(**ready)
