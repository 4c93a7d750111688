"""backward: dx = Jᵀ dy, every entry of every argument against Richardson differences."""

import numpy as np

from ref.checks.differences import numerical_backward
from ref.checks.failure import CheckFailure, require_equal, require_nonzero, require_shape
from ref.checks.passes import Arguments, Point, as_tuple


def require_one_each(check: str, names: tuple, arrays: tuple) -> None:
    if len(arrays) != len(names):
        raise CheckFailure(f"{check}: expected one array for each of {', '.join(names)}, got {len(arrays)}")


def check_backward(op, arguments: Arguments, seed: int = 0, tolerance: float = 1e-8) -> dict[str, float]:
    """Return the relative error for each argument."""
    point = Point(op, arguments, seed)
    gradients = as_tuple(op.backward(point.dy, point.cache))
    require_one_each("backward against differences", point.names, gradients)
    errors = {}
    for k, (name, dx) in enumerate(zip(point.names, gradients)):
        def forward(x):
            return op.forward(*point.arguments[:k], x, *point.arguments[k + 1 :])[0]

        expected = numerical_backward(forward, point.arguments[k], point.dy)
        require_nonzero("backward against differences", name, expected)
        errors[name] = require_equal("backward against differences", name, dx, expected, tolerance)
    return errors


def check_dot(op, arguments: Arguments, seed: int = 0, tolerance: float = 1e-12) -> float:
    """The dot test <dy, J Rx> = <Jᵀ dy, Rx> ties backward to r_forward; it is blind to an error that both share.

    Return the difference over ||dy|| ||J Rx||.
    """
    point = Point(op, arguments, seed)
    Ry = require_shape("dot test", "Ry", point.r_forward()[0], point.y)
    require_nonzero("dot test", "Ry", Ry)
    gradients = as_tuple(op.backward(point.dy, point.cache))
    require_one_each("dot test", point.names, gradients)
    left = np.sum(point.dy * Ry)
    right = sum(np.sum(dx * Rx) for dx, Rx in zip(gradients, point.directions, strict=True))
    error = float(abs(left - right) / (np.linalg.norm(point.dy) * np.linalg.norm(Ry)))
    if not error <= tolerance:
        raise CheckFailure(f"dot test: expected <dy, Ry> = {left:.12g}, got <dx, Rx> + ... = {right:.12g}; "
                           f"difference {error:.1e} of ||dy|| ||Ry||, allowed {tolerance:.0e}")
    return error
