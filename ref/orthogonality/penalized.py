"""An objective with penalties on single arrays of its network, the composed transition among them.

    value        f + Σ value(A)                  A the array of each penalty's name
    gradient     ∇f + Σ gradient(A)              in A's place; of W = W_U S W_Vᵀ carried on to the factors by backward
    curvature    B v + Σ gauss_newton_product    or, with product="hessian", the exact one; of W, R-forward and back

    Penalized(objective, {"U": [CompositeDecay(1e-4)], "W": [CompositeDecay(1e-4)], "V": [CompositeDecay(1e-4)]})

is the weight decay of Vorontsov, Trabelsi, Kadoury & Pal 2017, on W itself and on no bias.  Penalties are those of
ref.orthogonality.soft_constraints or anything with their four methods; they come into the gradient before the
optimiser sees it, and so into the Cayley step.

Shapes: A and its gradient as the parameter's, W (H, H); v and B v (P,).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.orthogonality import spectral
from ref.orthogonality.factorized_rnn import FACTORS
from ref.parameters import Parameters
from ref.protocols import ComposesTransition, Objective, require

Array = np.ndarray
COMPOSED = "W"


class Penalized:
    """objective as in ref.objective; penalties: name of an array -> penalties on it.

    It is an objective for every optimiser but K-FAC, whose factors know nothing of penalties.
    Raises ValueError for a name that the network has neither as a parameter nor as its composed transition W.
    """

    def __init__(self, objective, penalties: Mapping[str, Sequence]):
        self.objective = require("objective", objective, Objective)
        self.penalties = {name: list(those) for name, those in penalties.items() if those}
        self.network, self.loss = objective.network, objective.loss
        self.weight_decay, self.chunk = objective.weight_decay, objective.chunk
        composes = isinstance(self.network, ComposesTransition)
        known = [*self.network.shapes, *([COMPOSED] if composes else [])]
        for name in penalties:
            if name not in known:
                raise ValueError(f"penalties has {name!r} but the network's arrays are {', '.join(known)}")
        self.count, self.outputs, self.predictions = objective.count, objective.outputs, objective.predictions

    def value(self, theta: Parameters, batch) -> float:
        return self.objective.value(theta, batch) + self.penalty(theta)

    def gradient(self, theta: Parameters, batch) -> Parameters:
        return self._add_gradient(theta, self.objective.gradient(theta, batch))

    def value_and_gradient(self, theta: Parameters, batch) -> tuple[float, Parameters]:
        value, gradient = self.objective.value_and_gradient(theta, batch)
        return value + self.penalty(theta), self._add_gradient(theta, gradient)

    def gradient_and_squares(self, theta: Parameters, batch) -> tuple[float, Parameters, Parameters]:
        """Return f, ∇f and the squares of the cases' gradients: those of the loss, since no penalty is of one case."""
        value, gradient, squares = self.objective.gradient_and_squares(theta, batch)
        return value + self.penalty(theta), self._add_gradient(theta, gradient), squares

    def penalty(self, theta: Parameters) -> float:
        """What the penalties add to the value."""
        arrays = {name: self.penalized_array(theta, name) for name in self.penalties}
        return sum(one.value(arrays[name]) for name, those in self.penalties.items() for one in those)

    def curvature(self, theta: Parameters, batch, product: str | Callable = "gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """B as a (P, P) operator on flat vectors; arguments as of Objective.curvature.

        Of the penalties, the exact products with product="hessian" and the Gauss-Newton ones with any other.
        """
        network = self.objective.curvature(theta, batch, product, damping)

        def matvec(v: Array) -> Array:
            v = theta.like(v.reshape(theta.size).astype(theta.dtype, copy=False))
            Bv = theta.like(network.matvec(v.vector))
            for name, those in self.penalties.items():
                if self._composes(name):
                    self._add_composed_product(theta, v, those, product, Bv)
                else:
                    for one in those:
                        Bv[name] += _product_of(one, product)(theta[name], v[name])
            return Bv.vector

        return LinearOperator((theta.size, theta.size), matvec, rmatvec=matvec, dtype=theta.dtype)

    def _add_gradient(self, theta: Parameters, total: Parameters) -> Parameters:
        for name, those in self.penalties.items():
            if self._composes(name):
                W, cache = self.network.transition(theta)
                _add(total, spectral.backward(sum(one.gradient(W) for one in those), cache))
            else:
                total[name] += sum(one.gradient(theta[name]) for one in those)
        return total

    def _add_composed_product(self, theta: Parameters, v: Parameters, those: Sequence, product, Bv: Parameters) -> None:
        W, cache = self.network.transition(theta)
        RW, r_cache = spectral.r_forward(*(v[name] for name in FACTORS), cache)
        RdW = sum(_product_of(one, product)(W, RW) for one in those)
        if product == "hessian":
            _add(Bv, spectral.r_backward(RdW, sum(one.gradient(W) for one in those), cache, r_cache))
        else:
            _add(Bv, spectral.backward(RdW, cache))

    def penalized_array(self, theta: Parameters, name: str) -> Array:
        return self.network.transition(theta)[0] if self._composes(name) else theta[name]

    def _composes(self, name: str) -> bool:
        return name not in self.network.shapes


def _product_of(penalty, product):
    return penalty.hessian_product if product == "hessian" else penalty.gauss_newton_product


def _add(total: Parameters, of_factors: tuple[Array, Array, Array]) -> None:
    for name, array in zip(FACTORS, of_factors):
        total[name] += array
