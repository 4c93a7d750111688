"""f(theta) = Σᵢ aᵢ/2 (thetaᵢ - cᵢ)², as an objective: optimisers on it have closed forms, coordinate by coordinate."""

import numpy as np

from ref.parameters import Parameters

SHAPES = {"W": (2, 2), "b": (1,)}
A = np.array([0.3, 1.0, 2.5, 0.7, 4.0])
C = np.array([1.0, -2.0, 0.5, 3.0, -0.25])
START = np.array([2.0, 1.0, -1.5, 0.4, 0.9])


class Quadratic:
    def __init__(self, a=A, c=C):
        self.a, self.c = a, c

    def value_and_gradient(self, theta, batch):
        a, c = self.a.astype(theta.dtype), self.c.astype(theta.dtype)
        e = theta.vector - c
        return float(np.sum(a * e * e) / 2), theta.like(a * e)

    def count(self, batch):
        return len(batch[0])


BATCH = (np.zeros((7, 1)), np.zeros((7, 1)))


def start(dtype=np.float64):
    return Parameters.from_vector(START.astype(dtype), SHAPES)
