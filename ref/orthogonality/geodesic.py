"""Geodesics of the Stiefel manifold from M along a tangent vector Z, at time 1: the exponential itself.

    canonical    exp(W) M,  W = P Z Mᵀ - M Zᵀ P,  P = I - ½ M Mᵀ                    W M = Z
                 = [M, Q] exp([[Ω, -Rᵀ], [R, 0]]) [I; 0],  Ω = MᵀZ,  Q R = Z - M Ω  if p < n/2
    Euclidean    [M, Z] exp([[Ω, -ZᵀZ], [I, Ω]]) [exp(-Ω); 0]

For Z = -η A M, A M the canonical gradient, W = -η A and the geodesic is exp(-η A) M.  Where M is square the two
metrics have the same geodesics.  An exponential costs several times a Cayley step, which follows the canonical
geodesic to second order in Z; `retractions` says what else follows which.  What of Z is not tangent at M, be it
rounding, is left out.

Shapes: M, Z (n, p), W (n, n), Q (n, p), R and Ω (p, p).  Edelman, Arias & Smith 1998.
"""

import numpy as np
from scipy.linalg import expm

from ref.orthogonality.riemannian_gradient import canonical_gradient, projection
from ref.validation import require_number

Array = np.ndarray


def canonical_geodesic(M: Array, Z: Array) -> Array:
    Z = projection(M, Z)
    n, p = M.shape
    omega = M.T @ Z
    if p >= n / 2:
        W = (Z - M @ (omega / 2)) @ M.T
        return expm(W - W.T) @ M
    Q, R = np.linalg.qr(Z - M @ omega)
    E = expm(np.block([[omega, -R.T], [R, np.zeros_like(omega)]]))
    return M @ E[:p, :p] + Q @ E[p:, :p]


def euclidean_geodesic(M: Array, Z: Array) -> Array:
    Z = projection(M, Z)
    p = M.shape[1]
    omega = M.T @ Z
    E = expm(np.block([[omega, -Z.T @ Z], [np.eye(p, dtype=M.dtype), omega]]))
    return (M @ E[:p, :p] + Z @ E[p:, :p]) @ expm(-omega)


def geodesic_step(M: Array, G: Array, learning_rate: float) -> Array:
    """exp(-η A) M: what `cayley_step` approximates; arguments as there."""
    rate = require_number("learning_rate", learning_rate, above=0)
    return canonical_geodesic(M, -rate * canonical_gradient(M, G))
