"""Matrices with known spectra."""

import numpy as np


def spd(n, condition, seed=0):
    """A symmetric positive definite matrix with eigenvalues from 1 down to 1/condition, and a right-hand side."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    return (Q * np.geomspace(1, 1 / condition, n)) @ Q.T, rng.standard_normal(n)
