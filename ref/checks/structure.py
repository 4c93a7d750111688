"""What the mathematics promises of values: each returns by how much it is missed, CheckFailure where that is too much.
"""

import numpy as np

from ref.checks.failure import CheckFailure

Array = np.ndarray


def _require(check: str, name: str, violation: Array, tolerance: float, promise: str) -> float:
    worst = float(np.max(violation, initial=0.0))
    if not np.isfinite(violation).all() or not worst <= tolerance:
        raise CheckFailure(f"{check}, {name}: expected {promise}, missed by {worst:.1e}, allowed {tolerance:.0e}")
    return worst


def check_orthogonal(W: Array, name: str = "W", tolerance: float = 1e-12) -> float:
    """Orthonormal columns: the largest entry of |WᵀW - I|."""
    return _require("orthogonal", name, np.abs(W.T @ W - np.eye(W.shape[1])), tolerance, "WᵀW = I")


def check_simplex(p: Array, name: str = "p", axis: int = -1, tolerance: float = 1e-12) -> float:
    """Weights that are not negative and sum to one along the axis."""
    below = _require("simplex", name, -np.asarray(p), tolerance, "no weight below zero")
    return max(below, _require("simplex", name, np.abs(np.sum(p, axis=axis) - 1), tolerance, "weights that sum to one"))


def check_nonnegative(values, name: str = "value", tolerance: float = 1e-12) -> float:
    """No value below zero: a divergence, a variance, a squared norm."""
    return _require("non-negative", name, -np.asarray(values), tolerance, "nothing below zero")


def check_at_most(lower, upper, name: str = "bound", tolerance: float = 1e-12) -> float:
    """lower <= upper everywhere: an evidence lower bound and the log-likelihood."""
    return _require("at most", name, np.asarray(lower) - np.asarray(upper), tolerance, "the first not above the second")
