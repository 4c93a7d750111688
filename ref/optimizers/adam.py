"""Adam: each parameter's step divided by the running root mean square of its gradients.

    m_t     = beta1 m_{t-1} + (1 - beta1) g_t                  g_t = ∇f(theta_{t-1}),  m_0 = v_0 = 0,  t = 1, 2, ...
    v_t     = beta2 v_{t-1} + (1 - beta2) g_t²
    m̂, v̂    = m_t / (1 - beta1^t),  v_t / (1 - beta2^t)        the zero start's bias taken out
    theta_t = theta_{t-1} - eps m̂ / (√v̂ + epsilon)

Kingma & Ba 2015, algorithm 1.
"""

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_count, state_vector
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


class Adam(FirstOrder):
    """learning_rate: eps; beta1 and beta2: how much of the means is kept each step; epsilon: the least divisor.

    Raises ValueError for a learning rate or an epsilon that is not positive and finite, or a beta outside [0, 1).

    >>> import numpy as np
    >>> from ref import Adam, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Adam(0.01), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8):
        self.learning_rate = require_number("learning_rate", learning_rate, above=0)
        self.beta1 = require_number("beta1", beta1, least=0, below=1)
        self.beta2 = require_number("beta2", beta2, least=0, below=1)
        self.epsilon = require_number("epsilon", epsilon, above=0)

    def init(self, theta: Parameters) -> State:
        return {"m": np.zeros_like(theta.vector), "v": np.zeros_like(theta.vector), "t": 0}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        m, v = state_vector(state, "m", theta), state_vector(state, "v", theta)
        t, beta1, beta2 = state_count(state, "t") + 1, self.beta1, self.beta2
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        new = theta.vector - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return theta.like(new), {"m": m, "v": v, "t": t}, {}
