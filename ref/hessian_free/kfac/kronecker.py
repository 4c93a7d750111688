"""Curvature in Kronecker-factored blocks, one a layer.

    layer       s = ā W̄                            ā = [y, 1], W̄ = [W; b]: the bias is the weight of an input 1
    block       E[ā āᵀ ⊗ Gₙ] ≈ A ⊗ G               Gₙ = Jₙᵀ L'' Jₙ of case n, Jₙ = dz/ds;  A = E[ā āᵀ], G = E[Gₙ]
    solution    U = A⁻¹ dW̄ G⁻¹                     (A ⊗ G) vec(U) = vec(dW̄)

vec takes the rows of W̄ one after the other, as `Parameters` has W and then b.  The whole matrix is block-diagonal:
layers do not see each other.  The approximation is that of a mean of products by the product of means; it is exact for
one case, and wherever the factors do not depend on each other.  How G is found is in `kfac`, `kflr` and `kfra`; how the
blocks are damped before they are inverted is in `factored_damping`.

Shapes: W (D, H), b (H,), W̄ (D+1, H), ā (N, D+1), ds (N, H), A (D+1, D+1), G (H, H).  Martens & Grosse 2015 (K-FAC).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve

from ref.parameters import Parameters
from ref.validation import require_floats

Array = np.ndarray


class Block(NamedTuple):
    """A layer's two factors, or the lower Cholesky factors of both."""

    A: Array  # (D+1, D+1)
    G: Array  # (H, H)


def zero_blocks(theta: Parameters) -> list[Block]:
    """Zeros for the layers of theta = W1, b1, W2, b2, ..., as `MLP` names them.  Raises ValueError for other names."""
    L = len(theta) // 2
    expected = tuple(name for l in range(1, L + 1) for name in (f"W{l}", f"b{l}"))
    if theta.names != expected or not L:
        raise ValueError(f"theta holds {', '.join(theta.names)} but must hold W1, b1, W2, b2, ...: the parameters of "
                         f"an MLP")
    shapes = [theta[f"W{l}"].shape for l in range(1, L + 1)]
    return [Block(np.zeros((D + 1, D + 1), theta.dtype), np.zeros((H, H), theta.dtype)) for D, H in shapes]


def input_factor(y: Array) -> Array:
    """E[ā āᵀ] of one layer's inputs y (N, D)."""
    a = np.hstack([y, np.ones((len(y), 1), y.dtype)])
    return a.T @ a / len(y)


def paired(factors: list[Array]) -> list[Block]:
    """The blocks of A_1, ..., A_L, G_1, ..., G_L."""
    L = len(factors) // 2
    return [Block(A, G) for A, G in zip(factors[:L], factors[L:], strict=True)]


def solve(factors: list[Block], gradient: Parameters) -> Parameters:
    """U of all layers for the gradient dW1, db1, ...; factors are the blocks' Cholesky factors."""
    U = gradient.like()
    for l, (A, G) in enumerate(factors, start=1):
        d = np.vstack([gradient[f"W{l}"], gradient[f"b{l}"]])
        u = cho_solve((A, True), cho_solve((G, True), d.T).T)
        U[f"W{l}"], U[f"b{l}"] = u[:-1], u[-1]
    return U


def packed(prefix: str, blocks: list[Block]) -> dict[str, Array]:
    """The blocks as entries of an optimiser's flat state: prefix A1, prefix G1, ..."""
    return {f"{prefix}{name}{l}": factor
            for l, block in enumerate(blocks, 1) for name, factor in block._asdict().items()}


def unpacked(prefix: str, state: Mapping, theta: Parameters) -> list[Block]:
    """The blocks that `packed` put into the state.  Raises ValueError or TypeError where they are not, or not theta's.
    """
    zeros = zero_blocks(theta)
    for name, zero in packed(prefix, zeros).items():
        if name not in state:
            raise ValueError(f"state has no {name!r}: it must come from this optimiser's init or step")
        factor = require_floats(f"state[{name!r}]", state[name], finite=False)
        if factor.shape != zero.shape:
            raise ValueError(f"state[{name!r}] has shape {factor.shape} but theta needs {zero.shape}")
        if factor.dtype != theta.dtype:
            raise TypeError(f"state[{name!r}] is {factor.dtype} but theta is {theta.dtype}")
    return [Block(state[f"{prefix}A{l}"], state[f"{prefix}G{l}"]) for l in range(1, len(zeros) + 1)]
