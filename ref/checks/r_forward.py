"""r_forward: Ry = J Rx, along random directions of all arguments at once."""

from ref.checks.differences import complex_step, richardson
from ref.checks.failure import CheckFailure, require_equal, require_nonzero
from ref.checks.passes import Arguments, Point


def check_r_forward(op, arguments: Arguments, seed: int = 0, tolerance: float = 1e-8) -> float:
    """Against Richardson differences; return the relative error of Ry."""
    point = Point(op, arguments, seed)
    expected = richardson(point.output)
    require_nonzero("r_forward against differences", "Ry", expected)
    return require_equal("r_forward against differences", "Ry", point.r_forward()[0], expected, tolerance)


def check_r_forward_complex(op, arguments: Arguments, seed: int = 0, tolerance: float = 1e-12) -> float:
    """Against the complex step, which is exact where forward is analytic; return the relative error of Ry."""
    point = Point(op, arguments, seed)
    expected = complex_step(point.output)
    require_nonzero("r_forward against the complex step", "Ry", expected)
    try:
        return require_equal("r_forward against the complex step", "Ry", point.r_forward()[0], expected, tolerance)
    except CheckFailure as failure:
        hint = "the complex step is wrong through abs, norms and comparisons: there, check with analytic=False"
        raise CheckFailure(f"{failure} ({hint})") from None
