"""Cross-entropy of independent logistic outputs, p = sigma(z), from the pre-activations: the matching loss of sigma.

    value                L     = 1/N Σₙ Σ_c max(z, 0) - z t + log(1 + exp(-|z|))   = -1/N Σ t log p + (1-t) log(1-p)
    gradient             dz    = (p - t) / N
    hessian_product      Rdz   = p (1 - p) Rz / N        positive semi-definite: the Gauss-Newton part is all of it
    curvature_factor     A xi  = √(p (1 - p)) xi / √N
    mean_curvature               diag(1/N Σₙ p (1 - p))
    sample_targets       t     = 1 with probability p, else 0                 g = p - t, E[g gᵀ] = diag(p (1 - p))

Shapes: z, t, Rz, xi (N, C), targets t in [0, 1]; mean_curvature (C, C).  N cases, C outputs.
"""

import numpy as np

from ref.layers.logistic import sigma as prediction
from ref.layers.softplus import softplus
from ref.losses.targets import require_targets as require_targets

Array = np.ndarray


def value(z: Array, t: Array) -> float:
    return float(np.sum(softplus(z) - z * t, dtype=np.float64)) / len(z)


def gradient(z: Array, t: Array) -> Array:
    dz = prediction(z)
    dz -= t
    dz /= len(z)
    return dz


def hessian_product(z: Array, t: Array, Rz: Array) -> Array:
    p = prediction(z)
    Rdz = 1 - p
    Rdz *= p
    Rdz *= Rz
    Rdz /= len(z)
    return Rdz


gauss_newton_product = hessian_product


def curvature_factor(z: Array, t: Array, xi: Array) -> Array:
    p = prediction(z)
    return np.sqrt(p * (1 - p) / len(z)) * xi


def mean_curvature(z: Array, t: Array) -> Array:
    p = prediction(z)
    return np.diag(np.mean(p * (1 - p), axis=0, dtype=np.float64).astype(z.dtype))


def sample_targets(z: Array, t: Array, rng: np.random.Generator) -> Array:
    return (rng.random(z.shape, z.dtype) < prediction(z)).astype(z.dtype)
