"""REPAIR: the moments before each ReLU are the corners', mixed; it is recompute where gammas agree in sign."""

import numpy as np
import pytest

from ref.layers import batch_norm
from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.batch_norm.repair import corrected
from ref.loss_surfaces.between import line
from ref.networks.images.stages import BatchNorm
from ref.parameters import Parameters
from tests.loss_surfaces.pictures import networks, pictures, small

X = pictures(30)[0]


def before_relu(network, theta: Parameters) -> list[np.ndarray]:
    """(entries, C) of what each batch norm puts out over X."""
    caches = network.forward(theta, X)[1].stages
    outputs = [theta[f"{stage.name}gamma"] * cache.x + theta[f"{stage.name}beta"]
               for stage, cache in zip(network.stages, caches) if isinstance(stage, BatchNorm)]
    return [y.reshape(-1, y.shape[-1]) for y in outputs]


def collapse(name: str, alpha: float, corners: dict) -> list[np.ndarray]:
    """Standard deviations over the corners' mixed ones, of each batch norm."""
    theta, shares = line(*corners.values(), alpha), (1 - alpha, alpha)
    at = before_relu(make(name, small(), corners, X).at(theta, shares), theta)
    of_corners = [before_relu(small(), corner) for corner in corners.values()]
    return [y.std(0) / sum(share * of[layer].std(0) for share, of in zip(shares, of_corners))
            for layer, y in enumerate(at)]


@pytest.mark.parametrize("alpha", [0.25, 0.5, 1.5])
@pytest.mark.parametrize("chunk", [7, 1000])
def test_it_restores_the_mixed_moments(alpha, chunk):
    corners = networks(2)
    theta, shares = line(*corners.values(), alpha), (1 - alpha, alpha)
    at = before_relu(make("repair", small(), corners, X, chunk=chunk).at(theta, shares), theta)
    of_corners = [before_relu(small(), corner) for corner in corners.values()]
    for layer, y in enumerate(at):
        mean, sd = (sum(share * getattr(of[layer], moment)(0) for share, of in zip(shares, of_corners))
                    for moment in ("mean", "std"))
        np.testing.assert_allclose(y.mean(0), mean, rtol=1e-10, atol=1e-12)
        reachable = sd > 0  # beyond the corners a mixed deviation may be negative
        assert reachable.any()
        np.testing.assert_allclose(y.std(0)[reachable], sd[reachable], rtol=1e-10)


def test_recomputed_statistics_leave_channels_shrunk_whose_gammas_differ_in_sign():
    corners = networks(2)
    differ = corners["A"]["1gamma"] * corners["B"]["1gamma"] < 0
    assert differ.any() and not differ.all()
    shrunk = collapse("recompute", 0.5, corners)[0]
    assert (shrunk[differ] < 0.9).all() and np.abs(shrunk[~differ] - 1).max() < 0.01
    assert all(np.abs(layer - 1).max() < 1e-10 for layer in collapse("repair", 0.5, corners))


def test_with_gammas_of_one_sign_it_is_recompute_up_to_epsilon():
    for epsilon in (1e-3, 1e-9):
        network = small(epsilon)
        corners = networks(2, network)
        for theta in corners.values():
            for name in ("1gamma", "2gamma", "3gamma"):
                theta[name] = np.abs(theta[name])
        theta = line(*corners.values(), 0.4)
        outputs = [make(name, network, corners, X).at(theta, (0.6, 0.4)).forward(theta, X)[0]
                   for name in ("repair", "recompute")]
        difference = np.abs(outputs[0] - outputs[1]).max()
        assert difference < 20 * epsilon and (difference > 1e-6 or epsilon < 1e-6)


def test_before_the_batch_norm_the_correction_would_be_taken_out_again():
    rng, epsilon = np.random.default_rng(0), 1e-9
    a, gamma, beta = rng.standard_normal((50, 4)), rng.standard_normal(4), rng.standard_normal(4)
    mean, sd = rng.standard_normal(4), rng.uniform(1, 2, 4)
    moved = mean + sd / a.std(0) * (a - a.mean(0))
    for statistics in (None, (mean, sd**2)):
        np.testing.assert_allclose(batch_norm.forward(moved, gamma, beta, epsilon, statistics)[0],
                                   batch_norm.forward(a, gamma, beta, epsilon)[0], atol=10 * epsilon)


def test_it_jumps_where_a_mixed_gamma_crosses_zero():
    corners = networks(2)
    corners["A"]["3gamma"], corners["B"]["3gamma"] = np.ones(3), -np.ones(3)

    def outputs(name: str, alpha: float) -> np.ndarray:
        theta = line(*corners.values(), alpha)
        return make(name, small(), corners, X).at(theta, (1 - alpha, alpha)).forward(theta, X)[0]

    def jump(name: str) -> float:
        return np.abs(outputs(name, 0.499) - outputs(name, 0.501)).max()

    assert jump("repair") > 0.5 and jump("recompute") < 0.05


@pytest.mark.parametrize("gamma, variance, sd", [(0.0, 2.0, 1.0), (1.0, 0.0, 1.0), (1.0, 2.0, 0.0), (1e-9, 2.0, 1.0)])
def test_a_channel_that_cannot_be_scaled_keeps_its_variance(gamma, variance, sd):
    stage, theta = BatchNorm("1"), Parameters.from_arrays({"1gamma": np.array([gamma, 2.0]), "1beta": np.zeros(2)})
    mean, kept = corrected(theta, stage, (np.ones(2), np.array([variance, 3.0])), np.array([sd, 4.0]))
    np.testing.assert_allclose(kept, [variance, 0.25 * 3 - stage.epsilon])
    np.testing.assert_array_equal(mean, 1)
