"""Sharpness after Keskar et al. 2017: how far the loss can rise within a small box around a point.

    phi = 100 · max_{y in C} (f(theta + A y) - f(theta)) / (1 + f(theta))
    C   = {y: |y_i| <= epsilon (|(A⁺ theta)_i| + 1)}            A⁺ the pseudo-inverse

A is the identity, or has p random directions as its columns; then y has p entries.  The maximum is sought by SciPy's
L-BFGS-B with the gradient Aᵀ ∇f, from random points of the box; the best that is found is a lower bound of the maximum.
(At a minimum the gradient vanishes, so that a search from y = 0 would not begin.)

The box is as wide as the weights are large, and yet phi is no number of the function: where weights are scaled and the
next layer undoes it, a network of ReLU units is the same and phi is another (Dinh et al. 2017).
"""

import numpy as np
from scipy.optimize import minimize

from ref.objective import Objective
from ref.parameters import Parameters
from ref.validation import require_count, require_number

Array = np.ndarray


def sharpness(objective: Objective, theta: Parameters, batch, rng: np.random.Generator, epsilon: float = 1e-3,
              p: int | None = None, starts: int = 1, iterations: int = 10) -> float:
    """phi, in percent.

    p           how many random directions; None: all of the space
    starts      how many random points of the box to search from
    iterations  of L-BFGS-B, from each
    """
    epsilon = require_number("epsilon", epsilon, above=0)
    starts, iterations = require_count("starts", starts), require_count("iterations", iterations)
    at, here = theta.vector.astype(np.float64), objective.value(theta, batch)
    if p is None:
        bounds = epsilon * (np.abs(at) + 1)
    else:
        A = rng.standard_normal((theta.size, require_count("p", p)))
        bounds = epsilon * (np.abs(np.linalg.lstsq(A, at)[0]) + 1)

    def moved(y: Array) -> Parameters:
        return theta.like((at + (y if p is None else A @ y)).astype(theta.dtype))

    def downhill(y: Array) -> tuple[float, Array]:
        """-f and its gradient: SciPy minimises."""
        value, gradient = objective.value_and_gradient(moved(y), batch)
        slope = gradient.vector.astype(np.float64)
        return -value, -(slope if p is None else A.T @ slope)

    highest = -np.inf
    for _ in range(starts):
        y = bounds * rng.uniform(-1, 1, len(bounds))
        found = minimize(downhill, y, jac=True, method="L-BFGS-B", bounds=np.stack([-bounds, bounds], axis=1),
                         options={"maxiter": iterations})
        highest = max(highest, -found.fun)
    return 100 * (highest - here) / (1 + here)
