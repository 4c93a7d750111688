"""Objectives of feed-forward networks."""

from ref import vectors
from ref.checks import Row, check_objective, require_equal
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.derivatives.cases.case import Case, dense_start, functions, normal, probabilities, unit_interval
from tests.derivatives.cases.losses import AFTER_LOGISTIC


def objective(loss, t, sizes, activations, split=None, weight_decay: float = 0.0, chunk: int = 1000) -> Case:
    network = MLP((*sizes, t.shape[1]), activations)
    extra = f" decay {weight_decay}" * bool(weight_decay) + f" chunk {chunk}" * (chunk < len(t))
    name = f"objective {loss.__name__.rpartition('.')[2]}{extra}"
    batch = (normal(len(t), sizes[0], seed=3), t)
    covers = functions(Objective, "value", "gradient", "value_and_gradient", "gradient_and_squares", "curvature",
                       "curvature_diagonal")
    covers += ("ref.curvature:gauss_newton_product", "ref.curvature:hessian_product")
    covers += functions(Objective, "_chunks", "_decay", "_add_decay", "mean") + ("ref.objective:add_terms",)
    return Case(name, covers, lambda: check_objective(
        Objective(network, loss, weight_decay, chunk), dense_start(network), batch, split=split, name=name))


OBJECTIVES = [
    objective(squared_error, normal(5, 2, seed=1), (4, 3), "tanh"),
    objective(logistic_cross_entropy, unit_interval(5, 2), (3, 4), "logistic", weight_decay=0.2, chunk=4),
    objective(softmax_cross_entropy, probabilities(4, 3), (2, 5), "softplus", weight_decay=0.1),
    objective(logistic_squared_error, unit_interval(4, 3), (2, 5), "tanh", AFTER_LOGISTIC, chunk=2),
]


def sums() -> list[Row]:
    """add_product, which adds up gradients and curvature, over several blocks and a part of one."""
    total, scale, term = normal(3, 2 * vectors.BLOCK + 1)
    errors = {}
    for label, s in (("by a number", 0.3), ("by a vector", scale)):
        got = total.copy()
        vectors.add_product(got, s, term)
        errors[label] = require_equal("add_product", label, got, total + s * term, 1e-15)
    return [Row("vectors.add_product", label, "against total + scale term", error, 1e-15) for label,
            error in errors.items()]


SUMS = [Case("vectors.add_product", ("ref.vectors:add_product",), sums)]
