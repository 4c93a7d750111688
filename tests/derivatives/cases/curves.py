"""The mean loss along a curve between two networks: its derivatives in the curve's middle point."""

import numpy as np

from ref.checks import (
    Row,
    check_gauss_newton,
    check_gradient,
    check_hessian_product,
    check_pure,
    check_symmetry,
    check_taylor,
    require_equal,
)
from ref.loss_surfaces.curves.bezier import Bezier
from ref.loss_surfaces.curves.objective import OnCurve, OnCurveBatch
from ref.losses import softmax_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.derivatives.cases.case import Case, dense_start, functions, normal, probabilities


def on_curve(t: tuple[float, ...], weight_decay: float) -> Case:
    name = f"loss_surfaces.curves of {len(t)} points" + f" decay {weight_decay}" * bool(weight_decay)
    network, x, targets = MLP((3, 4, 2)), normal(5, 3), probabilities(5, 2)
    a, c, b = (dense_start(network, seed) for seed in (0, 2, 4))
    objective = OnCurve(Objective(network, softmax_cross_entropy, weight_decay), a, b)
    batch = OnCurveBatch((x, targets), t)

    def value(vector):
        return objective.value(c.like(vector), batch)

    def gradient(vector):
        return objective.gradient(c.like(vector), batch).vector

    def outputs(vector):
        curve = Bezier(a, c.like(vector), b)
        return np.array([network.forward(curve.point(at), x)[0] for at in t])

    def loss(z):
        return float(np.mean([softmax_cross_entropy.value(part, targets) for part in z.reshape(len(t), 5, 2)]))

    def run() -> list[Row]:
        point, v = c.vector, normal(c.size, seed=9)
        unit, damping = v / np.linalg.norm(v), np.abs(normal(c.size, seed=8))
        H, G = (objective.curvature(c, batch, product) for product in ("hessian", "gauss_newton"))
        both = objective.value_and_gradient(c, batch)
        decay = weight_decay * np.mean([(2 * at * (1 - at)) ** 2 for at in t])
        slopes = (both[0], both[1].vector @ unit, unit @ H.matvec(unit))
        damped = objective.curvature(c, batch, "hessian", damping).matvec(v)
        check_pure(lambda p, v: [objective.value_and_gradient(c.like(p), batch), H.matvec(v), G.matvec(v)], point, v,
                   name=name)
        return [
            Row(name, "c", "gradient against differences", check_gradient(value, gradient(point), point, "c"), 1e-8),
            Row(name, "c", "value_and_gradient agrees",
                require_equal("value_and_gradient", "value", both[0], np.float64(value(point)), 1e-13), 1e-13),
            Row(name, "v", "Hessian product against differences",
                check_hessian_product(gradient, H.matvec, point), 1e-8),
            Row(name, "v", "Gauss-Newton product against dense J'HJ",
                check_gauss_newton(lambda v: G.matvec(v) - decay * v, outputs, loss, point), 1e-8),
            Row(name, "v", "symmetry of H", check_symmetry(H.matvec, c.size), 1e-12),
            Row(name, "v", "damping by a vector",
                require_equal("damping", "v", damped, H.matvec(v) + damping * v, 1e-12), 1e-12),
            Row(name, "c", "Taylor slope 3 (shortfall)",
                check_taylor(lambda step: value(point + step * unit), slopes, "hessian"), 0.1),
        ]

    covers = functions(OnCurve, "value", "gradient", "value_and_gradient", "curvature", "_points")
    return Case(name, covers, run)


CURVES = [on_curve((0.3,), 0.0), on_curve((0.2, 0.9), 0.1)]
