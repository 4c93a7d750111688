"""The damped quadratic model in the span of a few directions, and its exact minimum there: K-FAC's rescaling and
momentum.

    M(Σᵢ cᵢ dᵢ) = ½ cᵀQ c + bᵀc          Q_ij = (J dᵢ)ᵀ L'' (J dⱼ) + (lambda + decay) dᵢᵀdⱼ          bᵢ = gᵀdᵢ
    c = -Q⁻¹ b                           M = ½ bᵀc there, which is ½ gᵀd for the step d = Σᵢ cᵢ dᵢ
    step                                 d = alpha D + mu d_before,  D = -U the preconditioned gradient: (alpha, mu) = c

Q is exact, with the Gauss-Newton matrix itself and not a factored one, and costs one forward R-pass a direction: no
backward pass.  alpha undoes what the factored damping has made too short.  Martens & Grosse 2015.
"""

from typing import NamedTuple

import numpy as np

from ref.parameters import Parameters
from ref.vectors import dot

Array = np.ndarray


class Step(NamedTuple):
    d: Array  # (P,)
    alpha: float  # its learning rate
    mu: float  # its momentum
    model: float  # M(d) - M(0)


def span_curvature(objective, theta: Parameters, batch, directions: list[Array], damping: float = 0.0) -> Array:
    """Q (k, k), in float64, for k directions (P,)."""
    Q = (damping + objective.weight_decay) * np.array([[dot(u, v) for v in directions] for u in directions])

    def of_chunk(z, targets, cache) -> list:
        Rz = [objective.network.r_forward(theta.like(d), cache)[0] for d in directions]
        curved = (objective.loss.gauss_newton_product(z, *targets, R) for R in Rz)
        return [np.array([[dot(R.ravel(), row.ravel()) for R in Rz] for row in curved])]  # symmetric

    (of_network,) = objective.mean(theta, batch, of_chunk)
    return Q + of_network


def minimize(Q: Array, b: Array) -> Array:
    """c (k,), the shortest one where directions are zero or depend on each other; NaN where Q is not finite.

    Every direction is first scaled to unit curvature, so that it does not matter how long it is.
    """
    if not np.isfinite(Q).all():
        return np.full(len(b), np.nan)
    scale = np.sqrt(np.diag(Q))
    scale[scale == 0] = 1
    return -np.linalg.lstsq(Q / np.outer(scale, scale), b / scale, rcond=1e-12)[0] / scale


def rescaled(objective, theta: Parameters, batch, g: Array, directions: list[Array], before: Array | None,
             damping: float) -> list[Step]:
    """For each direction D the best step in the span of D and `before`, or along D where that is None.  All vectors
    (P,).
    """
    span = directions if before is None else [*directions, before]
    Q = span_curvature(objective, theta, batch, span, damping)
    b = np.array([dot(g, v) for v in span])
    steps = []
    for i, D in enumerate(directions):
        chosen = [i] if before is None else [i, len(directions)]
        c = minimize(Q[np.ix_(chosen, chosen)], b[chosen])
        alpha, mu = float(c[0]), float(c[1]) if len(c) > 1 else 0.0
        d = alpha * D if before is None else alpha * D + mu * before
        steps.append(Step(d, alpha, mu, 0.5 * float(b[chosen] @ c)))
    return steps
