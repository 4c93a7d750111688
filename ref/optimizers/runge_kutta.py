"""Runge-Kutta of order two: gradient descent is Euler's method on theta' = -∇f(theta), and this is the next better one.

    g_1     = ∇f(theta_t)
    g_2     = ∇f(theta_t - eps q g_1)                      on the same batch, with the same noise and masks
    theta_{t+1} = theta_t - eps (w_1 g_1 + w_2 g_2)        w_2 = 1/(2q),  w_1 = 1 - w_2

A step is off the flow by a multiple of eps³, one of Euler's by one of eps².  Heun: q = 1, w = (1/2, 1/2); midpoint:
q = 1/2, w = (0, 1); Ralston: q = 2/3, w = (1/4, 3/4).  On a quadratic with curvature c a step multiplies by
1 - z + z²/2, z = eps c, whatever q is: stable up to z = 2, as Euler's 1 - z is.

"RK2" in figures of Im, Tao & Branson 2016; which member of the family it is, we have not seen, and Heun is our choice.
"""

import numpy as np

from ref.optimizers.first_order import Report, State, Step, gradient_and_report
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class RungeKutta:
    """learning_rate: eps; q: where along the first gradient the second one is taken.

    Raises ValueError for a rate that is not positive and finite, or a q outside (0, 1].

    >>> import numpy as np
    >>> from ref import MLP, Objective, losses, same_batch, train
    >>> from ref.optimizers import RungeKutta
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(RungeKutta(0.1), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float, q: float = 1.0):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.q = require_number("q", q, above=0, most=1)

    def init(self, theta: Parameters) -> State:
        return {}

    def step(self, theta: Parameters, state: State, objective, batch) -> Step:
        """Two gradients on the batch; the report's loss and gradient_norm are the first one's.

        Where the point of the second gradient is not finite, it is the step's: there is no gradient at it.
        """
        g1, report = gradient_and_report(theta, objective, batch)
        at = theta.like(theta.vector - self.learning_rate * self.q * g1)
        if not np.isfinite(at.vector).all():
            return at, {}, report
        g2, second = gradient_and_report(at, objective, batch)
        g = averaged(g1, g2, self.q)
        return theta.like(theta.vector - self.learning_rate * g), {}, both(report, second)


def averaged(g1: Array, g2: Array, q: float) -> Array:
    """w_1 g_1 + w_2 g_2."""
    w2 = 1 / (2 * q)
    return (1 - w2) * g1 + w2 * g2


def both(first: Report, second: Report) -> Report:
    """The first report, with the work of both."""
    return {**first, "gradient_equivalents": first["gradient_equivalents"] + second["gradient_equivalents"]}
