"""Kronecker factors of the curvature."""

from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np

from ref.checks import Row, dense, numerical_jacobian, require_equal, richardson
from ref.hessian_free.kfac import kfac, kflr, kfra, kronecker, span
from ref.layers import logistic, softmax
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.derivatives.cases.case import Case, dense_start, functions, normal, unit_interval


def with_bias(theta, l: int, b):
    """theta with another b_l: moving it by one case's shift moves that case's s_l."""
    other = theta.copy()
    other[f"b{l}"] = b
    return other


def pairs(layers) -> list[tuple]:
    """(l, l) of every layer, then (l, l + 1) of every two neighbours."""
    return [*zip(layers, layers), *pairwise(layers)]


def pre_activation_curvature(network, loss, theta, x, t) -> list[np.ndarray]:
    """E[J_lᵀ L'' J_m] of those pairs, case after case, each J_l by differences."""
    total = [0] * len(pairs(network.layers))
    for case, target in zip(x[:, None], t[:, None]):
        z, _ = network.forward(theta, case)
        L = dense(lambda v: loss.gauss_newton_product(z, target, v[None])[0], z.size)
        J = {l: numerical_jacobian(lambda b: network.forward(with_bias(theta, l, b), case)[0][0], theta[f"b{l}"])
             for l in network.layers}
        total = [so_far + J[l].T @ L @ J[m] / len(x) for so_far, (l, m) in zip(total, pairs(network.layers))]
    return total


def kronecker_factors(loss, t, outcomes, sizes, activations) -> Case:
    """outcomes: z of one case -> its possible sampled targets, each with its probability; None where there is no
    distribution.
    """
    network, name = MLP((*sizes, t.shape[1]), activations), f"Kronecker factors {loss.__name__.rpartition('.')[2]}"
    theta, x, N = dense_start(network), normal(len(t), sizes[0], seed=3), len(t)
    objective, batch = Objective(network, loss, 0.3, chunk=2), (x, t)
    covers = functions(MLP, "pre_activation_gradients", "slopes", "layer_inputs")
    covers += functions(kronecker, "with_ones", "second_moments", "paired")
    covers += functions(span, "span_curvature") + functions(kflr, "kflr_blocks") + functions(kfra, "kfra_blocks",
                                                                                             "recursion")
    covers += functions(kfac, "kfac_blocks") * (outcomes is not None)

    def run() -> list[Row]:
        rows = []

        def check(label: str, argument: str, got, expected, limit: float = 1e-8) -> None:
            rows.append(Row(name, argument, label, require_equal(label, argument, got, expected, limit), limit))

        z, cache = network.forward(theta, x)
        for l, ds in enumerate(network.pre_activation_gradients(loss.gradient(z, t), cache), 1):
            each = [numerical_jacobian(lambda b: loss.value(network.forward(with_bias(theta, l, b), x[[n]])[0],
                                                            t[[n]]), theta[f"b{l}"])
                    for n in range(N)]
            check("pre-activation gradients against differences", f"s{l}", ds, np.array(each) / N)

        for l, (y, slope) in enumerate(zip(network.layer_inputs(cache), network.slopes(cache)), 1):
            s = y @ theta[f"W{l}"] + theta[f"b{l}"]
            check("slopes against differences", f"s{l}", slope,
                  richardson(lambda step: network.phi[l - 1].forward(s + step)[0]))

        blocks = kflr.kflr_blocks(objective, theta, batch, crossed=True)
        exact = pre_activation_curvature(network, loss, theta, x, t)
        a = {l: np.array([[*case, 1.0] for case in cache.affine[l - 1].x]) for l in network.layers}
        for (l, m), block, G in zip(pairs(network.layers), blocks, exact, strict=True):
            at = f"{l}" if l == m else f"{l}_{m}"
            check("A against a loop over cases", f"A{at}", block.A,
                  np.mean([np.outer(one, other) for one, other in zip(a[l], a[m])], axis=0), 1e-12)
            check("KFLR against dense J'LJ", f"G{at}", block.G, G)

        # KFRA and K-FAC's expectation are exact for one case
        twice = np.repeat(x[:1], 3, axis=0), np.repeat(t[:1], 3, axis=0)
        one = kflr.kflr_blocks(objective, theta, twice, crossed=True)
        for l, (block, expected) in enumerate(zip(kfra.kfra_blocks(objective, theta, twice), one), 1):
            check("KFRA of one case against KFLR", f"G{l}", block.G, expected.G, 1e-12)
            check("KFRA's A", f"A{l}", block.A, expected.A, 1e-12)
        for k, ((l, m), expected) in enumerate(zip(pairs(network.layers), one)) if outcomes else ():
            mean = [0, 0]
            for i, (probability, _) in enumerate(outcomes(z[0], t[0])):
                def sampled(z, t, rng):
                    return np.array([outcomes(*case)[i][1] for case in zip(z, t)])

                drawn = SimpleNamespace(**vars(loss) | {"sample_targets": sampled})
                block = kfac.kfac_blocks(Objective(network, drawn, chunk=2), theta, twice, None, crossed=True)[k]
                mean = [total + probability * factor for total, factor in zip(mean, block)]
            at = f"{l}" if l == m else f"{l}_{m}"
            check("K-FAC over all draws against KFLR", f"G{at}", mean[1], expected.G, 1e-12)
            check("K-FAC's A", f"A{at}", mean[0], expected.A, 1e-12)

        V = normal(3, theta.size, seed=4)
        B = dense(objective.curvature(theta, batch, damping=0.2).matvec, theta.size)
        check("Q against dense V'BV", "directions", span.span_curvature(objective, theta, batch, list(V), 0.2),
              V @ B @ V.T, 1e-12)
        return rows

    return Case(name, covers, run)


def two_sided(z, t):
    """Gaussian noise of unit covariance, replaced by 2C points of the same mean and covariance."""
    C = len(z)
    return [(1 / (2 * C), z + sign * np.sqrt(C) * np.eye(C)[c]) for c in range(C) for sign in (1, -1)]


def each_bit(z, t):
    p = logistic.sigma(z)
    return [(np.prod(np.where(bits, p, 1 - p)), np.array(bits, float)) for bits in product((0, 1), repeat=len(z))]


def each_class(z, t):
    """A case of weight Σ t counts that often: its target, and with it its gradient, by the root."""
    return [(p, np.sqrt(t.sum()) * target) for p, target in zip(softmax.forward(z)[0], np.eye(len(z)))]


KRONECKER = [
    kronecker_factors(squared_error, normal(3, 2, seed=1), two_sided, (4, 5), "tanh"),
    kronecker_factors(logistic_cross_entropy, unit_interval(5, 3), each_bit, (4, 5, 2),
                      ("logistic", "identity", "identity")),
    kronecker_factors(softmax_cross_entropy, unit_interval(3, 4), each_class, (2, 5), ("softplus", "tanh")),
    kronecker_factors(logistic_squared_error, unit_interval(3, 2), None, (4, 3), "tanh"),
]
