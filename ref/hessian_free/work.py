"""The work of a step, counted where it is done: in gradients of single cases, by multiplications.

    forward                1/3            gradient, forward included       1           with the squares   4/3
    Gauss-Newton product   4/3            Hessian product                  7/3

of one case.  A product with the curvature also pays for its forward pass: once, where the activations of the batch fit
into one chunk and are kept, or with every product.
"""

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.parameters import Parameters

Array = np.ndarray
THIRDS = {"value": 1, "gradient": 3, "squares": 4, "gauss_newton": 4, "hessian": 7}  # of one case's gradient


class Counted:
    """The objective as it is, with a counter beside it."""

    def __init__(self, objective):
        self.objective, self.thirds = objective, 0.0

    @property
    def equivalents(self) -> float:
        """The work so far, in gradients of single cases."""
        return self.thirds / 3

    def value(self, theta: Parameters, batch) -> float:
        self.count("value", batch)
        return self.objective.value(theta, batch)

    def value_and_gradient(self, theta: Parameters, batch) -> tuple[float, Parameters]:
        self.count("gradient", batch)
        return self.objective.value_and_gradient(theta, batch)

    def gradient_and_squares(self, theta: Parameters, batch) -> tuple[float, Parameters, Parameters]:
        self.count("squares", batch)
        return self.objective.gradient_and_squares(theta, batch)

    def curvature(self, theta: Parameters, batch, product="gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """product: a name of ref.curvature.PRODUCTS, or a function, which is taken for a Gauss-Newton product."""
        A = self.objective.curvature(theta, batch, product, damping)
        kind = "hessian" if product == "hessian" else "gauss_newton"
        kept = self.objective.count(batch) <= self.objective.chunk
        if kept:
            self.count("value", batch)

        def matvec(v: Array) -> Array:
            self.count(kind, batch)
            if not kept:
                self.count("value", batch)
            return A.matvec(v)

        return LinearOperator(A.shape, matvec, dtype=A.dtype)

    def count(self, what: str, batch, times: int = 1) -> None:
        self.thirds += THIRDS[what] * times * self.objective.count(batch)
