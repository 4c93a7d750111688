"""Gradient descent.

    theta_{t+1} = theta_t - eps_t ∇f(theta_t)               eps_t = eps / (1 + decay t)

Stochastic where the batch is a part of the data.  The decay of the rate is Torch7's.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_count
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class GradientDescent(FirstOrder):
    """learning_rate: eps; decay: of the rate, none by default.

    Raises ValueError for a rate that is not positive and finite, or a negative decay.

    >>> import numpy as np
    >>> from ref import GradientDescent, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(GradientDescent(0.1), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float, decay: float = 0.0):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.decay = require_number("decay", decay, least=0)

    def init(self, theta: Parameters) -> State:
        return {"t": 0} if self.decay else {}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        if not self.decay:
            return theta.like(theta.vector - self.learning_rate * g), {}, {}
        t = state_count(state, "t")
        rate = self.learning_rate / (1 + self.decay * t)
        return theta.like(theta.vector - rate * g), {"t": t + 1}, {"learning_rate": rate}
