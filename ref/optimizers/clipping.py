"""A gradient clipped by its norm: one that is too long keeps its direction.

    clipped(g)  = g min(1, largest / |g|)         |g| over all parameters together

Pascanu, Mikolov & Bengio 2013.  It is one number for a whole gradient, after the backward pass.  Clipping every entry
of the message at every step, inside the backward pass, is the recurrences' own: clip, in ref.layers.elman and lstm.
"""

import numpy as np

from ref.validation import require_floats, require_number
from ref.vectors import dot

Array = np.ndarray


def clipped(g: Array, largest: float) -> Array:
    """g (P,), or a shorter vector of the same direction; the norm is taken in float64.

    A g that is not finite comes back as it is, so that training sees it.  Raises ValueError for a largest norm that is
    not positive and finite.
    """
    g, largest = require_floats("g", g, finite=False), require_number("largest", largest, above=0)
    entry = float(np.max(np.abs(g), initial=0))
    if not 0 < entry < np.inf:
        return g
    direction = g / entry  # whose squares neither overflow nor vanish
    length = dot(direction, direction) ** 0.5
    return g if entry * length <= largest else direction * (largest / length)
