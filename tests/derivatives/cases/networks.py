"""Networks, feed-forward and recurrent."""

import numpy as np

from ref.checks import check_network
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.mlp import MLP
from tests.derivatives.cases.case import FOUR_PASSES, Case, dense_start, functions, normal


def nearest_kink(network: MLP, theta, x) -> float:
    """The smallest |s_l| of any rectified unit."""
    _, cache = network.forward(theta, x)
    return min((np.abs(y @ W + theta[f"b{l}"]).min() for l, (y, W) in enumerate(cache.affine, 1)
                if network.activations[l - 1] == "relu"), default=np.inf)


def mlp(sizes, activations, cases: int, seed: int = 0, linear: bool = False) -> Case:
    network, x = MLP(sizes, activations), normal(cases, sizes[0], seed=seed)
    name = f"networks.mlp {'-'.join(map(str, sizes))} {activations if isinstance(activations, str) else ' '.join(activations)}"
    theta = dense_start(network, seed)
    assert nearest_kink(network, theta, x) > 0.04, f"{name}: a unit is near its kink; choose another seed"
    return Case(name, functions(MLP, *FOUR_PASSES, "backward_squares"),
                lambda: check_network(network, theta, x, seed, linear=linear, name=name))


NETWORKS = [
    mlp((5, 3), "tanh", 4, linear=True),
    mlp((5, 4, 2), "tanh", 3),
    mlp((6, 5, 2, 4, 7), ("logistic", "identity", "logistic", "identity"), 3),
    mlp((2, 5, 4, 3), ("softplus", "tanh", "logistic"), 6),
    mlp((3, 6, 5, 2), ("relu", "softplus", "tanh"), 4, seed=5),
    mlp((4, 5, 6, 3), "relu", 2, seed=4),
]


def elman_rnn(T: int, activation: str, outputs: str, sizes=(5, 4, 2), cases: int = 3) -> Case:
    network, name = ElmanRNN(*sizes, activation, outputs), f"networks.elman_rnn {activation} {outputs} T={T}"
    theta, x = dense_start(network), normal(T, cases, sizes[0], seed=3)
    return Case(name, functions(ElmanRNN, *FOUR_PASSES, "_read", "_at_its_steps"),
                lambda: check_network(network, theta, x, name=name))


RECURRENT = [
    elman_rnn(1, "tanh", "all"),
    elman_rnn(2, "softplus", "last"),
    elman_rnn(3, "logistic", "all", (3, 5, 4), 2),
    elman_rnn(5, "tanh", "last", (2, 4, 3)),
]
