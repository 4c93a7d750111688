"""Objectives over sequences, and structural damping."""

import numpy as np

from ref.checks import Row, check_objective, dense, numerical_jacobian, require_equal
from ref.hessian_free import structural_damping
from ref.layers import elman
from ref.losses import Masked, logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from tests.derivatives.cases.case import FOUR_PASSES, Case, dense_start, functions, normal, probabilities, unit_interval
from tests.derivatives.cases.losses import LOSS


def every(*shape: int) -> np.ndarray:
    return np.ones(shape, bool)


def masked(share: float, *shape: int) -> np.ndarray:
    """A random mask in which some steps, and the whole last case, have no target."""
    mask = np.random.default_rng(2).random(shape) < share
    mask[:, -1] = False
    return mask


SEQUENCES = functions(Masked, *LOSS[:4], "_at_targets", "_scale", "weight") + functions(Objective, "_chunks", "mean")


def sequence_objective(loss, T: int, t, mask, sizes, activation, outputs: str = "all", weight_decay: float = 0.0,
                       chunk: int = 1000, mean: str = "cases") -> Case:
    network = ElmanRNN(*sizes, t.shape[2], activation, outputs)
    name = f"sequence objective {loss.__name__.rpartition('.')[2]} {outputs} T={T}"
    name += f" mean over {mean}" * (mean != "cases")
    objective = Objective(network, Masked(loss, mean), weight_decay, chunk)
    batch = (normal(T, t.shape[1], sizes[0], seed=3), t, mask)

    def after_logistic(p, t, mask):
        return np.sum(((p - t) ** 2)[mask]) / (2 * t.shape[1])

    split = (logistic_squared_error.prediction, after_logistic) if loss is logistic_squared_error else None
    covers = SEQUENCES + functions(Objective, "curvature") + functions(elman, *FOUR_PASSES)
    return Case(name, covers, lambda: check_objective(
        objective, dense_start(network), batch, split=split, name=name))


def structural_damping_case(T: int, activation: str, slope, outputs: str = "all", chunk: int = 1000) -> Case:
    """slope: phi' as a function of h."""
    network, N = ElmanRNN(2, 3, 2, activation, outputs), 3
    name, theta, x = f"structural damping {activation} T={T}", dense_start(network), normal(T, N, 2, seed=3)
    S = T if outputs == "all" else 1
    batch = (x, normal(S, N, 2, seed=4), masked(0.7, S, N) if S > 1 else every(S, N))
    objective = Objective(network, Masked(squared_error), 0.1, chunk)

    def pre_activations(vector):
        p = theta.like(vector)
        h = network.forward(p, x)[1].elman.h
        return x @ p["U"] + h[:-1] @ p["W"] + p["b"]

    def run() -> list[Row]:
        J = numerical_jacobian(pre_activations, theta.vector).reshape(-1, theta.size)
        D = slope(network.forward(theta, x)[1].elman.h[1:]).reshape(-1, 1)
        G = dense(objective.curvature(theta, batch).matvec, theta.size)
        damped = structural_damping.structurally_damped(network, 0.7)
        got = dense(objective.curvature(theta, batch, damped).matvec, theta.size)
        error = require_equal("structural damping against dense J'D''J", "v", got, G + 0.7 * J.T @ (D * J) / N, 1e-8)
        return [Row(name, "v", "structural damping against dense J'D''J", error, 1e-8)]

    covers = functions(structural_damping, "damped_gauss_newton_product", "structurally_damped")
    return Case(name, covers + functions(elman, "forward", "backward", "r_forward"), run)


OVER_SEQUENCES = [
    sequence_objective(squared_error, 3, normal(3, 4, 1, seed=1), masked(0.5, 3, 4), (2, 3), "tanh", chunk=1),
    sequence_objective(softmax_cross_entropy, 2, probabilities(1, 3, 4), every(1, 3), (3, 2), "tanh", "last", 0.1),
    sequence_objective(logistic_cross_entropy, 3, unit_interval(3, 3, 2), every(3, 3), (1, 4), "logistic", chunk=2),
    sequence_objective(softmax_cross_entropy, 3, probabilities(3, 5, 2), masked(0.6, 3, 5), (2, 3), "tanh", chunk=2,
                       mean="targets"),
    sequence_objective(logistic_squared_error, 4, unit_interval(4, 3, 1), masked(0.7, 4, 3), (2, 3), "softplus",
                       weight_decay=0.2, chunk=2),
    structural_damping_case(3, "tanh", lambda h: 1 - h**2, chunk=2),
    structural_damping_case(1, "logistic", lambda h: h * (1 - h)),
    structural_damping_case(2, "softplus", lambda h: 1 - np.exp(-h), "last"),
    structural_damping_case(5, "identity", np.ones_like),
]
