"""Objectives for the optimisers of this package: sums of squared distances, to matrices and to vectors."""

import numpy as np


class Distances:
    """f(theta) = Σ ||theta[name] - target[name]||², over all names of the targets."""

    def __init__(self, **targets: np.ndarray):
        self.targets, self.asked = targets, 0

    def value_and_gradient(self, theta, batch):
        self.asked += 1
        gradient = theta.like()
        for name, target in self.targets.items():
            gradient[name] = 2 * (theta[name] - target)
        return float(np.sum(gradient.vector**2) / 4), gradient

    def count(self, batch):
        return len(batch)


BATCH = range(3)
