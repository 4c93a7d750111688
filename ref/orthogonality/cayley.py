"""The Cayley step: descent along a curve that stays on the Stiefel manifold, for the price of one linear system.

    step         M(η) = (I + η/2 A)⁻¹ (I - η/2 A) M                A = G Mᵀ - M Gᵀ,  G = dL/dM
    increment         = M - η (I + η/2 A)⁻¹ A M                    the same, and what is computed
    n x n             = M - 2 (I + K)⁻¹ K M                        K = η/2 A = Y Mᵀ - M Yᵀ,  Y = η/2 G
    low rank          = M - 2 U (I + VᵀU)⁻¹ VᵀM                    K = U Vᵀ,  U = [M, Y],  V = [-Y, M]: if p < n/2

The increment form makes rounding errors of the step's size, not of M's: after 10,000 steps with the learning rate 1e-6
the columns are orthonormal to one or two digits more.  A is skew, so no eigenvalue of I + η/2 A is below one in modulus
and the system can always be solved.  Each plane is turned by 2 arctan(η a/2) where the geodesic turns it by η a, ± i a
being A's eigenvalues.  To first order M moves by -η A M and L by -η/2 ||A||².  det M does not change.

The version of the paper that we read prints equation 9 as the sum M + (I + η/2 A)⁻¹ (I - η/2 A), which leaves the
manifold; the product is meant, as in its sources.  The code released with it uses another A: see `wrong_side`.

Shapes: M, G, Y (n, p), A and K (n, n), U and V (n, 2p).  The n x n form costs O(n³), the low-rank form O(n p² + p³).
The paper's equation 9; the low-rank form: Wen & Yin 2013.
"""

import numpy as np

from ref.linalg.row_major_solve import solve_in_place
from ref.orthogonality.arguments import require_like, require_point
from ref.validation import require_number

Array = np.ndarray


def cayley_step(M: Array, G: Array, learning_rate: float) -> Array:
    """M(η).  Raises ValueError or TypeError where M is no (n, p), G not like M, or the learning rate not positive."""
    M = require_point("M", M)
    G = require_like("G", G, "M", M)
    return moved(M, require_number("learning_rate", learning_rate, above=0) / 2 * G)


def moved(M: Array, Y: Array) -> Array:
    """(I + K)⁻¹ (I - K) M with K = Y Mᵀ - M Yᵀ, in the cheaper of the two forms; M and Y (n, p)."""
    n, p = M.shape
    return moved_low_rank(M, Y) if p < n / 2 else moved_full(M, Y)


def moved_full(M: Array, Y: Array) -> Array:
    n = len(M)
    product = np.empty((n, n + 8), M.dtype)[:, :n]  # rows no power of two apart, where reading the transpose is slow
    np.matmul(Y, M.T, out=product)
    return turned(M, product - product.T)


def moved_low_rank(M: Array, Y: Array) -> Array:
    U, V = np.hstack([M, Y]), np.hstack([-Y, M])  # in this order the LU needs no interchange while Y is small
    N = V.T @ U
    N.flat[:: len(N) + 1] += 1
    return M - U @ (2 * solve_in_place(N, V.T @ M))


def turned(M: Array, K: Array) -> Array:
    """(I + K)⁻¹ (I - K) M for any skew K (n, n), which is overwritten."""
    X = K @ M
    K.flat[:: len(K) + 1] += 1
    X = solve_in_place(K, X)
    X *= -2
    X += M
    return X
