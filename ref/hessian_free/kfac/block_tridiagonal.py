"""The block-tridiagonal inverse: the curvature is taken for the covariance of a chain of layers, in which each layer
depends on the next one and, given that, on no other.

Let w_l stand for the gradient dW̄_l as a random matrix, with covariance F_l = A_l ⊗ G_l, damped, and F_{l,l+1} =
A_{l,l+1} ⊗ G_{l,l+1} between neighbours.  The best linear prediction of w_l from w_{l+1}, and what it leaves over, are

    Psi_l   = F_{l,l+1} F_{l+1}⁻¹              = Psi_A ⊗ Psi_G,            Psi_A = A_{l,l+1} A_{l+1}⁻¹,  Psi_G likewise
    Sigma_l = F_l - Psi_l F_{l+1} Psi_lᵀ       = A_l ⊗ G_l - C_A ⊗ C_G,    C_A = A_{l,l+1} A_{l+1}⁻¹ A_{l,l+1}ᵀ
    Sigma_L = F_L                                                          C_A = C_G = 0

The rests e_l = w_l - Psi_l w_{l+1} of a chain are uncorrelated, so that its covariance F has F⁻¹ = Xiᵀ Sigma⁻¹ Xi with
Xi w = e: block-tridiagonal.  Three sweeps over the layers solve F U = dW̄:

    e_l     = dW̄_l - Psi_A dW̄_{l+1} Psi_Gᵀ
    h_l     = Sigma_l⁻¹ e_l                    = K_A [(K_Aᵀ e_l K_G) / (1 - s_A s_Gᵀ)] K_Gᵀ
    U_l     = h_l - Psi_Aᵀ h_{l-1} Psi_G       with the Psi of layer l-1

Sigma is a difference of two Kronecker products.  With K_Aᵀ A_l K_A = I and K_Aᵀ C_A K_A = diag(s_A), and the same for
G, it is (K_A ⊗ K_G)⁻ᵀ (I - s_A ⊗ s_G) (K_A ⊗ K_G)⁻¹.  K_A = R E with R = Q_A diag(a + pi gamma)^(-1/2), where R Rᵀ is
A_l⁻¹, and E the eigenvectors of Rᵀ C_A R.  C_A is at most the undamped A_l, so all s are below 1.

Shapes, n = D+1 and n' that of the next layer: dW̄, e, h, U (n, H), A, C_A, K_A (n, n), G, C_G, K_G (H, H), s_A (n,), s_G
(H,), A_{l,l+1} and Psi_A (n, n'), G_{l,l+1} and Psi_G (H, H').

The diagonal blocks are damped, those between are not.  Martens & Grosse 2015; on by default in Martens' released code.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from ref.hessian_free.kfac.eigenbasis import eigenbases
from ref.hessian_free.kfac.factored_damping import trace_norm
from ref.hessian_free.kfac.kronecker import Block, as_parameters, layer_shapes, matrices
from ref.parameters import Parameters

Array = np.ndarray
Inverse = dict[str, Array]  # K_A1, s_A1, K_G1, s_G1, ..., of all layers; Psi_A1, Psi_G1, ..., of all but the last
CROSSED = True  # whether it needs the blocks between neighbours


def inverses(blocks: list[Block], gammas: Sequence[float]) -> dict[float, Inverse]:
    """gamma -> the inverse, from the L blocks of the layers and the L-1 between them.  The layers' are decomposed once.

    Raises ValueError where a factor is not finite.
    """
    L, found = (len(blocks) + 1) // 2, {}
    layers, between = blocks[:L], blocks[L:]
    bases = eigenbases(layers)
    for gamma in gammas:
        roots = []  # (R_A, R_G) of every layer
        for (Q_A, a, Q_G, g), pi in zip(bases, map(trace_norm, layers)):
            roots.append((Q_A / np.sqrt(a + a.dtype.type(pi * gamma)), Q_G / np.sqrt(g + g.dtype.type(gamma / pi))))
        inverse = {}
        for l, (here, there) in enumerate(pairwise(roots), start=1):
            for name, R, R_next, cross in zip("AG", here, there, between[l - 1]):
                root = cross @ R_next  # C = root rootᵀ, and Psi = root R_nextᵀ
                Y = R.T @ root
                s, E = np.linalg.eigh(Y @ Y.T)
                inverse |= {f"Psi_{name}{l}": root @ R_next.T, f"K_{name}{l}": R @ E, f"s_{name}{l}": np.clip(s, 0, 1)}
        for name, R in zip("AG", roots[-1]):
            inverse |= {f"K_{name}{L}": R, f"s_{name}{L}": np.zeros(len(R), R.dtype)}
        found[gamma] = inverse
    return found


def solve(inverse: Mapping[str, Array], gradient: Parameters) -> Parameters:
    """U of all layers for the gradient dW1, db1, ..."""
    def both(name: str, l: int) -> tuple[Array, Array]:
        return inverse[f"{name}_A{l}"], inverse[f"{name}_G{l}"]

    dW, h = matrices(gradient), []
    for l, e in enumerate(dW, start=1):
        if l < len(dW):
            Psi_A, Psi_G = both("Psi", l)
            e = e - Psi_A @ dW[l] @ Psi_G.T
        (K_A, K_G), (s_A, s_G) = both("K", l), both("s", l)
        left = np.maximum(1 - np.outer(s_A, s_G), np.finfo(e.dtype).eps)  # whatever rounding does, none of it is zero
        h.append(K_A @ ((K_A.T @ e @ K_G) / left) @ K_G.T)
    U = [h[0]]
    for l in range(1, len(h)):
        Psi_A, Psi_G = both("Psi", l)
        U.append(h[l] - Psi_A.T @ h[l - 1] @ Psi_G)
    return as_parameters(U, gradient)


def zero_inverse(theta: Parameters) -> Inverse:
    """Zeros of the right shapes, for an optimiser's first state."""
    sizes = [(D + 1, H) for D, H in layer_shapes(theta)]
    shapes = {}
    for l, here in enumerate(sizes, start=1):
        for i, name in enumerate("AG"):
            shapes |= {f"K_{name}{l}": (here[i], here[i]), f"s_{name}{l}": (here[i],)}
            if l < len(sizes):
                shapes[f"Psi_{name}{l}"] = (here[i], sizes[l][i])
    return {name: np.zeros(shape, theta.dtype) for name, shape in shapes.items()}
