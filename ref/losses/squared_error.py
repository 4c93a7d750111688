"""Squared error of linear outputs.

    value                L     = 1/(2N) Σₙ Σ_c (z - t)²
    gradient             dz    = (z - t) / N
    hessian_product      Rdz   = Rz / N                  L'' = I/N, positive definite: the Gauss-Newton part is all of it
    curvature_factor     A xi  = xi / √N

Shapes: z, t, Rz, xi (N, C).  N cases, C outputs.
"""

import numpy as np

Array = np.ndarray


def prediction(z: Array) -> Array:
    return z


def value(z: Array, t: Array) -> float:
    e = z - t
    return np.sum(e * e) / (2 * len(z))


def gradient(z: Array, t: Array) -> Array:
    return (z - t) / len(z)


def hessian_product(z: Array, t: Array, Rz: Array) -> Array:
    return Rz / len(z)


gauss_newton_product = hessian_product


def curvature_factor(z: Array, t: Array, xi: Array) -> Array:
    return xi / len(z) ** 0.5
