"""How a check fails: it names the check, the argument, the entry, what was expected and what came."""

import numpy as np

Array = np.ndarray


class CheckFailure(AssertionError):
    """A derivative, or a promise of the mathematics, does not hold."""


def require_shape(check: str, argument: str, got, expected: Array) -> Array:
    """The array, or CheckFailure where `got` is none, or of another shape than `expected`."""
    if not isinstance(got, (np.ndarray, np.number, float)):
        raise CheckFailure(f"{check}, argument {argument}: expected an array of shape {np.shape(expected)}, got "
                           f"{got!r:.60}")
    if np.shape(got) != np.shape(expected):
        raise CheckFailure(f"{check}, argument {argument}: expected shape {np.shape(expected)}, got {np.shape(got)}")
    return np.asarray(got)


def require_nonzero(check: str, argument: str, expected: Array) -> None:
    """CheckFailure where what is to be compared with is zero everywhere, so that the check could not fail."""
    if not np.any(expected):
        raise CheckFailure(f"{check}, argument {argument}: the true derivative is identically zero, so this case "
                           f"checks nothing")


def require_equal(check: str, argument: str, got, expected: Array, tolerance: float) -> float:
    """Return ||got - expected|| / ||expected||; CheckFailure, with the worst entry, where it is above the tolerance or
    NaN.
    """
    got, expected = require_shape(check, argument, got, expected), np.asarray(expected)
    difference = np.abs(got - expected)
    error = float(np.linalg.norm(difference) / max(np.linalg.norm(expected), 1e-300))
    if not error <= tolerance:
        worst = np.unravel_index(np.argmax(np.where(np.isfinite(difference), difference, np.inf)), difference.shape)
        entry = f"entry {[int(i) for i in worst]}: " if worst else ""
        raise CheckFailure(f"{check}, argument {argument}: {entry}expected {expected[worst]:.12g}, got "
                           f"{got[worst]:.12g}; "
                           f"relative error of the array {error:.1e}, allowed {tolerance:.0e}")
    return error
