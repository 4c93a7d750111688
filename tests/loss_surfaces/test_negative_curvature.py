"""Ends and index of Hessians against dense eigenvalues, on every network of the house."""

import numpy as np
import pytest
from scipy.sparse.linalg import aslinearoperator

import ref.losses
from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.negative_curvature import along, extremes, index
from ref.loss_surfaces.spectral_density import Spectrum, spectrum
from ref.losses import softmax_cross_entropy
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.networks.ntm_rnn import NTMRNN
from ref.objective import Objective
from tests.derivatives.cases.case import normal
from tests.linalg.test_lanczos import symmetric
from tests.loss_surfaces.pictures import networks, objective, pictures, small


def of_pictures(held: bool):
    """With the batch's statistics, and with given ones: two Hessians."""
    batch, theta = pictures(12), networks(1)["A"]
    network = make("recompute", small(), {"A": theta}, batch[0]).at(theta, (1.0,)) if held else small()
    return objective(network), theta, batch


def of_sequences(network):
    theta = network.init(np.random.default_rng(0))
    theta = theta.like(theta.vector + 0.3 * normal(theta.size, seed=1))
    z, _ = network.forward(theta, normal(3, 4, 2))
    return Objective(network, ref.losses.squared_error), theta, (normal(3, 4, 2), normal(*z.shape, seed=2))


def of_vectors():
    network = MLP((4, 5, 3))
    theta = network.init(np.random.default_rng(0), "glorot")
    return Objective(network, softmax_cross_entropy), theta, (normal(20, 4), np.eye(3)[np.arange(20) % 3])


HOUSE = {
    "mlp": of_vectors,
    "elman": lambda: of_sequences(ElmanRNN(2, 4, 2)),
    "lstm": lambda: of_sequences(LSTMRNN(2, 3, 2)),
    "ntm": lambda: of_sequences(NTMRNN(2, 2, 1, 3, 2)),
    "pictures, statistics of the batch": lambda: of_pictures(held=False),
    "pictures, statistics given": lambda: of_pictures(held=True),
}


@pytest.mark.parametrize("made", HOUSE.values(), ids=HOUSE)
def test_every_network_of_the_house(made):
    asked, theta, batch = made()
    H = asked.curvature(theta, batch, "hessian")
    dense = np.linalg.eigvalsh(H @ np.eye(theta.size))
    scale, rng = np.abs(dense).max(), np.random.default_rng(0)
    found = extremes(H, rng, k=2)
    np.testing.assert_allclose(found.lowest, dense[:2], rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(found.highest, dense[-2:], rtol=0, atol=1e-9 * scale)
    for values, vectors in (found[:2], found[2:]):
        np.testing.assert_allclose(H @ vectors, vectors * values, rtol=0, atol=1e-7 * scale)
    density = spectrum(H.matvec, theta.size, rng, runs=1 + 800 // theta.size, steps=60)
    assert index(density, t=1e-2) == pytest.approx(np.mean(dense < -1e-2 * scale), abs=0.06)


def test_the_two_hessians_of_batch_norm_are_not_the_same():
    """The batch's statistics move with theta; given ones do not."""
    of_batch, given = ((made := of_pictures(held))[0].curvature(*made[1:], "hessian") for held in (False, True))
    v = normal(of_batch.shape[0], seed=3)
    assert np.linalg.norm(of_batch @ v - given @ v) > 0.1 * np.linalg.norm(of_batch @ v)


def test_the_index_leaves_out_what_is_near_zero():
    density = Spectrum(np.array([-1.0, -1e-4, 1e-4, 10.0]), np.full(4, 0.25), 1)
    assert index(density, t=1e-3) == 0.25
    assert index(density, t=0) == 0.5
    assert index(density, t=0.2) == 0.0


def test_along_a_path_the_rows_are_those_of_its_points():
    asked, theta, batch = of_vectors()
    path = [theta.like(scale * theta.vector) for scale in (0.0, 0.5, 2.0)]
    rows = along(path, lambda at: asked.curvature(at, batch, "hessian"), np.random.default_rng(0), runs=20)
    for at, row in zip(path, rows, strict=True):
        dense = np.linalg.eigvalsh(asked.curvature(at, batch, "hessian") @ np.eye(theta.size))
        assert (row["lowest"], row["highest"]) == pytest.approx((dense[0], dense[-1]), abs=1e-3)
        assert row["mean"] == pytest.approx(dense.mean(), abs=0.05 * np.abs(dense).max())
        assert row["index"] == pytest.approx(np.mean(dense < -1e-2 * np.abs(dense).max()), abs=0.08)


def test_a_hessian_that_is_zero():
    ends = extremes(aslinearoperator(np.zeros((5, 5))), np.random.default_rng(0), k=2)
    assert not ends.lowest.any() and not ends.highest.any()
    np.testing.assert_array_equal(ends.lowest_vectors.T @ ends.lowest_vectors, np.eye(2))


def test_float32():
    A = symmetric(np.linspace(-1, 3, 40)).astype(np.float32)
    found = extremes(aslinearoperator(A), np.random.default_rng(0), tolerance=1e-4)
    assert (found.lowest[0], found.highest[0]) == pytest.approx((-1, 3), abs=1e-3)


def test_bad_input():
    asked, theta, batch = of_vectors()
    H, rng = asked.curvature(theta, batch, "hessian"), np.random.default_rng(0)
    with pytest.raises(ValueError, match=f"k is {theta.size} but must be below {theta.size}"):
        extremes(H, rng, k=theta.size)
    with pytest.raises(ValueError, match="tolerance"):
        extremes(H, rng, tolerance=-1.0)
    with pytest.raises(ValueError, match="t is"):
        index(Spectrum(np.zeros(1), np.ones(1), 1), t=-1.0)
