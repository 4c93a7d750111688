"""The factorised network, and penalties on its composed transition."""

from functools import partial

import numpy as np

from ref.checks import (
    Row,
    check_gradient,
    check_hessian_product,
    check_network,
    dense,
    numerical_jacobian,
    require_equal,
)
from ref.losses import Masked, softmax_cross_entropy
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.orthogonality import probes
from ref.orthogonality.factorized_rnn import FactorizedRNN
from ref.orthogonality.penalized import Penalized
from ref.orthogonality.probes import gradient_norms
from ref.orthogonality.soft_constraints import CompositeDecay, GaussianPrior, SoftOrthogonality
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal, probabilities

PASSES = functions(FactorizedRNN, *FOUR_PASSES, "transition", "_composed", "_factored")


def dense_start(network: FactorizedRNN, seed: int = 0):
    """Parameters without a zero among them; the factors need not be orthogonal for their derivatives."""
    theta = network.init(np.random.default_rng(seed))
    theta.vector[:] += 0.3 * normal(theta.size, seed=seed + 7)
    return theta


def factorized_rnn(T: int, margin: float | None, activation: str, outputs: str, sizes=(5, 4, 2), seed: int = 0) -> Case:
    network = FactorizedRNN(*sizes, margin, activation, outputs)
    theta, x = dense_start(network, seed), normal(T, 3, sizes[0], seed=seed + 3)
    name = f"orthogonality.factorized_rnn margin {margin} {activation} {outputs} T={T}"
    return Case(name, PASSES, lambda: check_network(network, theta, x, name=name))


def state_gradients() -> Case:
    """Those of the Elman network that has the composed transition."""
    network, name = FactorizedRNN(2, 4, 3, 0.5), "orthogonality.factorized_rnn state gradients"
    theta, x, dz = dense_start(network), normal(3, 2, 2, seed=3), normal(3, 2, 3, seed=4)

    def run() -> list[Row]:
        _, cache = network.forward(theta, x)
        elman = network.composed
        arrays = {key: network.transition(theta)[0] if key == "W" else theta[key] for key in elman.shapes}
        _, expected = elman.forward(type(theta).from_arrays(arrays), x)
        error = require_equal("state gradients against the Elman network", "h", network.state_gradients(dz, cache),
                              elman.state_gradients(dz, expected), 1e-13)
        return [Row(name, "h", "state gradients against the Elman network", error, 1e-13)]

    return Case(name, functions(FactorizedRNN, "state_gradients"), run)


def norms_through_time() -> Case:
    """g_t against differences of the last output's loss, begun again from h_t; every case by itself."""
    network, name, T, N = ElmanRNN(2, 4, 3), "orthogonality.probes gradient norms", 5, 6
    theta, x, t = dense_start(network), normal(T, N, 2, seed=3), probabilities(T, N, 3)

    def last_loss(at: int, n: int, state):
        rest = theta.copy()
        rest["h0"] = state
        z = network.forward(rest, x[at:, n : n + 1])[0][-1] if at < T else (state @ theta["V"] + theta["c"])[None]
        return np.array(softmax_cross_entropy.value(z, t[-1, n : n + 1]))

    def run() -> list[Row]:
        h = network.forward(theta, x)[1].elman.h
        squares = [[np.sum(numerical_jacobian(partial(last_loss, at, n), h[at, n]) ** 2) for n in range(N)]
                   for at in range(1, T + 1)]
        error = require_equal("norms against differences", "h",
                              gradient_norms(network, softmax_cross_entropy, theta, x, t),
                              np.sqrt(np.mean(squares, axis=1)), 1e-8)
        return [Row(name, "h", "norms against differences", error, 1e-8)]

    return Case(name, functions(probes, "gradient_norms"), run)


