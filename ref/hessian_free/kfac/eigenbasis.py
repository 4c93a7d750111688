"""The inverse of the blocks in the eigenbasis of their factors, where Tikhonov damping need not be factored.

    A = Q_A diag(a) Q_Aᵀ        G = Q_G diag(g) Q_Gᵀ           once, whatever gamma
    U = Q_A [(Q_Aᵀ dW̄ Q_G) / (a gᵀ + gamma²)] Q_Gᵀ             solves (A ⊗ G + gamma² I) vec(U) = vec(dW̄)

The damped block has no cross terms, unlike that of `factored_damping`, and every further gamma costs a diagonal.
Shapes: A, Q_A (D+1, D+1), a (D+1,), G, Q_G (H, H), g (H,), dW̄ and U (D+1, H).

Factored damping in this basis, a quotient by (a + pi gamma)(g + gamma/pi)ᵀ, is that of `block_diagonal`, in which the
basis is not needed.  An alternative in Martens' released code.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ref.hessian_free.kfac.factored_damping import require_finite
from ref.hessian_free.kfac.kronecker import Block, as_parameters, layer_shapes, matrices
from ref.parameters import Parameters

Array = np.ndarray
Inverse = dict[str, Array]  # Q_A1, Q_G1, damped1, Q_A2, ...
CROSSED = False  # whether it needs the blocks between neighbours


class Eigenbasis(NamedTuple):
    Q_A: Array  # (D+1, D+1)
    a: Array  # (D+1,)
    Q_G: Array  # (H, H)
    g: Array  # (H,)


def eigenbases(blocks: list[Block]) -> list[Eigenbasis]:
    """That of every layer's block.  An eigenvalue that rounding leaves below zero is zero.

    Raises ValueError where a factor is not finite.
    """
    require_finite(blocks)
    bases = []
    for A, G in blocks:
        (a, Q_A), (g, Q_G) = np.linalg.eigh(A), np.linalg.eigh(G)
        bases.append(Eigenbasis(Q_A, np.maximum(a, 0), Q_G, np.maximum(g, 0)))
    return bases


def inverses(blocks: list[Block], gammas: Sequence[float]) -> dict[float, Inverse]:
    """gamma -> the inverse of every block damped by gamma²."""
    bases, found = eigenbases(blocks), {}
    for gamma in gammas:
        found[gamma] = {}
        for l, (Q_A, a, Q_G, g) in enumerate(bases, start=1):
            found[gamma] |= {f"Q_A{l}": Q_A, f"Q_G{l}": Q_G, f"damped{l}": np.outer(a, g) + a.dtype.type(gamma**2)}
    return found


def solve(inverse: Mapping[str, Array], gradient: Parameters) -> Parameters:
    """U of all layers for the gradient dW1, db1, ..."""
    def solution(l: int, dW: Array) -> Array:
        Q_A, Q_G, values = (inverse[f"{name}{l}"] for name in ("Q_A", "Q_G", "damped"))
        return Q_A @ ((Q_A.T @ dW @ Q_G) / values) @ Q_G.T

    return as_parameters([solution(l, dW) for l, dW in enumerate(matrices(gradient), start=1)], gradient)


def zero_inverse(theta: Parameters) -> Inverse:
    """Zeros of the right shapes, for an optimiser's first state."""
    inverse = {}
    for l, (D, H) in enumerate(layer_shapes(theta), start=1):
        shapes = {"Q_A": (D + 1, D + 1), "Q_G": (H, H), "damped": (D + 1, H)}
        inverse |= {f"{name}{l}": np.zeros(shape, theta.dtype) for name, shape in shapes.items()}
    return inverse
