"""Lanczos: a symmetric matrix, of which only products are known, as a small tridiagonal one.

    beta_{j+1} q_{j+1} = A q_j - alpha_j q_j - beta_j q_{j-1}        alpha_j = q_j·A q_j,  |q_j| = 1,  beta_1 = 0
    A Q = Q T + beta_{k+1} q_{k+1} e_kᵀ                              T = tridiag(beta; alpha; beta), Qᵀ Q = I

The eigenvalues of T near the ends of A's spectrum come close to A's own; and T gives vᵀ f(A) v, v = |v| q_1, by Gauss'
rule, exactly for polynomials up to degree 2k - 1:

    vᵀ f(A) v = |v|² Σ_i w_i f(theta_i)                              T s_i = theta_i s_i,  w_i = (first entry of s_i)²

In floating point the q_j lose their orthogonality as soon as an eigenvalue is found, and copies of it follow.  So each
is orthogonalised against all before it, twice.  Where beta_{j+1} vanishes, the space of v under A is exhausted, and
T is shorter.
"""

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh_tridiagonal

from ref.validation import require_count, require_floats

Array = np.ndarray
EXHAUSTED = 1e-10  # of the largest entry of T so far: below it, what is left of A q_j is rounding


def lanczos(A: Callable[[Array], Array], v: Array, k: int) -> tuple[Array, Array, Array]:
    """Return alpha (k,), beta (k - 1,) and Q (P, k), or less where the space is exhausted.

    A: v -> A v on vectors (P,); v (P,) not zero.  Raises ValueError for a v that is zero or not finite, or k below 1.
    """
    v, k = require_floats("v", v), require_count("k", k)
    length = np.linalg.norm(v)
    if v.ndim != 1 or not length > 0:
        raise ValueError(f"v has shape {v.shape} and length {length:g} but must be a vector that is not zero")
    Q, alpha, beta = np.empty((min(k, len(v)), len(v))), [], []
    q = v.astype(np.float64) / length
    for j in range(len(Q)):
        Q[j] = q
        r = np.asarray(A(q.astype(v.dtype)), np.float64)
        alpha.append(float(q @ r))
        for _ in range(2):
            r = r - Q[: j + 1].T @ (Q[: j + 1] @ r)
        rest = np.linalg.norm(r)
        if j + 1 == len(Q) or rest <= EXHAUSTED * max(map(abs, alpha + beta)):
            break
        beta.append(float(rest))
        q = r / rest
    return np.array(alpha), np.array(beta), Q[: len(alpha)].T


def quadrature(alpha: Array, beta: Array) -> tuple[Array, Array]:
    """Gauss' rule: nodes theta and weights w, which sum to 1, ascending in theta."""
    theta, s = eigh_tridiagonal(alpha, beta)
    return theta, s[0] ** 2
