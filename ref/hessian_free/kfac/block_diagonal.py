"""The inverse of the damped blocks, layer by layer, by the Cholesky factors of their factors: layers do not see each
other.

    U       = (A + pi gamma I)⁻¹ dW̄ (G + gamma/pi I)⁻¹            solves (A ⊗ G)_damped vec(U) = vec(dW̄)
    kept    lower L:  A + pi gamma I = L Lᵀ, and G + gamma/pi I likewise, for each gamma

The lesser of the two inverses of Martens & Grosse 2015; the other is `block_tridiagonal`.  Martens' released code
decomposes the factors into eigenvectors here too, to the same U: for three gammas, Cholesky factors take a ninth of the
multiplications.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, cholesky

from ref.hessian_free.kfac.factored_damping import damped, require_finite
from ref.hessian_free.kfac.kronecker import Block, as_parameters, layer_shapes, matrices
from ref.parameters import Parameters

Array = np.ndarray
Inverse = dict[str, Array]  # L_A1, L_G1, L_A2, ...
CROSSED = False  # whether it needs the blocks between neighbours


def inverse_at(blocks: list[Block], gamma: float) -> Inverse:
    """The lower Cholesky factors of every damped block.

    Raises ValueError where a factor is not finite, scipy.linalg.LinAlgError where gamma is lost in rounding beside the
    factors.
    """
    require_finite(blocks)
    return {f"L_{name}{l}": cholesky(factor, lower=True)
            for l, block in enumerate(blocks, start=1) for name, factor in damped(block, gamma)._asdict().items()}


def inverses(blocks: list[Block], gammas: Sequence[float]) -> dict[float, Inverse]:
    """gamma -> the inverse, for each gamma at which there is one.

    Where rounding leaves none of the damped blocks positive definite, gamma is doubled until they are: our choice.
    """
    found = {}
    for gamma in gammas:
        try:
            found[gamma] = inverse_at(blocks, gamma)
        except LinAlgError:
            continue
    return found or inverses(blocks, [2 * max(*gammas, float(np.finfo(blocks[0].A.dtype).eps))])


def solve(inverse: Mapping[str, Array], gradient: Parameters) -> Parameters:
    """U of all layers for the gradient dW1, db1, ..."""
    def solution(l: int, dW: Array) -> Array:
        L_A, L_G = inverse[f"L_A{l}"], inverse[f"L_G{l}"]
        return cho_solve((L_A, True), cho_solve((L_G, True), dW.T).T)

    return as_parameters([solution(l, dW) for l, dW in enumerate(matrices(gradient), start=1)], gradient)


def zero_inverse(theta: Parameters) -> Inverse:
    """Zeros of the right shapes, for an optimiser's first state."""
    return {f"L_{name}{l}": np.zeros((n, n), theta.dtype)
            for l, (D, H) in enumerate(layer_shapes(theta), start=1) for name, n in (("A", D + 1), ("G", H))}
