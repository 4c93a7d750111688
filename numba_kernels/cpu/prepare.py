"""Arrays made ready for kernels, or refused: a kernel must never read what is not there."""

import re

import numpy as np

Array = np.ndarray
AXIS = re.compile(r"(\d*)([A-Z]?)(\+1)?")  # 3, T, 4H, T+1


def prepare(shapes: str, **arrays: Array) -> list[Array]:
    """The arrays, contiguous and of one dtype, in the order given.

        prepare("T N D, D H, H", x=x, U=U, b=b)

    shapes names each array's axes; a letter stands for the same length everywhere, T+1 for one more than T, 4H for
    four times an H that has come before, 3 for itself.  An array whose axes end in ? may be None, and then is an empty
    one, of length 0 along its first axis.
    Arrays that are not contiguous are copied.  Raises TypeError for what is no array of float32 or float64, or of another
    dtype than the first; ValueError for other shapes and for a letter with length 0.
    """
    lengths: dict[str, int] = {}
    first, ready = "", []
    for axes, (name, array) in zip(shapes.split(", "), arrays.items(), strict=True):
        letters = axes.removesuffix("?").split()
        if array is None and axes.endswith("?"):
            ready.append(np.empty((0,) * len(letters), ready[0].dtype))
            continue
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            raise TypeError(f"{name} is {getattr(array, 'dtype', type(array).__name__)} but must be an array of float32 or float64")
        first = first or name
        if array.dtype != arrays[first].dtype:
            raise TypeError(f"{name} is {array.dtype} but {first} is {arrays[first].dtype}")
        if array.ndim != len(letters):
            raise ValueError(f"{name} has shape {array.shape} but must be ({', '.join(letters)})")
        for axis, length in zip(letters, array.shape):
            factor, letter, more = AXIS.fullmatch(axis).groups()
            unit = lengths.setdefault(letter, length - bool(more)) if letter else 1
            if length != int(factor or 1) * unit + bool(more):
                raise ValueError(f"{name} has shape {array.shape} but must be ({', '.join(letters)})"
                                 + (f" with {letter} = {unit} as in the arrays before it" if letter else ""))
            if unit == 0:
                raise ValueError(f"{name} has shape {array.shape}: {letter} must be at least 1")
        ready.append(np.ascontiguousarray(array))
    return ready
