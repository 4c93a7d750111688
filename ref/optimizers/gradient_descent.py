"""Gradient descent.

    theta_{t+1} = theta_t - eps ∇f(theta_t)

Stochastic where the batch is a part of the data.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class GradientDescent(FirstOrder):
    """learning_rate: eps.  Raises ValueError where it is not positive and finite.

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

    def __init__(self, learning_rate: float):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)

    def init(self, theta: Parameters) -> State:
        return {}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        return theta.like(theta.vector - self.learning_rate * g), {}, {}
