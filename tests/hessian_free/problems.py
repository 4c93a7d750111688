"""Small problems, each as the objective under test and as its dense oracle."""

from importlib import import_module
from typing import NamedTuple

import numpy as np

from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.parameters import Parameters
from tests.hessian_free.dense import LOSSES, Dense

LOSS_NAMES = list(LOSSES)
ACTIVATION_NAMES = ["identity", "logistic", "tanh", "relu", "softplus"]


class Problem(NamedTuple):
    objective: Objective
    theta: Parameters
    batch: tuple[np.ndarray, np.ndarray]
    dense: Dense

    def on(self, batch) -> Dense:
        """The oracle on other data."""
        d = self.dense
        return Dense(d.sizes, d.activations, d.loss, *batch, decay=d.decay)


def targets(rng, loss: str, shape):
    if loss == "squared_error":
        return rng.standard_normal(shape)
    if loss == "softmax_cross_entropy":
        return rng.dirichlet(np.ones(shape[1]), shape[0])
    return rng.uniform(0.05, 0.95, shape)


def problem(loss="squared_error", activation="tanh", sizes=(4, 5, 3), N=7, decay=0.0, seed=0, chunk=1000,
            scale=0.7) -> Problem:
    """One hidden activation; random weights and biases, none zero."""
    rng = np.random.default_rng(seed)
    activations = [activation] * (len(sizes) - 2) + ["identity"]
    network = MLP(sizes, activations)
    theta = network.init(rng)
    theta.vector[:] = scale * rng.standard_normal(theta.size)
    batch = rng.standard_normal((N, sizes[0])), targets(rng, loss, (N, sizes[-1]))
    objective = Objective(network, import_module(f"ref.losses.{loss}"), decay, chunk)
    return Problem(objective, theta, batch, Dense(sizes, activations, loss, *batch, decay=decay))


def more_data(p: Problem, N: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((N, p.dense.sizes[0])), targets(rng, p.dense.loss, (N, p.dense.sizes[-1]))
