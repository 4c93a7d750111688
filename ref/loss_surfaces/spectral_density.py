"""The density of a Hessian's eigenvalues, by stochastic Lanczos quadrature: from products with it alone.

    phi(t) = 1/P Σ_p g(t - lambda_p)  =  1/P trace g(t - H)        g a Gaussian of width sigma
           ≈ 1/R Σ_r Σ_i w_ri g(t - theta_ri)                      R Lanczos runs, from vectors of random signs

A vector v of random signs has |v|² = P, and the mean of vᵀ f(H) v is the trace; each run's nodes and weights are Gauss'
rule for it (ref.linalg.lanczos).  So the mean of the weights below t is the share of eigenvalues below t, up to what
R vectors and k steps leave open.  The weights are the squares of the first entries of T's eigenvectors, not of all.

Ubaru, Chen & Saad 2017.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ref.linalg.lanczos import lanczos, quadrature
from ref.validation import require_count, require_number

Array = np.ndarray


class Spectrum(NamedTuple):
    """Nodes and weights of all runs, one after the other; the weights sum to 1."""

    nodes: Array
    weights: Array
    runs: int

    def density(self, t: Array, sigma: float) -> Array:
        """phi at each t."""
        sigma = require_number("sigma", sigma, above=0)
        z = (np.asarray(t, np.float64)[:, None] - self.nodes) / sigma
        return np.exp(-z * z / 2) @ self.weights / (sigma * (2 * np.pi) ** 0.5)

    def share_below(self, t: float) -> float:
        return float(self.weights[self.nodes < t].sum())

    def mean(self, f: Callable[[Array], Array] = lambda nodes: nodes) -> float:
        """The mean of f over the eigenvalues; 1/P of the trace for the eigenvalues themselves."""
        return float(self.weights @ f(self.nodes))


def spectrum(A: Callable[[Array], Array], P: int, rng: np.random.Generator, runs: int = 10, steps: int = 80,
             dtype=np.float64) -> Spectrum:
    """A: v -> A v on vectors (P,), symmetric.  Raises ValueError for P, runs or steps below 1."""
    P, runs, steps = require_count("P", P), require_count("runs", runs), require_count("steps", steps)
    rules = []
    for _ in range(runs):
        v = rng.choice(np.array([-1, 1], dtype), P)
        alpha, beta, _ = lanczos(A, v, steps)
        rules.append(quadrature(alpha, beta))
    nodes, weights = (np.concatenate(parts) for parts in zip(*rules))
    return Spectrum(nodes, weights / runs, runs)
