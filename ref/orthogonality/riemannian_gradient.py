"""Riemannian gradients on the Stiefel manifold, in its two usual metrics.

    tangent       Z with MᵀZ + ZᵀM = 0                    projection  Z - M sym(MᵀZ),   sym(X) = (X + Xᵀ) / 2
    canonical     <X, Y> = tr Xᵀ (I - ½ M Mᵀ) Y           gradient    G - M GᵀM = A M,  A = G Mᵀ - M Gᵀ
    Euclidean     <X, Y> = tr XᵀY                         gradient    G - M sym(MᵀG)

Each gradient is the tangent vector with <gradient, Z> = Σ G Z for every tangent Z.  Where M is square the two are the
same but for a factor: A M = M B = 2 (G - M sym(MᵀG)), B = MᵀG - GᵀM.  A acts from the left, B from the right; the
one in the other's place is no gradient of anything (`wrong_side`).

    descent       Σ G (-A M) = -½ ||A||²                  for any M, also one that is tall or only nearly orthogonal
                  Σ G (-M B) = -½ ||B||²

Shapes: M, G, X, Y, Z (n, p) with MᵀM = I and G = dL/dM; A (n, n), B (p, p).
Edelman, Arias & Smith 1998; Tagare 2011; A as in the paper's equation 9.
"""

import numpy as np

from ref.orthogonality.arguments import require_like, require_point
from ref.vectors import dot

Array = np.ndarray


def left_skew(M: Array, G: Array) -> Array:
    """A = G Mᵀ - M Gᵀ."""
    M = require_point("M", M)
    product = require_like("G", G, "M", M) @ M.T
    return product - product.T


def right_skew(M: Array, G: Array) -> Array:
    """B = MᵀG - GᵀM."""
    M = require_point("M", M)
    product = M.T @ require_like("G", G, "M", M)
    return product - product.T


def canonical_gradient(M: Array, G: Array) -> Array:
    M = require_point("M", M)
    G = require_like("G", G, "M", M)
    return G - M @ (G.T @ M)


def euclidean_gradient(M: Array, G: Array) -> Array:
    M = require_point("M", M)
    return _tangent(M, require_like("G", G, "M", M))


def projection(M: Array, Z: Array) -> Array:
    """The tangent vector nearest to Z (n, p)."""
    M = require_point("M", M)
    return _tangent(M, require_like("Z", Z, "M", M))


def _tangent(M: Array, Z: Array) -> Array:
    product = M.T @ Z
    return Z - M @ ((product + product.T) / 2)


def canonical_inner(M: Array, X: Array, Y: Array) -> float:
    M = require_point("M", M)
    X, Y = require_like("X", X, "M", M), require_like("Y", Y, "M", M)
    return euclidean_inner(M, X, Y) - dot((M.T @ X).ravel(), (M.T @ Y).ravel()) / 2


def euclidean_inner(M: Array, X: Array, Y: Array) -> float:
    M = require_point("M", M)
    return dot(require_like("X", X, "M", M).ravel(), require_like("Y", Y, "M", M).ravel())


GRADIENTS = {"canonical": canonical_gradient, "euclidean": euclidean_gradient}
INNER_PRODUCTS = {"canonical": canonical_inner, "euclidean": euclidean_inner}
