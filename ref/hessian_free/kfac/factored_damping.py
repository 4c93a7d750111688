"""Factored Tikhonov damping of a Kronecker-factored block: the damped block is again a Kronecker product.

    damped      (A + pi gamma I) ⊗ (G + gamma/pi I)
    pi          √((tr A / dim A) / (tr G / dim G))         the trace norm shares the damping out by the factors' sizes
    gamma       √(lambda + decay)                          or searched for, within [√decay, 1]

It is A ⊗ G + gamma² I plus two cross terms, pi gamma I ⊗ G and gamma/pi A ⊗ I: stronger than Tikhonov damping by
lambda + decay, which is why gamma has an adaptation of its own.  Its inverse is that of the factors, of which the lower
Cholesky factors are kept: A + pi gamma I = L Lᵀ.  Martens & Grosse 2015.
"""

import numpy as np
from scipy.linalg import LinAlgError, cholesky

from ref.hessian_free.kfac.kronecker import Block
from ref.validation import require_number

LARGEST = 1.0  # gamma's upper bound in the search, as in Martens' released code


def trace_norm(block: Block) -> float:
    """pi.  Where G is zero, so that no pi would be right, 1: our choice.  A never is, since ā holds a 1."""
    A, G = (float(np.trace(factor, dtype=np.float64)) / len(factor) for factor in block)
    return (A / G) ** 0.5 if A > 0 and G > 0 else 1.0


def damped(block: Block, gamma: float) -> Block:
    """Both factors with their share of the damping."""
    pi = trace_norm(block)
    return Block(*(factor + share * np.eye(len(factor), dtype=factor.dtype)
                   for factor, share in zip(block, (pi * gamma, gamma / pi))))


def damped_cholesky(blocks: list[Block], gamma: float) -> list[Block]:
    """The lower Cholesky factors of every damped block.

    Raises ValueError where a factor is not finite, scipy.linalg.LinAlgError where gamma is lost in rounding beside the
    factors.
    """
    require_number("gamma", gamma, least=0)
    for l, block in enumerate(blocks, start=1):
        for name, factor in block._asdict().items():
            if not np.isfinite(factor).all():
                raise ValueError(f"{name}{l}, a curvature factor of layer {l}, is not finite")
    return [Block(*(cholesky(factor, lower=True) for factor in damped(block, gamma))) for block in blocks]


def neighbours(gamma: float, omega: float, decay: float) -> list[float]:
    """What the search tries: gamma, omega gamma and gamma/omega, each within [√decay, 1]."""
    low = min(decay**0.5, LARGEST)
    return list(dict.fromkeys(min(max(trial, low), LARGEST) for trial in (gamma, omega * gamma, gamma / omega)))


def candidates(blocks: list[Block], gammas: list[float]) -> dict[float, list[Block]]:
    """gamma -> the damped blocks' Cholesky factors, for each gamma at which they exist.

    Where rounding leaves none of them positive definite, gamma is doubled until they are: our choice.
    """
    found = {}
    for gamma in gammas:
        try:
            found[gamma] = damped_cholesky(blocks, gamma)
        except LinAlgError:
            continue
    return found or candidates(blocks, [2 * max(*gammas, float(np.finfo(blocks[0].A.dtype).eps))])
