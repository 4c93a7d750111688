"""Squared error after logistic outputs, p = sigma(z): the pair that does not match.

    value                  L     = 1/(2N) Σₙ Σ_c (p - t)²
    gradient               dz    = (p - t) s / N                          s = p (1 - p)
    hessian_product        Rdz   = (s² + (p - t) s (1 - 2p)) Rz / N       may be negative: L is not convex in z
    gauss_newton_product   Rdz   = s² Rz / N                              the split after sigma, where L is convex: J of
                                                                          sigma joins the network's, and L'' is I/N
    curvature_factor       A xi  = s xi / √N
    mean_curvature                 diag(1/N Σₙ s²)

The Gauss-Newton part is not the Fisher information of a distribution given z, so there is no sample_targets.
Shapes: z, t, Rz, xi (N, C); mean_curvature (C, C).  N cases, C outputs.
"""

import numpy as np

from ref.layers.logistic import sigma as prediction
from ref.losses.targets import require_targets as require_targets

Array = np.ndarray


def value(z: Array, t: Array) -> float:
    e = prediction(z) - t
    return float(np.sum(e * e, dtype=np.float64)) / (2 * len(z))


def gradient(z: Array, t: Array) -> Array:
    p = prediction(z)
    return (p - t) * p * (1 - p) / len(z)


def hessian_product(z: Array, t: Array, Rz: Array) -> Array:
    p = prediction(z)
    s = p * (1 - p)
    return (s * s + (p - t) * s * (1 - 2 * p)) * Rz / len(z)


def gauss_newton_product(z: Array, t: Array, Rz: Array) -> Array:
    p = prediction(z)
    s = p * (1 - p)
    return s * s * Rz / len(z)


def curvature_factor(z: Array, t: Array, xi: Array) -> Array:
    p = prediction(z)
    return p * (1 - p) * xi / len(z) ** 0.5


def mean_curvature(z: Array, t: Array) -> Array:
    p = prediction(z)
    s = p * (1 - p)
    return np.diag(np.mean(s * s, axis=0, dtype=np.float64).astype(z.dtype))
