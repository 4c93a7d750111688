"""Backtracking line search by Armijo's condition: the step's length, once its direction d is known.

    f(theta + rate d) <= f(theta) + c rate min(gᵀd, 0)         rate = 1, 0.8, 0.8², ...

c = 0.01 and at most 60 trials, then the step is rejected (rate 0), as in Martens' released code; Martens & Sutskever
2012, section 8.8.  gᵀd may be positive after a warm start: then any decrease is enough.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ref.validation import require_count, require_number


class Search(NamedTuple):
    rate: float  # 0 where the step was rejected
    f: float
    evaluations: int


def armijo(value: Callable[[float], float], f0: float, slope: float, c: float = 0.01, shrink: float = 0.8,
           trials: int = 60) -> Search:
    """value(rate) = f(theta + rate d); f0 = f(theta); slope = gᵀd.  Raises ValueError for an f0 that is not finite, c
    or shrink outside (0, 1).
    """
    require_number("f0", f0)
    require_number("c", c, above=0, below=1)
    require_number("shrink", shrink, above=0, below=1)
    rate = 1.0
    for trial in range(1, require_count("trials", trials) + 1):
        f = value(rate)
        if np.isfinite(f) and f <= f0 + c * rate * min(slope, 0):
            return Search(rate, f, trial)
        rate *= shrink
    return Search(0.0, f0, trials)
