"""Momentum as Torch7 has it: gradients enter the velocity damped, except the first.

    v_1     = g_1                                          g_t = ∇f(theta_{t-1}),  t = 1, 2, ...
    v_t     = mu v_{t-1} + (1 - damping) g_t
    theta_t = theta_{t-1} - eps_t v_t                      eps_t = eps / (1 + decay (t - 1))

Torch7's own damping is mu: v is then a mean of gradients, and eps = 1 with mu = 0.9 moves like a heavy ball at 0.1.
With damping 0 it is ref.optimizers.momentum at a constant mu and rate.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_count, state_vector
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class DampedMomentum(FirstOrder):
    """learning_rate: eps; momentum: mu; damping: None for mu; decay: of the rate.

    Raises ValueError for a rate that is not positive and finite, a momentum outside [0, 1), a damping outside [0, 1] or
    a negative decay.

    >>> import numpy as np
    >>> from ref import MLP, Objective, losses, same_batch, train
    >>> from ref.optimizers import DampedMomentum
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(DampedMomentum(0.1), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float, momentum: float = 0.9, damping: float | None = None, decay: float = 0.0):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.momentum = require_number("momentum", momentum, least=0, below=1)
        self.damping = self.momentum if damping is None else require_number("damping", damping, least=0, most=1)
        self.decay = require_number("decay", decay, least=0)

    def init(self, theta: Parameters) -> State:
        return {"velocity": np.zeros_like(theta.vector), "t": 0}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        v, t = state_vector(state, "velocity", theta), state_count(state, "t")
        v = self.momentum * v + (1 - self.damping) * g if t else g.copy()
        rate = self.learning_rate / (1 + self.decay * t)
        return theta.like(theta.vector - rate * v), {"velocity": v, "t": t + 1}, {"learning_rate": rate}
