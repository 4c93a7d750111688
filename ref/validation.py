"""What a user may hand in: checks at the boundary, each error naming the argument, what came and what was expected."""

import numpy as np

Array = np.ndarray
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def require_float_dtype(name: str, dtype) -> np.dtype:
    """The dtype, or TypeError: every computation is in float32 or float64."""
    dtype = np.dtype(dtype)
    if dtype not in FLOATS:
        raise TypeError(f"{name} is {dtype} but must be float32 or float64")
    return dtype


def require_floats(name: str, array, finite: bool = True) -> Array:
    """The array as it is, or TypeError (integers, complex numbers, objects), or ValueError (NaN or infinity)."""
    array = np.asarray(array)
    require_float_dtype(name, array.dtype)
    if finite and not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(f"{name} must be finite but {name}{bad.tolist()} is {array[tuple(bad)]}")
    return array


def require_cases(name: str, array, width: int | None = None, finite: bool = True) -> Array:
    """A float array (N, width) with at least one case, or an error that says what came."""
    array = require_floats(name, array, finite)
    if array.ndim != 2 or (width is not None and array.shape[1] != width):
        expected = f"(N, {'D' if width is None else width})"
        raise ValueError(f"{name} has shape {array.shape} but must be {expected}: one case a row")
    if len(array) == 0:
        raise ValueError(f"{name} is an empty batch: it has shape {array.shape}")
    return array


def require_sequences(name: str, array, width: int | None = None, finite: bool = True) -> Array:
    """A float array (T, N, width), time first, with at least one step and one case, or an error that says what came."""
    expected = f"(T, N, {'D' if width is None else width}): time first, then cases"
    try:
        array = np.asarray(array)
    except ValueError:
        raise ValueError(f"{name} is ragged but must be one array {expected}; "
                         f"pad shorter sequences and mask the padding") from None
    require_floats(name, array, finite)
    if array.ndim != 3 or (width is not None and array.shape[2] != width):
        raise ValueError(f"{name} has shape {array.shape} but must be {expected}")
    if 0 in array.shape[:2]:
        raise ValueError(f"{name} has no {'steps' if len(array) == 0 else 'cases'}: it has shape {array.shape}")
    return array


def require_number(name: str, value, least: float | None = None, above: float | None = None,
                   most: float | None = None, below: float | None = None) -> float:
    """A finite real number within the bounds, or ValueError naming the bound that it breaks."""
    if isinstance(value, (bool, np.bool_)) or not np.isscalar(value) or not np.isreal(value):
        raise TypeError(f"{name} is {value!r} but must be a real number")
    bounds = [(least is not None and value < least, f"at least {least}"),
              (above is not None and value <= above, f"above {above}"),
              (most is not None and value > most, f"at most {most}"),
              (below is not None and value >= below, f"below {below}")]
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value} but must be finite")
    for broken, bound in bounds:
        if broken:
            raise ValueError(f"{name} is {value} but must be {bound}")
    return float(value)  # not a NumPy number, which would turn float32 arrays into float64


def require_count(name: str, value, least: int = 1) -> int:
    """A whole number of at least `least`, or an error."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r} but must be a whole number")
    if value < least:
        raise ValueError(f"{name} is {value} but must be at least {least}")
    return int(value)


def require_choice(name: str, value, known) -> str:
    if value not in known:
        raise ValueError(f"{name} is {value!r} but must be one of {', '.join(known)}")
    return value
