"""Densities from products against dense eigenvalues: of given matrices, and of networks of the house."""

import numpy as np
import pytest

from ref.loss_surfaces.spectral_density import spectrum
from ref.losses import softmax_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.linalg.test_lanczos import symmetric


def test_shares_and_moments_of_a_given_spectrum():
    eigenvalues = np.concatenate([np.full(150, 0.01), np.linspace(1, 2, 40), [-1.0] * 6, [20.0, 30.0, 40.0, 50.0]])
    A, rng = symmetric(eigenvalues + 1e-4 * np.arange(200)), np.random.default_rng(0)
    found = spectrum(lambda v: A @ v, 200, rng, runs=40, steps=60)
    assert found.weights.sum() == pytest.approx(1)
    assert found.mean() == pytest.approx(np.trace(A) / 200, rel=0.1)
    for t, share in ((-0.5, 0.03), (0.5, 0.78), (10, 0.98)):
        assert found.share_below(t) == pytest.approx(share, abs=0.02)
    assert found.nodes.max() == pytest.approx(50, abs=0.1)


def test_the_density_against_the_dense_one():
    eigenvalues = np.sort(np.random.default_rng(3).standard_normal(300))
    A, t, sigma = symmetric(eigenvalues), np.linspace(-4, 4, 161), 0.15
    found = spectrum(lambda v: A @ v, 300, np.random.default_rng(0), runs=30, steps=80).density(t, sigma)
    dense = np.exp(-(((t[:, None] - eigenvalues) / sigma) ** 2) / 2).mean(axis=1) / (sigma * (2 * np.pi) ** 0.5)
    step = t[1] - t[0]
    assert np.sum(found) * step == pytest.approx(1, abs=1e-3)
    assert np.abs(found - dense).sum() * step < 0.06


def test_squaring_all_of_the_eigenvectors_would_be_seen():
    """The weights are the first entries' squares; the squares of all, summed, would weigh every node alike."""
    eigenvalues = np.concatenate([np.zeros(190), np.full(10, 5.0)])
    A = symmetric(eigenvalues)
    found = spectrum(lambda v: A @ v, 200, np.random.default_rng(0), runs=50, steps=10)
    assert found.share_below(2.5) == pytest.approx(0.95, abs=0.02)


def test_a_networks_hessian():
    network, rng = MLP((4, 5, 3)), np.random.default_rng(0)
    theta, batch = network.init(rng, "glorot"), (rng.standard_normal((20, 4)), np.eye(3)[rng.integers(3, size=20)])
    H = Objective(network, softmax_cross_entropy).curvature(theta, batch, "hessian")
    matrix = H @ np.eye(theta.size)
    dense, off = np.linalg.eigvalsh(matrix), matrix - np.diag(np.diag(matrix))
    found = spectrum(H.matvec, theta.size, rng, runs=60, steps=theta.size)
    assert found.nodes.min() == pytest.approx(dense[0], abs=1e-9) and found.nodes.max() == pytest.approx(dense[-1])
    deviation = (2 * np.sum(off**2) / found.runs) ** 0.5 / theta.size  # of the mean over vectors of random signs
    assert found.mean() == pytest.approx(dense.mean(), abs=4 * deviation)
    assert found.share_below(-1e-6) == pytest.approx(np.mean(dense < -1e-6), abs=0.05)
