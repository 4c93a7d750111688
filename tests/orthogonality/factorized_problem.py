"""A small factorised network, its inputs, and its training on a short copy task."""

import numpy as np

from ref.losses import Masked, softmax_cross_entropy
from ref.objective import Objective
from ref.optimizers import PerParameter, RMSprop
from ref.orthogonality import CayleyDescent, renormalized
from ref.parameters import Parameters
from ref.tasks.sequences.copy_memory import copy_memory
from ref.training import train

D, H, C, T, N = 3, 6, 2, 5, 4
TASK = copy_memory(4)


def rng(seed: int = 0):
    return np.random.default_rng(seed)


def start(network, dtype=np.float64):
    """Parameters without a zero among them, the bases orthogonal."""
    theta = network.init(rng(), dtype=dtype)
    for name, array in theta.items():
        if name not in ("W_U", "W_V"):
            array[...] = 0.5 * rng(1).standard_normal(array.shape)
    return theta


def inputs(dtype=np.float64):
    return rng(2).standard_normal((T, N, D)).astype(dtype)


def composed(network, theta, W):
    """The Elman network's parameters with this transition."""
    return Parameters.from_arrays({name: W if name == "W" else theta[name] for name in network.composed.shapes})


def learner(margin, restore_every=None):
    return PerParameter({("W_U", "W_V"): CayleyDescent(0.1, restore_every),
                         ("W_p",): RMSprop(renormalized(1e-3, margin))},
                  others=RMSprop(3e-3))


def trained(network, steps: int, optimizer=None, dtype=np.float64, **options):
    """Parameters before and after some steps of copy memory, and the steps' rows."""
    task = copy_memory(4, dtype=dtype)
    objective = Objective(network, Masked(softmax_cross_entropy, "targets"))
    theta, optimizer = network.init(rng(), dtype=dtype, **options), optimizer or learner(network.margin)
    result = train(optimizer, objective, theta, lambda step: task.sample(rng(step), 20), steps, progress=False)
    return theta, result.theta, result.rows
