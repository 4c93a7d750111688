"""Adam on the gradient of a two-stage Runge-Kutta step.  The definition is ours.

    g_1     = ∇f(theta_t)
    Delta   = Adam's step from g_1, its moments put aside again
    g_2     = ∇f(theta_t + q Delta)                        on the same batch, with the same noise and masks
    theta_{t+1} = theta_t + Adam's step from w_1 g_1 + w_2 g_2          w_2 = 1/(2q),  w_1 = 1 - w_2

The moments are updated once a step, from the mean gradient.  Where Adam's divisor does not change it is the Runge-Kutta
step of the scaled flow; it does change, so that no order two is claimed.  The other natural reading, the mean of two
full Adam steps, lets the moments see two gradients a step.

"ADAM&RK2" in figures of Im, Tao & Branson 2016; what it is there, we have not seen.
"""

import numpy as np

from ref.optimizers.adam import Adam
from ref.optimizers.first_order import State, Step, gradient_and_report
from ref.optimizers.runge_kutta import averaged, both
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class AdamRungeKutta:
    """learning_rate, beta1, beta2, epsilon: Adam's; q: how far along Adam's step the second gradient is taken.

    Raises ValueError as Adam does, and for a q outside (0, 1].

    >>> import numpy as np
    >>> from ref import MLP, Objective, losses, same_batch, train
    >>> from ref.optimizers import AdamRungeKutta
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(AdamRungeKutta(0.01), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
                 q: float = 1.0):
        self.adam = Adam(learning_rate, beta1, beta2, epsilon)
        self.q = require_number("q", q, above=0, most=1)

    def init(self, theta: Parameters) -> State:
        return self.adam.init(theta)

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        """Two gradients on the batch; the report's loss and gradient_norm are the first one's.

        Where the point of the second gradient is not finite, it is the step's: there is no gradient at it.
        """
        g1, report = gradient_and_report(theta, objective, batch)
        ahead, _, _ = self.adam.update(theta, g1, state)
        at = theta.like(theta.vector + self.q * (ahead.vector - theta.vector))
        if not np.isfinite(at.vector).all():
            return at, state, report
        g2, second = gradient_and_report(at, objective, batch)
        theta, state, _ = self.adam.update(theta, averaged(g1, g2, self.q), state)
        return theta, state, both(report, second)
