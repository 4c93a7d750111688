"""Pure functions: the same bits twice, nothing mutated, any memory layout, float32 kept.

`function` is any pass: it takes arrays, caches (tuples, lists and objects that hold arrays) and numbers, and returns
some.
"""

import copy
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ref.checks.failure import CheckFailure, require_equal

Array = np.ndarray


def leaves(tree, path: str = "") -> Iterator[tuple[str, Array | float]]:
    """Every array and number in a nest of sequences, dicts and objects with a flat `.vector`."""
    if tree is None or callable(tree) or isinstance(tree, (str, bytes)):
        return
    if hasattr(tree, "vector"):
        yield f"{path}.vector", tree.vector
    elif isinstance(tree, Sequence):
        names = getattr(tree, "_fields", range(len(tree)))
        for name, item in zip(names, tree):
            yield from leaves(item, f"{path}.{name}" if isinstance(name, str) else f"{path}[{name}]")
    elif isinstance(tree, dict):
        for name, item in tree.items():
            yield from leaves(item, f"{path}[{name!r}]")
    else:
        yield path, tree


def require_same_bits(check: str, name: str, got, expected) -> None:
    for (path, a), (_, b) in zip(leaves(got, name), leaves(expected, name), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or a.dtype != b.dtype or a.tobytes() != b.tobytes():
            raise CheckFailure(f"{check}, {path}: expected the same bits, got others")


def check_pure(function: Callable, *arguments, name: str = "function") -> float:
    """Called twice it returns the same bits, it leaves its arguments alone, and a later call leaves its results alone.
    """
    before = copy.deepcopy(arguments)
    first = function(*arguments)
    kept = copy.deepcopy(first)
    require_same_bits("nothing is mutated", f"an argument of {name}", arguments, before)
    require_same_bits("called twice", f"the result of {name}", function(*arguments), kept)
    function(*(2 * a if isinstance(a, np.ndarray) and a.dtype != bool else a for a in arguments))
    require_same_bits("a later call", f"the earlier result of {name}", first, kept)
    require_same_bits("nothing is mutated", f"an argument of {name}", arguments, before)
    return 0.0


def layouts(array: Array) -> dict[str, Array]:
    """The same values as a Fortran-ordered array and as a view that is contiguous in neither order."""
    strided = np.full((*array.shape, 2), np.nan, array.dtype)
    strided[..., 0] = array
    return {"Fortran order": np.asfortranarray(array), "not contiguous": strided[..., 0]}


def check_layouts(function: Callable, *arrays: Array, name: str = "function", tolerance: float = 1e-12) -> float:
    """The same results, up to the order of summation, whatever the memory layout of the arrays; the worst relative
    error.
    """
    expected = list(leaves(function(*arrays), name))
    worst = 0.0
    for layout in ("Fortran order", "not contiguous"):
        got = leaves(function(*(layouts(array)[layout] for array in arrays)), name)
        for (path, a), (_, b) in zip(got, expected, strict=True):
            check = f"input in another layout ({layout})"
            if np.asarray(b).dtype.kind in "fc":
                worst = max(worst, require_equal(check, path, a, b, tolerance))
            else:  # numbers of places, and what is true
                require_same_bits(check, path, a, b)
    return worst


def check_float32(function: Callable, *arrays: Array, name: str = "function", tolerance: float = 1e-4) -> float:
    """float32 in, float32 in every result and cache (Python numbers have no dtype), near the float64 results.

    Return the worst relative error.
    """
    expected = list(leaves(function(*arrays), name))
    worst = 0.0
    for (path, a), (_, b) in zip(leaves(function(*(array.astype(np.float32) for array in arrays)), name), expected,
                                 strict=True):
        if isinstance(b, (np.ndarray, np.floating)) and b.dtype == np.float64:
            if getattr(a, "dtype", None) != np.float32:
                raise CheckFailure(f"float32 stays float32, {path}: expected float32, got "
                                   f"{getattr(a, 'dtype', type(a))}")
            worst = max(worst, require_equal("float32 stays near float64", path, a, b, tolerance))
    return worst
