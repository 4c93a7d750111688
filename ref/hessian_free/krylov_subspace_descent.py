"""Krylov subspace descent (Vinyals & Povey 2011): minimise the objective itself inside a small Krylov subspace.

    basis     g, B g, ..., B^{K-1} g and the previous step, made orthonormal: the columns of V (P, K+1)
    step      a = argmin f(theta + V a) by BFGS from a = 0, with the gradient Vᵀ ∇f
              theta <- theta + V a

There is no damping, and B need not be positive semi-definite; the price is the memory of the basis.  The gradient, the
curvature and BFGS each see data of their own.  BFGS in K+1 dimensions is SciPy's.  K = 20 is our choice.
"""

from time import perf_counter

import numpy as np
from scipy.optimize import minimize

from ref.arrays import add_product, dot, require_count
from ref.hessian_free.minibatches import Batches
from ref.parameters import Parameters

Array = np.ndarray


def orthonormal(vectors, tolerance: float = 1e-6) -> list[Array]:
    """Gram-Schmidt, twice for each vector; one that lies in the span of those before it is left out."""
    basis: list[Array] = []
    for v in vectors:
        size = dot(v, v) ** 0.5
        if not np.isfinite(size) or size == 0:
            continue
        v = v / size
        for _ in range(2):
            for u in basis:
                add_product(v, -dot(u, v), u)
        left = dot(v, v) ** 0.5
        if left > tolerance:
            basis.append(v / left)
    return basis


class KrylovSubspaceDescent:
    """dimensions K of the Krylov space, bfgs_iterations an upper bound, curvature "gauss_newton" or "hessian"."""

    def __init__(self, dimensions: int = 20, bfgs_iterations: int = 30, curvature: str = "gauss_newton"):
        self.dimensions = require_count("dimensions", dimensions)
        self.bfgs_iterations = require_count("bfgs_iterations", bfgs_iterations)
        if curvature not in ("gauss_newton", "hessian"):
            raise ValueError(f"curvature is {curvature!r} but must be 'gauss_newton' or 'hessian'")
        self.curvature = curvature

    def init(self, theta: Parameters) -> dict:
        return {"direction": np.zeros_like(theta.vector)}

    def step(self, theta: Parameters, state: dict, objective, batch: Batches) -> tuple[Parameters, dict, dict]:
        clock = perf_counter()
        batch = batch.filled()
        f, g = objective.value_and_gradient(theta, batch.gradient)
        B = objective.curvature(theta, batch.curvature, self.curvature)
        krylov = [g.vector]
        for _ in range(self.dimensions - 1):
            v = B @ krylov[-1]
            krylov.append(v / max(dot(v, v) ** 0.5, np.finfo(v.dtype).tiny))
        V = orthonormal([*krylov, state["direction"]])
        trial = theta.copy()

        def move(a: Array) -> None:
            np.copyto(trial.vector, theta.vector)
            for scale, v in zip(a, V):
                add_product(trial.vector, scale, v)

        def inner(a: Array) -> tuple[float, Array]:
            move(a)
            value, gradient = objective.value_and_gradient(trial, batch.backtracking)
            return value, np.array([dot(v, gradient.vector) for v in V])

        found = minimize(inner, np.zeros(len(V)), jac=True, method="BFGS", options={"maxiter": self.bfgs_iterations}) if V else None
        if found is not None and np.isfinite(found.fun):
            move(found.x)
        direction = trial.vector - theta.vector
        n, c, b = (objective.count(data) for data in (batch.gradient, batch.curvature, batch.backtracking))
        report = {
            "loss": f, "loss_after": float(found.fun) if found is not None else f, "dimensions": len(V),
            "bfgs_iterations": int(found.nit) if found is not None else 0,
            "gradient_norm": dot(g.vector, g.vector) ** 0.5, "norm": dot(direction, direction) ** 0.5,
            "gradient_equivalents": n + (self.dimensions - 1) * c * (4 if c <= objective.chunk else 5) / 3
            + b * (found.nfev if found is not None else 0),
            "seconds": perf_counter() - clock,
        }
        return trial, {"direction": direction}, report
