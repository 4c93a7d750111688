"""The mean loss along a Bezier curve as an objective of its middle point c: any optimiser of the house bends the curve.

    value        F(c) = 1/K Σ_k f(theta(t_k))                        theta(t) = (1 - t)² a + w c + t² b
    gradient     ∇F   = 1/K Σ_k w_k ∇f(theta(t_k))                   w_k = d theta(t_k)/dc = 2 t_k (1 - t_k)
    curvature    B v  = 1/K Σ_k w_k² B_f(theta(t_k)) v + damping v

theta is linear in c, so the chain rule gives one factor w_k for each derivative and no term more: in the gradient
dF/dc = Σ_k (d theta/dc)ᵀ ∇f / K, and in the Hessian (d theta/dc)ᵀ H (d theta/dc) = w_k² H; the Gauss-Newton matrix
JᵀH_L J has J (d theta/dc) = w_k J in J's place.  A weight decay of f is one of theta(t), and is in f's own value,
gradient and curvature; F has none of c beside it.

The t_k are uniform on [0, 1], and part of the batch, so that F is a fixed function of c and a batch:

    batches = along_curve(minibatches(data, 100), seed=0)            step -> (batch, t), t from the stream "curve"
    result  = train(Adam(0.01), OnCurve(objective, a, b), line(a, b, 0.5), batches, n_steps)

E over t of F is the loss that Garipov et al. 2018 train: uniform in t, not along the curve's length.  A network with
batch norm trains on the statistics of its batch; for evaluation: ref.loss_surfaces.curves.bezier.losses.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.loss_surfaces.between import require_alike
from ref.loss_surfaces.curves.bezier import Bezier, slope
from ref.parameters import Parameters
from ref.protocols import Objective, require
from ref.random import stream
from ref.validation import require_count
from ref.vectors import add_product

Array = np.ndarray


class OnCurveBatch(NamedTuple):
    batch: Any  # as the objective of the networks takes it
    t: tuple[float, ...]  # the points of the curve


def along_curve(batches: Callable[[int], Any], seed: int, points: int = 1) -> Callable[[int], OnCurveBatch]:
    """The batch of each step with its points t, a function of the step's number alone."""
    points = require_count("points", points)
    return lambda step: OnCurveBatch(batches(step), tuple(stream(seed, step, "curve").random(points).tolist()))


class OnCurve:
    """objective    of networks: ref.objective, or anything like it
    a, b         the ends, which stay

    Raises ValueError or TypeError for ends that are not of one network.
    """

    weight_decay = 0.0

    def __init__(self, objective, a: Parameters, b: Parameters):
        self.objective = require("objective", objective, Objective)
        require_alike(a=a, b=b)
        self.a, self.b = a, b
        self.network, self.loss, self.chunk = objective.network, objective.loss, objective.chunk

    def value(self, c: Parameters, batch: OnCurveBatch) -> float:
        return float(np.mean([self.objective.value(theta, batch.batch) for _, theta in self._points(c, batch)]))

    def gradient(self, c: Parameters, batch: OnCurveBatch) -> Parameters:
        return self.value_and_gradient(c, batch)[1]

    def value_and_gradient(self, c: Parameters, batch: OnCurveBatch) -> tuple[float, Parameters]:
        values, total = [], c.like()
        for w, theta in self._points(c, batch):
            value, gradient = self.objective.value_and_gradient(theta, batch.batch)
            values.append(value)
            add_product(total.vector, w / len(batch.t), gradient.vector)
        return float(np.mean(values)), total

    def curvature(self, c: Parameters, batch: OnCurveBatch, product: str | Callable = "gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """B as a (P, P) operator on flat vectors; arguments as of Objective.curvature."""
        parts = [(w * w / len(batch.t), self.objective.curvature(theta, batch.batch, product))
                 for w, theta in self._points(c, batch)]

        def matvec(v: Array) -> Array:
            v = v.reshape(c.size).astype(c.dtype, copy=False)
            total = np.zeros_like(v)
            for weight, B in parts:
                add_product(total, weight, B.matvec(v))
            add_product(total, damping, v)
            return total

        return LinearOperator((c.size, c.size), matvec, rmatvec=matvec, dtype=c.dtype)

    def count(self, batch: OnCurveBatch) -> int:
        """Cases, each as often as there are points."""
        return len(batch.t) * self.objective.count(batch.batch)

    def outputs(self, c: Parameters, batch: OnCurveBatch) -> Iterator[Array]:
        """z, point after point."""
        for _, theta in self._points(c, batch):
            yield from self.objective.outputs(theta, batch.batch)

    def _points(self, c: Parameters, batch: OnCurveBatch) -> Iterator[tuple[float, Parameters]]:
        """(w, theta) of each t."""
        if not isinstance(batch, OnCurveBatch):
            raise TypeError(f"batch is a {type(batch).__name__} but must be an OnCurveBatch: see along_curve")
        if not batch.t:
            raise ValueError("t is empty but must have one point of the curve at least")
        curve = Bezier(self.a, c, self.b)
        return ((slope(t), curve.point(t)) for t in batch.t)
