"""Starting parameters moved by one unit in the last place: theta_i (1 + eps {-1, 0, 1}), each with one chance in three.

A chaotic run then ends elsewhere, as it would on another processor.  Zeros stay zero.
`install` wraps the networks' `init`; the rest of the program, and of the house, knows nothing of it.
"""

import functools
import os

import numpy as np

from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.orthogonality.factorized_rnn import FactorizedRNN

NETWORKS = (MLP, ElmanRNN, LSTMRNN, FactorizedRNN)


def nudged(vector: np.ndarray, seed: int) -> np.ndarray:
    """The vector (P,), each element moved by at most one unit in the last place, in its own precision."""
    way = np.random.default_rng(seed).integers(-1, 2, vector.size)
    return vector * (1 + way * np.finfo(vector.dtype).eps).astype(vector.dtype)


def install(seed: int | None = None) -> None:
    """From here on every network starts nudged; the seed is that of LONGHAND_NUDGE, without which nothing happens."""
    if seed is None:
        if "LONGHAND_NUDGE" not in os.environ:
            return
        seed = int(os.environ["LONGHAND_NUDGE"])
    for network in NETWORKS:
        network.init = _nudging(network.init, seed)


def _nudging(init, seed: int):
    @functools.wraps(init)
    def starting(*arguments, **options):
        theta = init(*arguments, **options)
        theta.vector[:] = nudged(theta.vector, seed)
        return theta

    return starting