def penalized(penalties: dict, margin: float | None, chunk: int = 1000) -> Case:
    network = FactorizedRNN(3, 4, 2, margin)
    name = f"orthogonality.penalized {' '.join(penalties)} margin {margin}"
    plain = Objective(network, Masked(softmax_cross_entropy), chunk=chunk)
    objective, theta = Penalized(plain, penalties), dense_start(network)
    batch = normal(3, 5, 3, seed=3), probabilities(3, 5, 2), np.ones((3, 5), bool)

    def array(key: str, vector):
        at = theta.like(vector)
        return (at[key] if key in at else network.transition(at)[0]).ravel()

    def run() -> list[Row]:
        def value(vector):
            return objective.value(theta.like(vector), batch)

        def gradient(vector):
            return objective.gradient(theta.like(vector), batch).vector

        H, G = (objective.curvature(theta, batch, kind, damping=0.3).matvec for kind in ("hessian", "gauss_newton"))
        both = objective.value_and_gradient(theta, batch)
        rows = [("gradient against differences",
                 check_gradient(value, gradient(theta.vector), theta.vector.copy(), "theta"), 1e-8),
                ("value_and_gradient agrees", max(
                    require_equal("value", "theta", both[0], np.float64(value(theta.vector)), 1e-13),
                    require_equal("gradient", "theta", both[1].vector, gradient(theta.vector), 1e-13)), 1e-13),
                ("Hessian product against differences",
                 check_hessian_product(gradient, lambda v: H(v) - 0.3 * v, theta.vector, 0), 1e-8)]
        expected = dense(plain.curvature(theta, batch, damping=0.3).matvec, theta.size)
        for key, those in penalties.items():
            J = numerical_jacobian(partial(array, key), theta.vector)
            A = objective.penalized_array(theta, key)
            for one in those:
                M = dense(lambda v: one.gauss_newton_product(A, v.reshape(A.shape)).ravel(), A.size)
                expected += J.T @ M @ J
        error = require_equal("Gauss-Newton product against dense J'MJ", "v", dense(G, theta.size), expected, 1e-8)
        rows.append(("Gauss-Newton product against dense J'MJ", error, 1e-8))
        return [Row(name, "theta", *row) for row in rows]

    return Case(name, functions(Penalized, "value", "gradient", "value_and_gradient", "penalty", "curvature",
                                "_add_gradient",
                                "_add_composed_product", "penalized_array"), run)


def penalized_squares() -> Case:
    """The loss's squares as they are; value and gradient with the penalty."""
    network, name = MLP((3, 4, 2)), "orthogonality.penalized squares"
    plain = Objective(network, softmax_cross_entropy, 0.2)
    objective, theta = Penalized(plain, {"W1": [CompositeDecay(0.3)]}), network.init(np.random.default_rng(0), "glorot")
    batch = normal(5, 3, seed=3), probabilities(5, 2)

    def run() -> list[Row]:
        value, gradient, squares = objective.gradient_and_squares(theta, batch)
        expected_value, expected = objective.value_and_gradient(theta, batch)
        label = "gradient_and_squares"
        return [Row(name, "theta", label, error, 1e-13) for error in (
            require_equal(label, "value", np.float64(value), np.float64(expected_value), 1e-13),
            require_equal(label, "gradient", gradient.vector, expected.vector, 1e-13),
            require_equal(label, "squares", squares.vector, plain.gradient_and_squares(theta, batch)[2].vector, 1e-13))]

    return Case(name, functions(Penalized, "gradient_and_squares"), run)


FACTORIZED = [
    penalized_squares(),
    factorized_rnn(1, 0.3, "tanh", "all"),
    factorized_rnn(3, None, "softplus", "last", (2, 3, 4)),
    factorized_rnn(2, 1.0, "identity", "all", (3, 5, 2)),
    state_gradients(),
    norms_through_time(),
    penalized({"W": [CompositeDecay(0.2)], "U": [CompositeDecay(0.1)], "V": [CompositeDecay(0.3)]}, 0.5, chunk=2),
    penalized({"W": [SoftOrthogonality(0.1), CompositeDecay(0.3)], "W_p": [GaussianPrior(0.4)]}, None),
    penalized({"W_p": [GaussianPrior(0.4, 1.0)], "W_V": [SoftOrthogonality(0.2)]}, 1.0),
]
