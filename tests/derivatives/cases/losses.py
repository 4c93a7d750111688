"""Losses."""

import numpy as np

from ref.checks import Row, check_loss, dense, require_equal
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from tests.derivatives.cases.case import Case, functions, normal, probabilities, unit_interval

LOSS = ("value", "gradient", "hessian_product", "gauss_newton_product", "curvature_factor", "mean_curvature")


def loss(module, t, formula, split=None, variant: str = "", helpers: tuple[str, ...] = ()) -> Case:
    """formula: one case's loss from its prediction p and target t, as a textbook has it."""
    name, z = module.__name__.removeprefix("ref.") + variant, normal(*t.shape)

    def run() -> list[Row]:
        expected = np.float64(np.mean([formula(p, target) for p, target in zip(module.prediction(z), t)]))
        error = require_equal("value against the formula", "z", module.value(z, t), expected, 1e-14)
        G = dense(lambda v: module.gauss_newton_product(z, t, v.reshape(z.shape)).ravel(), z.size).reshape(*z.shape,
                                                                                                           *z.shape)
        mean = require_equal("mean curvature", "z", module.mean_curvature(z, t), np.einsum("ncnd->cd", G), 1e-14)
        return [Row(name, "z", "value against the formula", error, 1e-14),
                Row(name, "z", "mean curvature against G", mean, 1e-14),
                *check_loss(module, z, t, split=split, name=name)]

    return Case(name, functions(module, *LOSS, *helpers), run)


def half_squared_error(p, t):
    return 0.5 * np.sum((p - t) ** 2)


def binary_cross_entropy(p, t):
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p))


def cross_entropy(p, t):
    return -np.sum(t * np.log(p))


def after_logistic(p, t):
    """The squared error as a function of the probabilities: there it is convex, and there its Gauss-Newton split is
    made.
    """
    return np.sum((p - t) ** 2) / (2 * len(t))


AFTER_LOGISTIC = (logistic_squared_error.prediction, after_logistic)

LOSSES = [
    loss(squared_error, normal(2, 3, seed=1), half_squared_error),
    loss(logistic_cross_entropy, unit_interval(2, 3), binary_cross_entropy),
    loss(softmax_cross_entropy, probabilities(2, 4, seed=1), cross_entropy, helpers=("_sum",)),
    loss(softmax_cross_entropy, unit_interval(3, 2, seed=1) * [[1.0], [0.0], [2.0]], cross_entropy,
         variant=" (weighted, masked)", helpers=("_sum",)),
    loss(logistic_squared_error, unit_interval(2, 3), half_squared_error, AFTER_LOGISTIC),
]
