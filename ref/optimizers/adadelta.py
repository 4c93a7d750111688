"""Adadelta: each parameter's step as long as its last steps were, against its last gradients; there is no rate.

    r_t     = rho r_{t-1} + (1 - rho) g_t²                 g_t = ∇f(theta_{t-1}),  r_0 = d_0 = 0,  t = 1, 2, ...
    delta_t = √(d_{t-1} + epsilon) / √(r_t + epsilon) g_t
    theta_t = theta_{t-1} - delta_t
    d_t     = rho d_{t-1} + (1 - rho) delta_t²

The first step is √epsilon / √(1 - rho) times the gradient's sign, where |g| is far above √epsilon: epsilon is what a
rate would be.  Zeiler 2012; rho = 0.9 and epsilon = 1e-6 are Torch7's.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_vector
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class Adadelta(FirstOrder):
    """rho: how much of the means is kept each step; epsilon: added to both mean squares.

    Raises ValueError for a rho outside [0, 1) or an epsilon that is not positive and finite.

    >>> import numpy as np
    >>> from ref import MLP, Objective, losses, same_batch, train
    >>> from ref.optimizers import Adadelta
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Adadelta(), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, rho: float = 0.9, epsilon: float = 1e-6):
        self.rho = require_number("rho", rho, least=0, below=1)
        self.epsilon = require_number("epsilon", epsilon, above=0)

    def init(self, theta: Parameters) -> State:
        return {"r": np.zeros_like(theta.vector), "d": np.zeros_like(theta.vector)}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        r, d = state_vector(state, "r", theta), state_vector(state, "d", theta)
        r = self.rho * r + (1 - self.rho) * g * g
        delta = np.sqrt((d + self.epsilon) / (r + self.epsilon)) * g
        d = self.rho * d + (1 - self.rho) * delta * delta
        return theta.like(theta.vector - delta), {"r": r, "d": d}, {}
