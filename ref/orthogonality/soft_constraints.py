"""Penalties that pull a matrix towards orthogonality, or only hold it small: soft constraints.

                        value             gradient           Hessian product                   Gauss-Newton product
    SoftOrthogonality   λ ||E||²          4λ W E             4λ (RW E + W RE)                  4λ W RE
    GaussianPrior       γ Σ (s - 1)²      2γ s' (s - 1)      2γ (s'² + s'' (s - 1)) Rp         2γ s'² Rp
    CompositeDecay      δ ||W||²          2δ W               2δ RW                             2δ RW

with E = WᵀW - I and RE = RWᵀW + WᵀRW.  None of the three has a factor ½.  The first and the last take the matrix W
itself, also where W = U S Vᵀ is composed of factors: their gradients are added to dW before it goes back to the
factors, and so they enter the Cayley step as well.  The prior, whose variance is 1/(2γ), takes the parameters p of
the spectrum, with its margin or none.

The first and the last depend on the singular values of W alone, and so turn neither basis: of G = dW V S the skew
matrix G Uᵀ - U Gᵀ is zero, and likewise for V.  Where W is orthogonal the first one's Hessian is 8λ on W times a
symmetric matrix and zero on W times a skew one: it holds singular values, not rotations.

Hessian-free optimisation asks for the Gauss-Newton product: it is positive semi-definite, which the Hessian is not
where singular values lie below one.

Shapes: W and RW any matrix (n, k), p and Rp (k,).
The paper's equation 7; the other two from its text and its released code.
"""

import numpy as np

from ref.orthogonality.spectrum import require_margin, singular_values
from ref.validation import require_floats, require_number
from ref.vectors import dot

Array = np.ndarray


def _gap(W: Array) -> Array:
    return W.T @ W - np.eye(W.shape[1], dtype=W.dtype)


def _r_gap(W: Array, RW: Array) -> Array:
    product = RW.T @ W
    return product + product.T


class SoftOrthogonality:
    """strength: λ.  Raises ValueError where it is negative or not finite."""

    def __init__(self, strength: float):
        self.strength = require_number("strength", strength, least=0)

    def value(self, W: Array) -> float:
        E = _gap(require_matrix("W", W)).ravel()
        return self.strength * dot(E, E)

    def gradient(self, W: Array) -> Array:
        return 4 * self.strength * W @ _gap(require_matrix("W", W))

    def hessian_product(self, W: Array, RW: Array) -> Array:
        return 4 * self.strength * (RW @ _gap(W) + W @ _r_gap(W, RW))

    def gauss_newton_product(self, W: Array, RW: Array) -> Array:
        return 4 * self.strength * W @ _r_gap(W, RW)


class GaussianPrior:
    """strength: γ; margin as in `spectrum`.  Raises ValueError for a negative strength or a margin outside [0, 1]."""

    def __init__(self, strength: float, margin: float | None = None):
        self.strength, self.margin = require_number("strength", strength, least=0), require_margin(margin)

    def value(self, p: Array) -> float:
        s, _, _ = singular_values(require_floats("p", p), self.margin)
        return self.strength * dot(s - 1, s - 1)

    def gradient(self, p: Array) -> Array:
        s, slope, _ = singular_values(require_floats("p", p), self.margin)
        return 2 * self.strength * slope * (s - 1)

    def hessian_product(self, p: Array, Rp: Array) -> Array:
        s, slope, bend = singular_values(p, self.margin)
        return 2 * self.strength * (slope * slope + bend * (s - 1)) * Rp

    def gauss_newton_product(self, p: Array, Rp: Array) -> Array:
        _, slope, _ = singular_values(p, self.margin)
        return 2 * self.strength * slope * slope * Rp


class CompositeDecay:
    """strength: δ.  Raises ValueError where it is negative or not finite."""

    def __init__(self, strength: float):
        self.strength = require_number("strength", strength, least=0)

    def value(self, W: Array) -> float:
        W = require_matrix("W", W).ravel()
        return self.strength * dot(W, W)

    def gradient(self, W: Array) -> Array:
        return 2 * self.strength * require_matrix("W", W)

    def hessian_product(self, W: Array, RW: Array) -> Array:
        return 2 * self.strength * RW

    gauss_newton_product = hessian_product


def require_matrix(name: str, W) -> Array:
    W = require_floats(name, W)
    if W.ndim != 2:
        raise ValueError(f"{name} has shape {W.shape} but must be a matrix")
    return W
