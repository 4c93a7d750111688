"""Retractions: from M along a tangent vector Z back onto the Stiefel manifold, R(t Z) = M + t Z + O(t²).

    Cayley    (I - ½ W)⁻¹ (I + ½ W) M,  W = P Z Mᵀ - M Zᵀ P,  P = I - ½ M Mᵀ          `cayley` with Y = -½ P Z
    QR        the factor Q of M + Z = Q R, R with a positive diagonal
    polar     (M + Z) (I + ZᵀZ)^(-½), the polar factor of M + Z

Which of them agree with a geodesic to second order, R(t Z) = geodesic + O(t³):

                 canonical geodesic        Euclidean geodesic
    Cayley       yes                       p = n, p = 1
    QR           p = 1                     p = 1
    polar        p = n, p = 1              yes

(p = n: M is square.  p = 1: M is a unit vector, on which both geodesics are the same great circle.)

Z = -η canonical_gradient(M, G) makes the Cayley retraction the Cayley step.  Each keeps det M where M is square.

Shapes: M, Z (n, p).  The Cayley retraction: Wen & Yin 2013.
"""

import numpy as np

from ref.orthogonality.arguments import require_like, require_point
from ref.orthogonality.cayley import moved
from ref.orthogonality.drift import polar_factor
from ref.orthogonality.geodesic import canonical_geodesic, euclidean_geodesic

Array = np.ndarray


def cayley_retraction(M: Array, Z: Array) -> Array:
    M = require_point("M", M)
    Z = require_like("Z", Z, "M", M)
    PZ = Z - M @ (M.T @ Z / 2)
    return moved(M, -PZ / 2)


def qr_retraction(M: Array, Z: Array) -> Array:
    M = require_point("M", M)
    Q, R = np.linalg.qr(M + require_like("Z", Z, "M", M))
    return Q * np.where(np.diag(R) < 0, -1, 1).astype(M.dtype)


def polar_retraction(M: Array, Z: Array) -> Array:
    M = require_point("M", M)
    return polar_factor(M + require_like("Z", Z, "M", M))


RETRACTIONS = {
    "cayley": cayley_retraction, "qr": qr_retraction, "polar": polar_retraction,
    "canonical geodesic": canonical_geodesic, "euclidean geodesic": euclidean_geodesic,
}
