"""Oracles for small nets: every matrix formed in full, by autograd, from a second definition of networks and losses.

Nothing here uses ref: parameters are flat vectors in the order W1, b1, W2, b2, ..., and the losses are written for one
case from their textbook definitions (probabilities first, then logarithms).
"""

from functools import partial

import autograd.numpy as anp
import numpy as np
from autograd import grad, hessian, jacobian

ACTIVATIONS = {
    "identity": lambda s: s,
    "logistic": lambda s: 1 / (1 + anp.exp(-s)),
    "tanh": anp.tanh,
    "relu": lambda s: anp.where(s > 0, s, 0.0 * s),
    "softplus": lambda s: anp.log(1 + anp.exp(s)),
}
sigma = ACTIVATIONS["logistic"]


def softmax(z):
    return anp.exp(z) / anp.sum(anp.exp(z))


LOSSES = {  # of one case, z and t (C,)
    "squared_error": lambda z, t: 0.5 * anp.sum((z - t) ** 2),
    "logistic_cross_entropy": lambda z, t: -anp.sum(t * anp.log(sigma(z)) + (1 - t) * anp.log(sigma(-z))),
    "softmax_cross_entropy": lambda z, t: -anp.sum(t * anp.log(softmax(z))),
    "logistic_squared_error": lambda z, t: 0.5 * anp.sum((sigma(z) - t) ** 2),
}


class Dense:
    """The objective of one data set as plain functions of the flat vector; decay as in the objective under test."""

    def __init__(self, sizes, activations, loss: str, x, t, decay: float = 0.0):
        self.sizes, self.activations, self.loss = sizes, activations, loss
        self.x, self.t, self.decay = x, t, decay

    def outputs(self, vector, x):
        y, start = x, 0
        for D, H, name in zip(self.sizes, self.sizes[1:], self.activations):
            W = vector[start : start + D * H].reshape((D, H))
            b = vector[start + D * H : start + (D + 1) * H]
            y, start = ACTIVATIONS[name](anp.dot(y, W) + b), start + (D + 1) * H
        return y

    def case(self, x, t, vector):
        return LOSSES[self.loss](self.outputs(vector, x), t)

    def data_value(self, vector):
        return sum(self.case(x, t, vector) for x, t in zip(self.x, self.t)) / len(self.x)

    def value(self, vector):
        return self.data_value(vector) + 0.5 * self.decay * anp.sum(vector**2)

    def gradient(self, vector):
        return grad(self.value)(vector)

    def hessian(self, vector):
        return hessian(self.value)(vector)

    def case_gradients(self, vector):
        """(N, P): each case's own gradient, without the weight decay."""
        return np.array([grad(partial(self.case, x, t))(vector) for x, t in zip(self.x, self.t)])

    def gauss_newton(self, vector):
        """1/N Σₙ Jₙᵀ L'' Jₙ + decay I.  The pair that does not match is split after its sigma, where L'' = I."""
        total = np.zeros((len(vector), len(vector)))
        for x, t in zip(self.x, self.t):
            if self.loss == "logistic_squared_error":
                J, L = jacobian(lambda v: sigma(self.outputs(v, x)))(vector), np.eye(self.sizes[-1])
            else:
                J = jacobian(lambda v: self.outputs(v, x))(vector)
                L = hessian(lambda z: LOSSES[self.loss](z, t))(self.outputs(vector, x))
            total += J.T @ L @ J
        return total / len(self.x) + self.decay * np.eye(len(vector))
