"""Factored Tikhonov damping of a Kronecker-factored block: the damped block is again a Kronecker product.

    damped      (A + pi gamma I) ⊗ (G + gamma/pi I)
    pi          √((tr A / dim A) / (tr G / dim G))         the trace norm shares the damping out by the factors' sizes
    gamma       √(lambda + decay), or searched for: omega gamma and gamma/omega beside it

It is A ⊗ G + gamma² I plus two cross terms, pi gamma I ⊗ G and gamma/pi A ⊗ I: stronger than Tikhonov damping by
lambda + decay, which is why gamma has an adaptation of its own.  Its eigenvectors are those of the factors, its
eigenvalues (a_i + pi gamma)(g_j + gamma/pi).  Martens & Grosse 2015; pi and the limits of the search as in Martens'
released code, whose comment calls the trace norm "also very good": the paper's norm, it says, is Frobenius'.
"""

import numpy as np

from ref.hessian_free.kfac.kronecker import Block
from ref.validation import require_number

LARGEST = 1.0  # above it the search does not raise gamma, as in Martens' released code


def trace_norm(block: Block) -> float:
    """pi.  Where G is zero, so that no pi would be right, 1: our choice.  A never is, since ā holds a 1."""
    A, G = (float(np.trace(factor, dtype=np.float64)) / len(factor) for factor in block)
    return (A / G) ** 0.5 if A > 0 and G > 0 else 1.0


def damped(block: Block, gamma: float) -> Block:
    """Both factors with their share of the damping."""
    require_number("gamma", gamma, least=0)
    pi = trace_norm(block)
    return Block(*(factor + share * np.eye(len(factor), dtype=factor.dtype)
                   for factor, share in zip(block, (pi * gamma, gamma / pi))))


def require_finite(blocks: list[Block]) -> None:
    """Raises ValueError where a factor of a layer is not finite."""
    for l, block in enumerate(blocks, start=1):
        for name, factor in block._asdict().items():
            if not np.isfinite(factor).all():
                raise ValueError(f"{name}{l}, a curvature factor of layer {l}, is not finite")


def neighbours(gamma: float, omega: float, decay: float) -> list[float]:
    """What the search tries: gamma as it is, omega gamma but not below √decay, and gamma/omega but not above 1.

    So a gamma above 1, as from a large lambda, may stay where it is, fall by omega, or fall to 1 at once.
    """
    require_number("gamma", gamma, above=0)
    return list(dict.fromkeys((gamma, max(omega * gamma, decay**0.5), min(gamma / omega, LARGEST))))
