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
    """learning_rate: eps.  Raises ValueError where it is not positive and finite."""

    def __init__(self, learning_rate: float):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)

    def init(self, theta: Parameters) -> State:
        return {}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        return theta.like(theta.vector - self.learning_rate * g), {}, {}
