"""How far a matrix is from having orthonormal columns, and the way back.

    defect            ||MᵀM - I||_F                                 in float64, whatever M's dtype
    Newton-Schulz     M ← ½ M (3 I - MᵀM) = M + ½ M (I - MᵀM)       δ -> -¾ δ² + ¼ δ³ for a singular value √(1 + δ)
    polar             M ← U Vᵀ,  M = U S Vᵀ                         the nearest matrix with orthonormal columns

Steps on the manifold drift off it by rounding alone, so that one Newton-Schulz step now and then, of two products,
brings M back.  Where ¾ defect² is more than rounding one step would not do, and `restored` takes the polar factor.

Shapes: M (n, p), n >= p.  When to choose which is our choice.
"""

import numpy as np

from ref.orthogonality.arguments import require_point

Array = np.ndarray


def defect(M: Array) -> float:
    M = require_point("M", M).astype(np.float64)
    return float(np.linalg.norm(M.T @ M - np.eye(M.shape[1])))


def newton_schulz(M: Array) -> Array:
    """One step, for M near the manifold: it converges from singular values between 0 and √3, quadratically near 1."""
    M = require_point("M", M)
    gap = np.eye(M.shape[1], dtype=M.dtype) - M.T @ M
    return M + M @ (gap / 2)


def polar_factor(M: Array) -> Array:
    U, _, Vt = np.linalg.svd(require_point("M", M), full_matrices=False)
    return U @ Vt


def restored(M: Array) -> Array:
    """M with columns orthonormal up to rounding: one Newton-Schulz step where that suffices, else the polar factor."""
    enough = 0.75 * defect(M) ** 2 <= np.finfo(np.asarray(M).dtype).eps
    return newton_schulz(M) if enough else polar_factor(M)
