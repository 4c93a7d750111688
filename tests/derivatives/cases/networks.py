"""Networks, feed-forward and recurrent."""

import numpy as np

from ref.checks import Row, check_network, numerical_backward, require_equal
from ref.layers import elman, lstm
from ref.networks.dnc_rnn import DNCRNN
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.memory_rnn import MemoryRNN
from ref.networks.mlp import MLP
from ref.networks.ntm_rnn import NTMRNN
from tests.derivatives.cases import kinked
from tests.derivatives.cases.case import FOUR_PASSES, Case, dense_start, functions, normal
from tests.derivatives.cases.cells import closest_usages


def nearest_kink(network: MLP, theta, x) -> float:
    """The smallest |s_l| of any rectified unit."""
    _, cache = network.forward(theta, x)
    return min((np.abs(y @ W + theta[f"b{l}"]).min() for l, (y, W) in enumerate(cache.affine, 1)
                if network.activations[l - 1] == "relu"), default=np.inf)


def mlp(sizes, activations, cases: int, seed: int = 0, linear: bool = False) -> Case:
    network, x = MLP(sizes, activations), normal(cases, sizes[0], seed=seed)
    name = (f"networks.mlp {'-'.join(map(str, sizes))} "
            f"{activations if isinstance(activations, str) else ' '.join(activations)}")
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


def elman_rnn(T: int, activation: str, outputs: str, sizes=(5, 4, 2), cases: int = 3, op=elman,
              helpers: tuple[str, ...] = (), seed: int = 0) -> Case:
    """op: the recurrence, or a compiled twin, whose functions helpers names."""
    network, name = ElmanRNN(*sizes, activation, outputs, op), f"networks.elman_rnn {activation} {outputs} T={T}"
    if op is not elman:
        name += f" on {op.__name__}"
    theta, x = dense_start(network, seed), normal(T, cases, sizes[0], seed=seed + 3)
    if activation in ("leaky_relu", "oplu"):
        s = x @ theta["U"] + network.forward(theta, x)[1].elman.h[:-1] @ theta["W"] + theta["b"]
        assert kinked.nearest_kink(activation, s) > 0.4, f"{name}: a unit is near its kink; choose another seed"
    return Case(name, functions(ElmanRNN, *FOUR_PASSES) + helpers,
                lambda: check_network(network, theta, x, name=name))


def lstm_rnn(T: int, outputs: str, peepholes: bool, sizes=(5, 4, 2), cases: int = 3, op=lstm,
             helpers: tuple[str, ...] = ()) -> Case:
    network = LSTMRNN(*sizes, outputs, peepholes, lstm=op)
    name = f"networks.lstm_rnn {outputs} T={T}" + (" with peepholes" if peepholes else "")
    if op is not lstm:
        name += f" on {op.__name__}"
    theta, x = dense_start(network), normal(T, cases, sizes[0], seed=3)
    return Case(name, functions(LSTMRNN, *FOUR_PASSES) + helpers, lambda: check_network(network, theta, x, name=name))


def memory_rnn(kind: type, T: int, cases: int, op=None, helpers: tuple[str, ...] = (), seed: int = 0,
               **options) -> Case:
    """op: a compiled twin of the recurrence, whose functions helpers names."""
    if op is not None:
        options |= {kind.OP: op}
    network = kind(2, 3, 2, 5, 3, **options)
    theta = dense_start(network, seed)
    for name in theta.shapes:
        if name.endswith("0") or name == "q":  # no short row or key, whose direction turns too fast for differences
            theta[name] = normal(*theta[name].shape, seed=seed + 4)
    chosen = [getattr(value, "__name__", str(value)) for value in options.values()]
    name = " ".join([f"networks.{kind.OP}_rnn", *chosen, f"T={T}"])
    x = normal(T, cases, 2, seed=seed + 3)
    if kind is DNCRNN:
        usages = closest_usages(network.trace(network.forward(theta, x)[1]))
        assert usages > 0.003, f"{name}: two usages are close, {usages:.1g}; choose another seed"
    return Case(name, functions(MemoryRNN, *FOUR_PASSES) + helpers, lambda: check_network(network, theta, x, name=name))


RECURRENT = [
    memory_rnn(NTMRNN, 1, 4),
    memory_rnn(NTMRNN, 3, 1, n_read_heads=2, controller="feedforward", outputs="last", learnt=("M", "r")),
    memory_rnn(NTMRNN, 2, 3, learnt=("M",)),
    memory_rnn(DNCRNN, 3, 2, n_read_heads=2, seed=32),
    memory_rnn(DNCRNN, 2, 3, controller="feedforward", outputs="last", learnt=("M",), seed=103),
    lstm_rnn(1, "last", True),
    lstm_rnn(3, "all", False, (3, 2, 4), 5),
    lstm_rnn(2, "last", True, (2, 3, 1), 4),
    elman_rnn(1, "tanh", "all"),
    elman_rnn(2, "softplus", "last"),
    elman_rnn(3, "logistic", "all", (3, 5, 4), 2),
    elman_rnn(5, "tanh", "last", (2, 4, 3)),
    elman_rnn(2, "leaky_relu", "last", (3, 4, 2), 2, seed=235),
    elman_rnn(3, "oplu", "last", seed=640),
]


def through_time(activation: str, outputs: str) -> Case:
    """dL/dh_t against differences of the rest of the sequence, begun at h_t; one case, since h_0 is the same for all.
    """
    network, T = ElmanRNN(2, 4, 3, activation, outputs), 4
    name, theta, x = f"networks.elman_rnn state gradients {activation} {outputs}", dense_start(network), normal(T, 1,
                                                                                                                2,
                                                                                                                seed=3)
    dz = normal(T if outputs == "all" else 1, 1, 3, seed=4)

    def rest_of(t: int, h):
        """The outputs from step t on as a function of h_t."""
        read = h @ theta["V"] + theta["c"]
        if t == T - 1:
            return read[None, None]
        after = theta.copy()
        after["h0"] = h
        z, _ = network.forward(after, x[t + 1 :])
        return z if outputs == "last" else np.concatenate([read[None, None], z])

    def run() -> list[Row]:
        _, cache = network.forward(theta, x)
        expected = [numerical_backward(lambda h: rest_of(t, h), cache.elman.h[t + 1, 0], dz[t:]
                                       if outputs == "all" else dz) for t in range(T)]
        error = require_equal("state gradients against differences", "h", network.state_gradients(dz, cache),
                              np.array(expected)[:, None], 1e-8)
        return [Row(name, "h", "state gradients against differences", error, 1e-8)]

    return Case(name, functions(ElmanRNN, "state_gradients"), run)


THROUGH_TIME = [through_time("tanh", "all"), through_time("logistic", "last"), through_time("leaky_relu", "all")]
