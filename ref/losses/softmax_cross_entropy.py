"""Cross-entropy of a softmax output, p = softmax(z), from the pre-activations: the matching loss of the softmax.

    value                L     = 1/N Σₙ Σ_c t (log Σ exp z - z)
    gradient             dz    = (p Σ t - t) / N                         Σ t = 1 for probabilities
    hessian_product      Rdz   = p (Rz - Σ p Rz) Σ t / N                 the Gauss-Newton part is all of it
    curvature_factor     A xi  = (√p xi - p Σ √p xi) √(Σ t / N)          A = diag(√p) - p √pᵀ
    mean_curvature               1/N Σₙ (diag(p) - p pᵀ) Σ t
    sample_targets       t'    = √(Σ t) e_c,  c with probability p_c     g = (p - e_c) √(Σ t),
                                                                         E[g gᵀ] = (diag(p) - p pᵀ) Σ t

Shapes: z, t, Rz, xi (N, C); mean_curvature (C, C).  N cases.  Every Σ is over the C outputs of a case; a case whose
targets are all zero costs nothing.  The split is made at z; made after the softmax it would give, for one-hot targets,
the empirical Fisher matrix.  c = argmax of z plus independent Gumbel noise has the probabilities p.
"""

import numpy as np

from ref.layers.softmax import forward as softmax
from ref.losses.targets import require_targets as require_targets

Array = np.ndarray


def _sum(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)


def prediction(z: Array) -> Array:
    return softmax(z)[0]


def value(z: Array, t: Array) -> float:
    largest = z.max(axis=-1, keepdims=True)
    log_sum = largest + np.log(_sum(np.exp(z - largest)))
    return float(np.sum(t * (log_sum - z), dtype=np.float64)) / len(z)


def gradient(z: Array, t: Array) -> Array:
    return (prediction(z) * _sum(t) - t) / len(z)


def hessian_product(z: Array, t: Array, Rz: Array) -> Array:
    p = prediction(z)
    return p * (Rz - _sum(p * Rz)) * (_sum(t) / len(z))


gauss_newton_product = hessian_product


def curvature_factor(z: Array, t: Array, xi: Array) -> Array:
    p = prediction(z)
    root = np.sqrt(p)
    return (root * xi - p * _sum(root * xi)) * np.sqrt(_sum(t) / len(z))


def mean_curvature(z: Array, t: Array) -> Array:
    p = prediction(z)
    weighted = p * (_sum(t) / len(z))
    return np.diag(weighted.sum(axis=0, dtype=np.float64).astype(z.dtype)) - weighted.T @ p


def sample_targets(z: Array, t: Array, rng: np.random.Generator) -> Array:
    chosen = np.argmax(z + rng.gumbel(size=z.shape), axis=1)
    return np.sqrt(_sum(t)) * np.eye(z.shape[1], dtype=z.dtype)[chosen]
