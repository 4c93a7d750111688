"""All checks of a loss: value(z, t), gradient(z, t), hessian_product(z, t, Rz), and what goes with the Gauss-Newton
matrix.
"""

from collections.abc import Callable

import numpy as np

from ref.checks.curvature import (
    check_gauss_newton,
    check_hessian_product,
    check_positive_semidefinite,
    check_symmetry,
    dense,
)
from ref.checks.differences import numerical_jacobian
from ref.checks.failure import require_equal, require_nonzero
from ref.checks.hygiene import check_float32, check_layouts, check_pure
from ref.checks.passes import op_name
from ref.checks.table import Row
from ref.checks.taylor import check_taylor

Array = np.ndarray
Split = tuple[Callable[[Array], Array], Callable[[Array, Array], float]]


def check_gradient(f: Callable[[Array], float], gradient: Array, x: Array, name: str = "x",
                   tolerance: float = 1e-8) -> float:
    """A gradient array at x against differences of f, entry by entry; return the relative error."""
    expected = numerical_jacobian(f, x)
    require_nonzero("gradient against differences", name, expected)
    return require_equal("gradient against differences", name, gradient, expected, tolerance)


def check_curvature_factor(factor: Callable[[Array], Array], product: Callable[[Array], Array], size: int,
                           tolerance: float = 1e-12) -> float:
    """A Aᵀ = G, both dense (size, size); return the relative error."""
    A, G = dense(factor, size), dense(product, size)
    require_nonzero("curvature factor", "A A'", G)
    return require_equal("curvature factor", "A A'", A @ A.T, G, tolerance)


def check_loss(loss, z: Array, t: Array, seed: int = 0, split: Split | None = None,
               name: str | None = None) -> list[Row]:
    """Every check of the loss at z and t (N, C); CheckFailure at the first that fails.

    split   (inner, outer) where the Gauss-Newton part is made elsewhere than at z: value = outer(inner(z), t)
    """
    name = name or op_name(loss)
    inner, outer = split or ((lambda z: z), loss.value)
    rng = np.random.default_rng(seed)
    Rz, xi = rng.standard_normal((2, *z.shape))
    unit = Rz / np.linalg.norm(Rz)

    def value(z):
        return loss.value(z, t)

    def flat(method):
        return lambda v: method(z, t, v.reshape(z.shape)).ravel()

    def passes(z, t, Rz, xi):
        return (loss.value(z, t), loss.gradient(z, t), loss.hessian_product(z, t, Rz),
                loss.gauss_newton_product(z, t, Rz),
                loss.prediction(z), loss.curvature_factor(z, t, xi))

    def along(step):
        return value(z + step * unit)

    coefficients = (value(z), np.sum(loss.gradient(z, t) * unit), np.sum(loss.hessian_product(z, t, unit) * unit))
    H, G, A = flat(loss.hessian_product), flat(loss.gauss_newton_product), flat(loss.curvature_factor)
    rows = [
        Row(name, "z", "gradient against differences", check_gradient(value, loss.gradient(z, t), z, "z"), 1e-8),
        Row(name, "Rz", "Hessian product against differences",
            check_hessian_product(lambda z: loss.gradient(z, t), lambda v: loss.hessian_product(z, t, v), z, seed),
            1e-8),
        Row(name, "Rz", "Gauss-Newton product against dense J'HJ",
            check_gauss_newton(G, lambda v: inner(v.reshape(z.shape)), lambda p: outer(p, t), z.ravel()), 1e-8),
        Row(name, "Rz", "symmetry of H", check_symmetry(H, z.size, seed), 1e-12),
        Row(name, "Rz", "symmetry of G", check_symmetry(G, z.size, seed), 1e-12),
        Row(name, "Rz", "G positive semi-definite", check_positive_semidefinite(G, z.size), 1e-12),
        Row(name, "xi", "curvature factor A A' = G", check_curvature_factor(A, G, z.size), 1e-12),
        Row(name, "z", "Taylor slope 2 (shortfall)", check_taylor(along, coefficients[:2], "gradient"), 0.1),
        Row(name, "z", "Taylor slope 3 (shortfall)", check_taylor(along, coefficients, "hessian_product"), 0.1),
    ]
    check_pure(passes, z, t, Rz, xi, name=name)
    return rows + [Row(name, "all", "same bits, nothing mutated", 0.0, 0.0),
                   Row(name, "all", "memory layouts", check_layouts(passes, z, t, Rz, xi, name=name), 1e-12),
                   Row(name, "all", "float32 stays float32", check_float32(passes, z, t, Rz, xi, name=name), 1e-4)]
