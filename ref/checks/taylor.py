"""Taylor remainders: ||f(h) - c₀ - h c₁ - h²/2 c₂|| shrinks like h², with the gradient, or h³, with the Hessian
product.

A wrong c₁ leaves a remainder of slope 1, a wrong c₂ one of slope 2: the test needs no step size to be right, only the
slope of a line on log-log axes.  It does not see relative errors much below the steps; the other checks do.
"""

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np

from ref.checks.failure import CheckFailure, require_nonzero

Array = np.ndarray
STEPS = 0.02 * 0.5 ** np.arange(4)


def taylor_remainders(f: Callable, coefficients: Sequence, steps: Array = STEPS) -> Array:
    """||f(h) - Σ_k c_k h^k / k!|| for each step h."""
    return np.array([np.linalg.norm(f(h) - sum(c * h**k / factorial(k) for k, c in enumerate(coefficients)))
                     for h in steps])


def taylor_slopes(f: Callable, coefficients: Sequence, steps: Array = STEPS) -> Array:
    """Slopes of log remainder against log step, between neighbouring steps."""
    return np.diff(np.log(taylor_remainders(f, coefficients, steps))) / np.diff(np.log(steps))


def check_taylor(f: Callable, coefficients: Sequence, name: str = "f", steps: Array = STEPS,
                 margin: float = 0.1) -> float:
    """f a function of the step along a direction, coefficients f(0), f'(0), perhaps f''(0), from the passes to be
    checked.

    Return how far the slope at the smallest steps falls short of their number: 0 where it is reached, or where the
    remainder is nothing but rounding.
    """
    order = len(coefficients)
    check = f"Taylor remainder of order {order}"
    require_nonzero(check, name, coefficients[1])
    remainders = taylor_remainders(f, coefficients, steps)
    rounding = 1e-14 * max(np.linalg.norm(coefficients[0]), np.linalg.norm(coefficients[1]) * steps[0])
    if (remainders <= rounding).all():
        return 0.0
    # how many there are before rounding hides the slope
    above = int(np.argmin(np.append(remainders > 10 * rounding, False)))
    if above < 2:
        raise CheckFailure(f"{check}, {name}: remainders {remainders} are too near to rounding to show a slope")
    slope = (np.diff(np.log(remainders[:above])) / np.diff(np.log(steps[:above])))[-1]
    if not slope >= order - margin:
        raise CheckFailure(f"{check}, {name}: expected slope {order}, got {slope:.3f}")
    return float(max(0.0, order - slope))
