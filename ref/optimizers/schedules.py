"""Momentum that rises with the number of steps taken.

    mu_t = min(1 - 2^(-1 - log2(floor(t/period) + 1)), largest) = min(1 - 1/(2 (floor(t/period) + 1)), largest)

1/2 for the first `period` steps, 3/4 for the next, then 5/6, 7/8, ...  This is how we read the schedule of Sutskever,
Martens, Dahl & Hinton 2013, with period = 250; counting t from 0 is our choice.
"""

from collections.abc import Callable

from ref.validation import require_count, require_number

Schedule = Callable[[int], float]


def rising(largest: float, period: int = 250) -> Schedule:
    """mu_t as a function of t.  Raises ValueError for a largest momentum outside [0, 1) or a period below one."""
    largest = require_number("largest", largest, least=0, below=1)
    period = require_count("period", period)

    def momentum(t: int) -> float:
        return min(1 - 1 / (2 * (t // period + 1)), largest)

    return momentum


def momentum_schedule(momentum: float | Schedule) -> Schedule:
    """The schedule, or the constant as one; each mu_t is checked to lie in [0, 1)."""
    if not callable(momentum):
        constant = require_number("momentum", momentum, least=0, below=1)
        return lambda t: constant
    return lambda t: require_number(f"momentum at step {t}", momentum(t), least=0, below=1)
