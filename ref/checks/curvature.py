"""Curvature as a product with flat vectors: v -> H v or G v, (P,) -> (P,).

    Hessian        H v = d/dε ∇f(theta + ε v)
    symmetry       <u, H v> = <H u, v>
    Gauss-Newton   G   = Jᵀ H_L J         J = ∂z/∂theta and H_L = ∂²L/∂z², both dense and both from differences
    semi-definite  the smallest eigenvalue of G is not below zero
"""

from collections.abc import Callable

import numpy as np

from ref.checks.differences import numerical_hessian, numerical_jacobian, richardson
from ref.checks.failure import CheckFailure, require_equal, require_nonzero

Array = np.ndarray
Product = Callable[[Array], Array]


def dense(product: Product, size: int) -> Array:
    """The matrix (size, size) of a product, column by column."""
    return np.stack([np.asarray(product(column)) for column in np.eye(size)], axis=1)


def check_hessian_product(gradient: Callable[[Array], Array], product: Product, x: Array, seed: int = 0,
                          tolerance: float = 1e-8) -> float:
    """A product with the Hessian at x against differences of the gradient, along a random direction; the relative
    error.
    """
    v = np.random.default_rng(seed).standard_normal(x.shape)
    expected = richardson(lambda step: gradient(x + step * v))
    require_nonzero("Hessian product against differences", "H v", expected)
    return require_equal("Hessian product against differences", "H v", product(v), expected, tolerance)


def check_symmetry(product: Product, size: int, seed: int = 0, tolerance: float = 1e-12) -> float:
    """<u, B v> = <B u, v>; return the difference over ||u|| ||B v||."""
    u, v = np.random.default_rng(seed).standard_normal((2, size))
    Bv = product(v)
    require_nonzero("symmetry", "B v", Bv)
    left, right = np.dot(u, Bv), np.dot(product(u), v)
    error = float(abs(left - right) / (np.linalg.norm(u) * np.linalg.norm(Bv)))
    if not error <= tolerance:
        raise CheckFailure(f"symmetry: expected <u, B v> = <B u, v>, got {left:.12g} and {right:.12g}; "
                           f"difference {error:.1e} of ||u|| ||B v||, allowed {tolerance:.0e}")
    return error


def check_positive_semidefinite(product: Product, size: int, tolerance: float = 1e-12) -> float:
    """Return how far the smallest eigenvalue lies below zero, relative to the largest: 0 where it does not."""
    B = dense(product, size)
    require_nonzero("positive semi-definite", "B", B)
    eigenvalues = np.linalg.eigvalsh((B + B.T) / 2)
    error = float(max(0.0, -eigenvalues[0] / np.abs(eigenvalues).max()))
    if not error <= tolerance:
        raise CheckFailure(f"positive semi-definite: expected no eigenvalue below zero, got {eigenvalues[0]:.6g} "
                           f"beside {eigenvalues[-1]:.6g}")
    return error


def dense_gauss_newton(outputs: Callable[[Array], Array], loss: Callable[[Array], float], x: Array) -> Array:
    """Jᵀ H_L J (P, P) from differences: outputs(x) any shape, loss(outputs) a number."""
    z = outputs(x)
    J = numerical_jacobian(outputs, x, h=0.01, levels=2).reshape(z.size, x.size)
    H_L = numerical_hessian(loss, z).reshape(z.size, z.size)
    return J.T @ H_L @ J


def check_gauss_newton(product: Product, outputs: Callable[[Array], Array], loss: Callable[[Array], float], x: Array,
                       tolerance: float = 1e-8) -> float:
    """Every entry of G = Jᵀ H_L J; return the relative error of the matrix.

    The split is yours: `outputs` maps the flat parameters to where it is made, `loss` goes on from there to the number.
    """
    expected = dense_gauss_newton(outputs, loss, x)
    require_nonzero("Gauss-Newton product against dense J'HJ", "G", expected)
    return require_equal("Gauss-Newton product against dense J'HJ", "G", dense(product, x.size), expected, tolerance)
