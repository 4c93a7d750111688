"""Orthogonality: the spectral factorisation, Riemannian gradients, soft constraints."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from ref.checks import (
    Row,
    check_at_most,
    check_float32,
    check_gradient,
    check_hessian_product,
    check_layouts,
    check_op,
    check_orthogonal,
    check_positive_semidefinite,
    check_pure,
    check_symmetry,
    dense,
    numerical_jacobian,
    require_equal,
)
from ref.orthogonality import riemannian_gradient, soft_constraints, spectral, spectrum
from ref.orthogonality.manifold import Stiefel
from ref.orthogonality.soft_constraints import CompositeDecay, GaussianPrior, SoftOrthogonality
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal


def orthonormal(n: int, p: int, seed: int = 0) -> np.ndarray:
    return np.linalg.qr(normal(n, p, seed=seed))[0]


SPECTRAL = functions(spectral, *FOUR_PASSES) + functions(spectrum, "singular_values")


def factorised(margin: float | None) -> Case:
    """All passes at any U, p, V; and at orthogonal U and V the singular values that the margin promises."""
    name = f"orthogonality.spectral margin {margin}"
    op = SimpleNamespace(forward=partial(spectral.forward, margin=margin), backward=spectral.backward,
                         r_forward=spectral.r_forward, r_backward=spectral.r_backward)
    arguments = {"U": normal(5, 3), "p": 1.5 * normal(3, seed=1), "V": normal(4, 3, seed=2)}

    def run() -> list[Row]:
        rows = check_op(op, arguments, analytic=True, name=name)
        p = 3 * normal(4, seed=3)
        W, _ = spectral.forward(orthonormal(4, 4), p, orthonormal(4, 4, seed=1), margin)
        expected = p if margin is None else 2 * margin * (1 / (1 + np.exp(-p)) - 0.5) + 1
        s = np.linalg.svd(W, compute_uv=False)
        error = require_equal("singular values against the formula", "p", s, np.sort(np.abs(expected))[::-1], 1e-13)
        rows.append(Row(name, "p", "singular values against the formula", error, 1e-13))
        if margin is not None:
            beyond = max(check_at_most(1 - margin, s, "s"), check_at_most(s, 1 + margin, "s"))
            rows.append(Row(name, "p", "singular values within the margin", beyond, 1e-12))
        return rows

    return Case(name, SPECTRAL, run)


def no_margin_at_all() -> Case:
    """m = 0: p has no effect, W = U Vᵀ; all passes in U and V, and nothing but zeros for p."""
    name, p, Rp = "orthogonality.spectral margin 0", normal(3, seed=1), normal(3, seed=4)

    def without_p(gradients):
        require_equal("gradient at margin 0", "p", gradients[1], np.zeros(3), 0.0)
        return gradients[0], gradients[2]

    op = SimpleNamespace(
        forward=lambda U, V: spectral.forward(U, p.astype(U.dtype), V, 0.0),
        backward=lambda dW, cache: without_p(spectral.backward(dW, cache)),
        r_forward=lambda RU, RV, cache: spectral.r_forward(RU, Rp.astype(RU.dtype), RV, cache),
        r_backward=lambda *arguments: without_p(spectral.r_backward(*arguments)))

    def run() -> list[Row]:
        rows = check_op(op, {"U": normal(5, 3), "V": normal(4, 3, seed=2)}, analytic=True, name=name)
        W, _ = spectral.forward(orthonormal(4, 4), 3 * normal(4), orthonormal(4, 4, seed=1), 0.0)
        return [*rows, Row(name, "W", "orthogonal", check_orthogonal(W), 1e-12)]

    return Case(name, SPECTRAL, run)


FACTORISED = [*(factorised(margin) for margin in (1.0, 0.3, 0.001, None)), no_margin_at_all()]


def riemannian(n: int, p: int, metric: str) -> Case:
    """The gradient against the tangent vector that stands for differences along the tangent space in the metric."""
    name = f"orthogonality {metric} gradient {n}x{p}"
    M, target = orthonormal(n, p), normal(n, p, seed=1)
    gradient, manifold = riemannian_gradient.GRADIENTS[metric], Stiefel(n, p, metric)

    def loss(X):
        return np.sum(np.tanh(X * target))

    def run() -> list[Row]:
        normals = np.stack([(M @ S).ravel() for S in symmetric(p)])  # the normal space: M S with S symmetric
        basis = np.linalg.svd(normals)[2][len(normals) :].reshape(-1, n, p)  # the rest: the tangent space
        weight = np.eye(n) - (M @ M.T / 2 if metric == "canonical" else 0)
        gram = np.array([[np.sum(X * (weight @ Y)) for Y in basis] for X in basis])
        slopes = numerical_jacobian(lambda c: loss(M + np.tensordot(c, basis, 1)), np.zeros(len(basis)))
        expected = np.tensordot(np.linalg.solve(gram, slopes), basis, 1)
        G = numerical_jacobian(loss, M)
        errors = {"gradient": require_equal("gradient against dense metric", "M", gradient(M, G), expected, 1e-8),
                  "method": require_equal("gradient against dense metric", "M",
                                          manifold.euclidean_to_riemannian_gradient(M, G), expected, 1e-8)}
        check_pure(gradient, M, G, name=name)
        layout = check_layouts(gradient, M, G, name=name)
        return [*(Row(name, "M", f"{label} against dense metric", error, 1e-8) for label, error in errors.items()),
                Row(name, "all", "same bits, nothing mutated", 0.0, 0.0),
                Row(name, "all", "memory layouts", layout, 1e-12),
                Row(name, "all", "float32 stays float32", check_float32(gradient, M, G, name=name), 1e-4)]

    covers = functions(riemannian_gradient, gradient.__name__, *(("_tangent",) if metric == "euclidean" else ()))
    return Case(name, covers + functions(Stiefel, "euclidean_to_riemannian_gradient"), run)


def symmetric(p: int):
    """A basis of the symmetric matrices (p, p)."""
    for i in range(p):
        for j in range(i + 1):
            S = np.zeros((p, p))
            S[i, j] = S[j, i] = 1
            yield S


RIEMANNIAN = [riemannian(n, p, metric) for metric in ("canonical", "euclidean") for n, p in ((4, 4), (5, 2))]


def soft(penalty, x: np.ndarray, formula, residuals, helpers: tuple[str, ...] = (), label: str = "") -> Case:
    """formula: the penalty as a textbook has it; residuals: x -> what it is strength times the sum of squares of."""
    name, size = f"orthogonality.{type(penalty).__name__}{label}", x.size

    def flat(method):
        return lambda v: method(x, v.reshape(x.shape)).ravel()

    def passes(x, Rx):
        products = penalty.hessian_product(x, Rx), penalty.gauss_newton_product(x, Rx)
        return penalty.value(x), penalty.gradient(x), *products

    def run() -> list[Row]:
        J = numerical_jacobian(residuals, x).reshape(-1, size)
        H, G = flat(penalty.hessian_product), flat(penalty.gauss_newton_product)
        checks = {
            "value against the formula": (
                require_equal("value", "x", penalty.value(x), np.float64(formula(x)), 1e-14), 1e-14),
            "gradient against differences": (check_gradient(penalty.value, penalty.gradient(x), x), 1e-8),
            "Hessian product against differences": (
                check_hessian_product(penalty.gradient, lambda v: penalty.hessian_product(x, v), x), 1e-8),
            "Gauss-Newton product against dense J'J": (
                require_equal("Gauss-Newton", "Rx", dense(G, size), 2 * penalty.strength * J.T @ J, 1e-8), 1e-8),
            "symmetry of H": (check_symmetry(H, size), 1e-12),
            "G positive semi-definite": (check_positive_semidefinite(G, size), 1e-12),
            "same bits, nothing mutated": (check_pure(passes, x, normal(*x.shape, seed=5), name=name), 0.0),
            "memory layouts": (check_layouts(passes, x, normal(*x.shape, seed=5), name=name), 1e-12),
            "float32 stays float32": (check_float32(passes, x, normal(*x.shape, seed=5), name=name), 1e-4),
        }
        return [Row(name, "x", check, error, limit) for check, (error, limit) in checks.items()]

    covers = functions(type(penalty), "value", "gradient", "hessian_product", "gauss_newton_product")
    return Case(name, covers + helpers, run)


def prior(strength: float, margin: float | None) -> Case:
    def s(p):
        return p if margin is None else 2 * margin * (1 / (1 + np.exp(-p)) - 0.5) + 1

    return soft(GaussianPrior(strength, margin), 1.5 * normal(5), lambda p: strength * np.sum((s(p) - 1) ** 2),
                lambda p: s(p) - 1, functions(spectrum, "singular_values"), f" margin {margin}")


SOFT = [
    soft(SoftOrthogonality(0.7), normal(4, 3), lambda W: 0.7 * np.trace((W.T @ W - np.eye(3)) @ (W.T @ W - np.eye(3))),
         lambda W: (W.T @ W - np.eye(3)).ravel(), functions(soft_constraints, "_gap", "_r_gap")),
    *(prior(0.7, margin) for margin in (None, 1.0, 0.2)),
    soft(CompositeDecay(0.7), normal(4, 3), lambda W: 0.7 * np.trace(W.T @ W), np.ravel),
]

ORTHOGONALITY = [*FACTORISED, *RIEMANNIAN, *SOFT]
