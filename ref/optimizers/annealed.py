"""An optimiser whose learning rate changes from step to step.

    theta_t = optimiser(eps_t) . update(theta_{t-1}, g_t)          eps_t = rates(t),  t = 0, 1, ...
    falling: eps_t = first (1 - t/n)                               for t = 0, ..., n - 1

The state is the optimiser's own, which must not depend on its rate, and the number of steps taken.
"""

from collections.abc import Callable

import numpy as np

from ref.optimizers.first_order import FirstOrder, State, Step, state_count
from ref.optimizers.schedules import Schedule
from ref.parameters import Parameters
from ref.protocols import Updates, require
from ref.validation import require_count, require_number

Array = np.ndarray
STEPS = "annealed_steps"


class Annealed(FirstOrder):
    """make: rate -> an optimiser with an `update`, such as the class Adam;  rates: t -> the rate of step t.

    The report has the "learning_rate".  Raises TypeError where make gives no optimiser with `update`.

    >>> import numpy as np
    >>> from ref import Adam, Annealed, MLP, Objective, falling, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(Annealed(Adam, falling(0.01, 100)), objective, theta, same_batch(batch), n_steps=100)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, make: Callable[[float], Updates], rates: Schedule):
        self.make, self.rates = make, rates
        self._at(0)

    def init(self, theta: Parameters) -> State:
        return {**self._at(0).init(theta), STEPS: 0}

    def update(self, theta: Parameters, g: Array, state: State) -> Step:
        t = state_count(state, STEPS)
        own = {name: value for name, value in state.items() if name != STEPS}
        theta, own, report = self._at(t).update(theta, g, own)
        return theta, {**own, STEPS: t + 1}, {**report, "learning_rate": float(self.rates(t))}

    def _at(self, t: int) -> Updates:
        return require("make(rate)", self.make(self.rates(t)), Updates)


def falling(first: float, n_steps: int) -> Schedule:
    """eps_t, along a straight line to zero after n_steps; the last step is taken at first/n_steps.

    Raises ValueError for a first rate that is not positive and finite, or fewer than one step.

    >>> from ref import falling
    >>> rate = falling(0.5, n_steps=4)
    >>> [rate(t) for t in range(4)]
    [0.5, 0.375, 0.25, 0.125]
    """
    first, n_steps = require_number("first", first, above=0), require_count("n_steps", n_steps)
    return lambda t: first * max(1 - t / n_steps, 1 / n_steps)
