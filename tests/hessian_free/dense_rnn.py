"""Oracle for small recurrent nets: every matrix formed in full, by autograd, case by case, from a second definition.

Nothing here uses ref: parameters are a flat vector in the order U, W, b, h0, V, c; the recurrence is a loop over steps.
"""

import autograd.numpy as anp
import numpy as np
from autograd import grad, hessian, jacobian

from tests.hessian_free.dense import ACTIVATIONS, LOSSES, sigma

SLOPES = {"tanh": lambda h: 1 - h**2, "logistic": lambda h: h * (1 - h), "identity": np.ones_like,
          "softplus": lambda h: 1 - np.exp(-h)}


class DenseRNN:
    """One batch's objective as functions of the flat vector; mask (S, N) with S = T, or 1 for the last step alone."""

    def __init__(self, sizes, activation: str, loss: str, x, t, mask, decay: float = 0.0):
        self.sizes, self.activation, self.loss = sizes, activation, loss
        self.x, self.t, self.mask, self.decay = x, t, mask, decay

    def unpack(self, vector):
        D, H, C = self.sizes
        shapes, start = ((D, H), (H, H), (H,), (H,), (H, C), (C,)), 0
        for shape in shapes:
            stop = start + int(np.prod(shape))
            yield vector[start:stop].reshape(shape)
            start = stop

    def states(self, vector, n: int):
        """Of case n: the pre-activations s (T, H) and the states h (T, H)."""
        U, W, b, h, _, _ = self.unpack(vector)
        s, hs = [], []
        for x in self.x[:, n]:
            s.append(anp.dot(x, U) + anp.dot(h, W) + b)
            h = ACTIVATIONS[self.activation](s[-1])
            hs.append(h)
        return anp.array(s), anp.array(hs)

    def outputs(self, vector, n: int):
        """(S, C)"""
        *_, V, c = self.unpack(vector)
        return (anp.dot(self.states(vector, n)[1], V) + c)[-len(self.t):]

    def targets(self):
        """(case, step) of every output that has a target."""
        return [(n, t) for t, n in zip(*np.nonzero(self.mask))]

    def value(self, vector):
        data = sum(LOSSES[self.loss](self.outputs(vector, n)[t], self.t[t, n]) for n, t in self.targets())
        return data / self.x.shape[1] + 0.5 * self.decay * anp.sum(vector**2)

    def gradient(self, vector):
        return grad(self.value)(vector)

    def hessian(self, vector):
        return hessian(self.value)(vector)

    def gauss_newton(self, vector):
        total = np.zeros((len(vector), len(vector)))
        for n, t in self.targets():
            if self.loss == "logistic_squared_error":
                J, L = jacobian(lambda v: sigma(self.outputs(v, n)[t]))(vector), np.eye(self.sizes[2])
            else:
                J = jacobian(lambda v: self.outputs(v, n)[t])(vector)
                L = hessian(lambda z: LOSSES[self.loss](z, self.t[t, n]))(self.outputs(vector, n)[t])
            total += J.T @ L @ J
        return total / self.x.shape[1] + self.decay * np.eye(len(vector))

    def structural(self, vector, split: str = "pre-activation"):
        """1/N Σₙ Σ_t J_tᵀ D'' J_t, with J_t of s_t, or, which is the mistake, of h_t."""
        total = np.zeros((len(vector), len(vector)))
        for n in range(self.x.shape[1]):
            which = 0 if split == "pre-activation" else 1
            J = jacobian(lambda v: self.states(v, n)[which])(vector)
            D = SLOPES[self.activation](self.states(vector, n)[1])
            total += np.einsum("thp,th,thq->pq", J, D, J)
        return total / self.x.shape[1]
