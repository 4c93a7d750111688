"""RMSprop, in Lasagne's form: each parameter's step divided by the running root mean square of its gradients.

    r_t     = rho r_{t-1} + (1 - rho) g_t²                     g_t = ∇f(theta_{t-1}),  r_0 = 0,  t = 1, 2, ...
    theta_t = theta_{t-1} - eps g_t / √(r_t + epsilon)

With outside=True it is Torch7's form, theta_t = theta_{t-1} - eps g_t / (√r_t + epsilon), whose own values are rho =
0.99 and epsilon = 1e-8.

epsilon stands inside the root: gradients far below √epsilon take steps of gradient descent at the rate eps/√epsilon.
The zero start is not corrected, so that a first step is up to 1/√(1 - rho) times eps long.  Tieleman & Hinton 2012.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_vector
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class RMSprop(FirstOrder):
    """learning_rate: eps; rho: how much of the mean is kept each step; epsilon: added to the mean square, or, where it
    stands outside, to its root.

    Raises ValueError for a learning rate or an epsilon that is not positive and finite, or a rho outside [0, 1).

    >>> import numpy as np
    >>> from ref import RMSprop, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(RMSprop(0.01), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float, rho: float = 0.9, epsilon: float = 1e-6, outside: bool = False):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.rho = require_number("rho", rho, least=0, below=1)
        self.epsilon, self.outside = require_number("epsilon", epsilon, above=0), bool(outside)

    def init(self, theta: Parameters) -> State:
        return {"r": np.zeros_like(theta.vector)}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        r = state_vector(state, "r", theta)
        r = self.rho * r + (1 - self.rho) * g * g
        root = np.sqrt(r) + self.epsilon if self.outside else np.sqrt(r + self.epsilon)
        new = theta.vector - self.learning_rate * g / root
        return theta.like(new), {"r": r}, {}
