"""Gradient descent.

    theta_{t+1} = theta_t - eps ∇f(theta_t)

Stochastic where the batch is a part of the data.
"""

from ref.arrays import require_number
from ref.optimizers.first_order import State, Step, gradient_and_report
from ref.parameters import Parameters


class GradientDescent:
    """learning_rate: eps.  Raises ValueError where it is not positive and finite."""

    def __init__(self, learning_rate: float):
        self.learning_rate = float(require_number("learning_rate", learning_rate, above=0))

    def init(self, theta: Parameters) -> State:
        return {}

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        g, report = gradient_and_report(theta, objective, batch)
        return theta.like(theta.vector - self.learning_rate * g), {}, report
