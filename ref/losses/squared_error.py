"""Squared error of linear outputs.

    value                L     = 1/(2N) Σₙ Σ_c (z - t)²
    gradient             dz    = (z - t) / N
    hessian_product      Rdz   = Rz / N                 L'' = I/N, positive definite: the Gauss-Newton part is all of it
    curvature_factor     A xi  = xi / √N
    mean_curvature               I
    sample_targets       t     ~ N(z, I)                the loss is -log p(t | z) + constant; g = z - t, E[g gᵀ] = I

Shapes: z, t, Rz, xi (N, C); mean_curvature (C, C).  N cases, C outputs.
"""

import numpy as np

from ref.losses.targets import require_targets as require_targets

Array = np.ndarray


def prediction(z: Array) -> Array:
    return z


def value(z: Array, t: Array) -> float:
    e = z - t
    return float(np.sum(e * e, dtype=np.float64)) / (2 * len(z))


def gradient(z: Array, t: Array) -> Array:
    return (z - t) / len(z)


def hessian_product(z: Array, t: Array, Rz: Array) -> Array:
    return Rz / len(z)


gauss_newton_product = hessian_product


def curvature_factor(z: Array, t: Array, xi: Array) -> Array:
    return xi / len(z) ** 0.5


def mean_curvature(z: Array, t: Array) -> Array:
    return np.eye(z.shape[1], dtype=z.dtype)


def sample_targets(z: Array, t: Array, rng: np.random.Generator) -> Array:
    return z + rng.standard_normal(z.shape, z.dtype)
