"""A gradient clipped by its norm: one that is too long keeps its direction; and any optimiser that is given such.

    clipped(g)  = g min(1, largest / |g|)         |g| over all parameters together

Pascanu, Mikolov & Bengio 2013.  It is one number for a whole gradient, after the backward pass.  Clipping every entry
of the message at every step, inside the backward pass, is the recurrences' own: clip, in ref.layers.elman and lstm.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step
from ref.parameters import Parameters
from ref.protocols import Updates, require
from ref.validation import require_floats, require_number
from ref.vectors import dot

Array = np.ndarray


class Clipped(FirstOrder):
    """optimizer: one with an `update`, which never sees a gradient longer than `largest`; the report's gradient_norm
    is that before clipping.

    Raises TypeError for an optimiser without `update`, ValueError for a largest norm that is not positive and finite.

    >>> import numpy as np
    >>> from ref import Adam, Clipped, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Clipped(Adam(0.01), largest=1.0), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, optimizer: Updates, largest: float):
        self.optimizer = require("optimizer", optimizer, Updates)
        self.largest = require_number("largest", largest, above=0)

    def init(self, theta: Parameters) -> State:
        return self.optimizer.init(theta)

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        return self.optimizer.update(theta, clipped(g, self.largest), state)


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
