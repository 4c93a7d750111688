"""A pickle read without running it: numbers, bytes, strings, lists, tuples, dicts and NumPy's arrays of numbers.

A pickle is a program, and may call whatever it names.  Here the few names that an array's pickle needs stand for
classes of this module, which keep what they are given and do nothing; every other name is refused.  The array is then
made of its bytes, as a file's contents are.

    numpy[._core|.core].multiarray._reconstruct     an empty array, whose state follows
    numpy[._core|.core].numeric._frombuffer         an array, as protocol 5 writes it
    numpy.ndarray, numpy.dtype                      its class and the type of its elements
    _codecs.encode, __builtin__.bytes               bytes, as Python 3 writes them for Python 2, and none of them
"""

import pickle
from math import prod
from os import PathLike
from pathlib import Path

import numpy as np

from ref.validation import require_count

Array = np.ndarray
LIMIT = 2**30  # bytes
KINDS = "biuf"  # of the elements: booleans, whole numbers with and without a sign, floating point


def load_plain(path: str | PathLike, limit: int = LIMIT) -> dict:
    """The dict that a pickle holds, its keys as strings and its arrays as arrays.  Strings of Python 2 are bytes.

    Raises FileNotFoundError; ValueError naming the file where it is larger than `limit` bytes, breaks off, holds
    anything but a dict of plain data, or names a function or class that no array of numbers needs.
    """
    path, limit = Path(path), require_count("limit", limit)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist but a pickle was expected there")
    if path.stat().st_size > limit:
        raise ValueError(f"{path} is too large: it has {path.stat().st_size} bytes but limit is {limit}; give a larger "
                         f"limit to read it")
    with path.open("rb") as file:
        try:
            held = _Unpickler(file, encoding="bytes").load()
            if file.read(1):
                raise ValueError("there are bytes after its end")
            if not isinstance(held, dict):
                raise ValueError(f"it holds a {type(held).__name__}, not a dict")
            return {_text(key): value.array() if isinstance(value, _Array) else value for key, value in held.items()}
        except EOFError:
            raise ValueError(f"{path} is truncated: it ends in the middle of a pickle") from None
        except Exception as error:  # what a damaged pickle raises may be anything
            raise ValueError(f"{path} is no pickle of plain data: {error}") from None


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        try:
            return STAND_INS[module, name]
        except KeyError:
            raise ValueError(f"it names {module}.{name}, which plain data does not need: it is not run") from None


class _StandIn:
    """What a name stands for.  No attribute can be set, of the class neither: its __setstate__ takes two arguments."""

    __slots__ = ()

    def __setstate__(self, state) -> None:
        raise ValueError(f"it gives a state to {type(self).__name__.strip('_').lower()}")


class _Dtype(_StandIn):
    __slots__ = ("code", "order")

    def __init__(self, code, *_):
        self.code, self.order = _text(code), "="

    def __setstate__(self, state) -> None:
        self.order = _text(state[1])

    def dtype(self) -> np.dtype:
        dtype = np.dtype(self.code).newbyteorder(self.order)
        if dtype.kind not in KINDS or dtype.names:
            raise ValueError(f"it has an array of {self.code}, not of numbers")
        return dtype


class _Array(_StandIn):
    __slots__ = ("state",)

    def __init__(self, *_):
        self.state = None

    def __setstate__(self, state) -> None:
        self.state = state

    def array(self) -> Array:
        if self.state is None:
            raise ValueError("it has an array without contents")
        _, shape, of, fortran, data = self.state
        dtype = of.dtype()
        if not isinstance(data, bytes) or len(data) != prod(shape) * dtype.itemsize:
            raise ValueError(f"it has an array of the shape {shape} whose contents are not as long")
        array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
        return array.astype(dtype.newbyteorder("="))


class _Buffer(_Array):
    __slots__ = ()

    def __init__(self, data, dtype, shape, order, axes=None):
        if axes is not None:
            raise ValueError("it has an array whose axes are not in their order")
        self.state = (1, shape, dtype, order == "F", bytes(data))


class _Bytes(_StandIn):
    __slots__ = ()

    def __new__(cls, text: str = "", coding: str = "latin1") -> bytes:
        if coding not in ("latin1", b"latin1"):
            raise ValueError(f"it has bytes in {coding!r}, not latin1")
        return text.encode("latin1")


def _text(name: str | bytes) -> str:
    return name.decode("latin1") if isinstance(name, bytes) else name


STAND_INS = {
    ("numpy", "ndarray"): _Array, ("numpy", "dtype"): _Dtype, ("_codecs", "encode"): _Bytes,
    ("__builtin__", "bytes"): _Bytes,
    **{(f"numpy{core}.multiarray", "_reconstruct"): _Array for core in (".core", "._core")},
    **{(f"numpy{core}.numeric", "_frombuffer"): _Buffer for core in (".core", "._core")},
}
