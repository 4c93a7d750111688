"""Krylov subspace descent (Vinyals & Povey 2011): minimise the objective itself inside a small Krylov subspace.

    basis     g, B g, ..., B^{K-1} g and the previous step, made orthonormal: the columns of V (P, K+1)
    step      a = argmin f(theta + V a) by BFGS from a = 0, with the gradient Vᵀ ∇f
              theta <- theta + V a

There is no damping, and B need not be positive semi-definite; the price is the memory of the basis.  The gradient, the
curvature and BFGS each see data of their own.  BFGS in K+1 dimensions is SciPy's.  K = 20 is our choice, and so is that
each product is taken of the last basis vector and not of the last power (Arnoldi): the space is the same, but the
powers soon become parallel to rounding, and part of it would be lost.
"""

from time import perf_counter

import numpy as np

from ref.hessian_free.minibatches import Batches
from ref.hessian_free.work import Counted
from ref.linalg.gram_schmidt import extend, krylov_basis
from ref.parameters import Parameters
from ref.validation import require_count
from ref.vectors import add_product, dot

Array = np.ndarray


class KrylovSubspaceDescent:
    """dimensions K of the Krylov space, bfgs_iterations an upper bound, curvature "gauss_newton" or "hessian".

    >>> import numpy as np
    >>> from ref import KrylovSubspaceDescent, MLP, Objective, losses, same_batch, train
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> result = train(KrylovSubspaceDescent(dimensions=5), objective, theta, same_batch(batch), n_steps=10)
    >>> objective.value(result.theta, batch) < objective.value(theta, batch)
    True
    """

    def __init__(self, dimensions: int = 20, bfgs_iterations: int = 30, curvature: str = "gauss_newton"):
        self.dimensions = require_count("dimensions", dimensions)
        self.bfgs_iterations = require_count("bfgs_iterations", bfgs_iterations)
        if curvature not in ("gauss_newton", "hessian"):
            raise ValueError(f"curvature is {curvature!r} but must be 'gauss_newton' or 'hessian'")
        self.curvature = curvature

    def init(self, theta: Parameters) -> dict:
        return {"direction": np.zeros_like(theta.vector)}

    def step(self, theta: Parameters, state: dict, objective, batch: Batches) -> tuple[Parameters, dict, dict]:
        clock, work, batch = perf_counter(), Counted(objective), Batches.of(batch)
        f, g = work.value_and_gradient(theta, batch.gradient)
        if not np.isfinite(f):
            return theta, state, {"loss": f, "gradient_equivalents": work.equivalents}
        V = krylov_basis(work.curvature(theta, batch.curvature, self.curvature), g.vector, self.dimensions)
        extend(V, state["direction"])
        trial, best, best_a = theta.copy(), np.inf, np.zeros(len(V))

        def move(a: Array) -> None:
            np.copyto(trial.vector, theta.vector)
            for scale, v in zip(a, V):
                add_product(trial.vector, scale, v)

        def inner(a: Array) -> tuple[float, Array]:
            nonlocal best, best_a
            move(a)
            if not np.isfinite(trial.vector).all():
                return np.inf, np.zeros(len(V))
            value, gradient = work.value_and_gradient(trial, batch.backtracking)
            if value < best:
                best, best_a = value, a.copy()
            return value, np.array([dot(v, gradient.vector) for v in V])

        norm, iterations = dot(g.vector, g.vector) ** 0.5, 0
        if V:
            from scipy.optimize import minimize  # as slow to import as all the rest together

            # a trial too far: its value is not finite, and it is refused
            with np.errstate(over="ignore", invalid="ignore"):
                found = minimize(inner, best_a, jac=True, method="BFGS",
                                 options={"maxiter": self.bfgs_iterations, "gtol": 1e-5 * norm})
            iterations = int(found.nit)
        move(best_a)
        direction = trial.vector - theta.vector
        report = {
            "loss": f, "loss_after": best if V else f, "dimensions": len(V), "bfgs_iterations": iterations,
            "gradient_norm": norm, "norm": dot(direction, direction) ** 0.5,
            "gradient_equivalents": work.equivalents, "seconds": perf_counter() - clock,
        }
        return trial, {"direction": direction}, report
