"""r_backward: Rdx = R{backward}, the derivative of the whole gradient as arguments and cotangent move together."""

import numpy as np

from ref.checks.backward import require_one_each
from ref.checks.differences import richardson
from ref.checks.failure import CheckFailure, require_equal, require_nonzero
from ref.checks.passes import Arguments, Point


def check_r_backward(op, arguments: Arguments, seed: int = 0, tolerance: float = 1e-8) -> dict[str, float]:
    """Against differences of backward; return the relative error for each argument."""
    point = Point(op, arguments, seed)
    r_gradients = point.r_gradients()
    require_one_each("r_backward against differences", point.names, r_gradients)
    errors = {}
    for k, (name, Rdx) in enumerate(zip(point.names, r_gradients)):
        expected = richardson(lambda step: point.gradients(step)[k])
        require_nonzero("r_backward against differences", name, expected)
        errors[name] = require_equal("r_backward against differences", name, Rdx, expected, tolerance)
    return errors


def check_op_symmetry(op, arguments: Arguments, seed: int = 0, linear: bool = False, tolerance: float = 1e-12) -> float:
    """With Rdy = 0, r_backward is the Hessian H of <dy, f> times a direction: <u, H v> = <H u, v>.

    Return the difference over ||u|| ||H v||.  Where f is linear, or linear between kinks, H must be exactly zero.
    """
    point = Point(op, arguments, seed)
    rng = np.random.default_rng(seed + 1)
    v, u = point.directions, tuple(rng.standard_normal(Rx.shape) for Rx in point.directions)
    zero = np.zeros_like(point.dy)
    Hv, Hu = (point.r_gradients(direction, zero) for direction in (v, u))
    if linear:
        if any(np.any(part) for part in Hv):
            raise CheckFailure("symmetry of r_backward: expected zero second derivatives of a linear op, got others")
        return 0.0
    norm = np.sqrt(sum(np.sum(part * part) for part in Hv))
    require_nonzero("symmetry of r_backward", "all", norm)
    left, right = (sum(np.sum(a * b) for a, b in zip(*pair, strict=True)) for pair in ((u, Hv), (Hu, v)))
    error = float(abs(left - right) / (norm * np.sqrt(sum(np.sum(part * part) for part in u))))
    if not error <= tolerance:
        raise CheckFailure(f"symmetry of r_backward: expected <u, H v> = <H u, v>, got {left:.12g} and {right:.12g}; "
                           f"difference {error:.1e} of ||u|| ||H v||, allowed {tolerance:.0e}")
    return error
