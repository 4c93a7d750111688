"""Nesterov's accelerated gradient: momentum whose gradient is taken where the velocity is about to lead.

    v_{t+1}     = mu_t v_t - eps ∇f(theta_t + mu_t v_t)     v_0 = 0
    theta_{t+1} = theta_t + v_{t+1}

The form of Sutskever, Martens, Dahl & Hinton 2013.  The loss that a step reports is f(theta_t + mu_t v_t).  Since it
needs a gradient elsewhere than at theta_t, it is no FirstOrder: it has no `update`.
"""

import numpy as np

from ref.optimizers.first_order import State, Step, gradient_and_report, state_count, state_vector
from ref.optimizers.schedules import Schedule, momentum_schedule
from ref.parameters import Parameters
from ref.validation import require_number


class Nesterov:
    """learning_rate: eps; momentum: a constant mu, or mu_t as a function of t = 0, 1, ...: schedules.rising.

    Raises ValueError for a learning rate that is not positive and finite or a momentum outside [0, 1).

    >>> import numpy as np
    >>> from ref import Nesterov, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Nesterov(0.01, momentum=0.9), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float, momentum: float | Schedule = 0.9):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.momentum = momentum_schedule(momentum)

    def init(self, theta: Parameters) -> State:
        return {"velocity": np.zeros_like(theta.vector), "t": 0}

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        v, t = state_vector(state, "velocity", theta), state_count(state, "t")
        mu = self.momentum(t)
        g, report = gradient_and_report(theta.like(theta.vector + mu * v), objective, batch)
        v = mu * v - self.learning_rate * g
        return theta.like(theta.vector + v), {"velocity": v, "t": t + 1}, {**report, "momentum": mu}
