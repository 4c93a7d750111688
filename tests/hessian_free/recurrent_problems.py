"""Small problems on sequences, each as the objective under test and as its dense oracle."""

from importlib import import_module
from typing import NamedTuple

import numpy as np

from ref.losses import Masked
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.parameters import Parameters
from tests.hessian_free.dense_rnn import DenseRNN
from tests.hessian_free.problems import targets


class RecurrentProblem(NamedTuple):
    objective: Objective
    theta: Parameters
    batch: tuple[np.ndarray, np.ndarray, np.ndarray]
    dense: DenseRNN


def some(rng, S: int, N: int):
    """A mask that selects some steps and leaves out others."""
    mask = rng.random((S, N)) < 0.6
    mask[0, 0], mask[0, 1] = True, S == 1
    return mask


def recurrent_problem(loss="squared_error", activation="tanh", sizes=(2, 3, 2), T=4, N=3, outputs="all", decay=0.0,
                      seed=0, chunk=1000, scale=0.6) -> RecurrentProblem:
    rng = np.random.default_rng(seed)
    network = ElmanRNN(*sizes, activation, outputs)
    theta = network.init(rng)
    theta.vector[:] = scale * rng.standard_normal(theta.size)
    S = T if outputs == "all" else 1
    t = targets(rng, loss, (S * N, sizes[2])).reshape(S, N, sizes[2])
    batch = rng.standard_normal((T, N, sizes[0])), t, some(rng, S, N)
    objective = Objective(network, Masked(import_module(f"ref.losses.{loss}")), decay, chunk)
    return RecurrentProblem(objective, theta, batch, DenseRNN(sizes, activation, loss, *batch, decay=decay))
