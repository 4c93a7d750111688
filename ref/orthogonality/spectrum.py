"""Singular values within a margin of one, as a function of free parameters p.

    margin m      s = 1 + m tanh(p/2)        s' = m/2 (1 - tanh²(p/2))      s'' = -tanh(p/2) s'
    no margin     s = p                      s' = 1                         s'' = 0

The paper writes s = 2 m (sigma(p) - ½) + 1, the same function by a difference of nearly equal numbers.  m = 0 holds
every s at 1, and 0 < m <= 1 holds them within [1 - m, 1 + m].  Without a margin s is trained itself and may turn
negative, which is the singular value |s| with a column of U turned round; the released code cuts s off at zero there,
and a value that has once been cut off no longer learns.

The learning rate of p is divided by 2 m, or a small margin would be a small step: `renormalized`.  What that achieves
depends on the optimiser, since a gradient in p is s' = O(m) times the one in s:

    RMSprop   Δp = -η/2m g / √(r + epsilon):  Δs = s' Δp does not depend on m as long as |g| >> √epsilon = 1e-3;
              below that the root is √epsilon, and Δs is proportional to m, as for plain descent
    descent   Δp = -η/2m g:                   Δs is proportional to m

We do as the paper and the released code do: the rate is divided, epsilon is left alone.  With epsilon replaced by
(2 m)² epsilon, RMSprop would not depend on m for gradients of any size.

Shapes: p, s, s', s'' (k,).  The paper's equations 10 and 11.
"""

import numpy as np

from ref.validation import require_number

Array = np.ndarray


def require_margin(margin: float | None) -> float | None:
    return None if margin is None else require_number("margin", margin, least=0, most=1)


def singular_values(p: Array, margin: float | None) -> tuple[Array, Array, Array]:
    """Return s, s', s''."""
    if margin is None:
        return p, np.ones_like(p), np.zeros_like(p)
    m, tanh = require_margin(margin), np.tanh(p / 2)
    slope = m / 2 * (1 - tanh * tanh)
    return 1 + m * tanh, slope, -tanh * slope


def renormalized(learning_rate: float, margin: float | None) -> float:
    """The learning rate of p: divided by 2 m where there is a margin m > 0."""
    rate, margin = require_number("learning_rate", learning_rate, above=0), require_margin(margin)
    return rate / (2 * margin) if margin else rate
