"""Sharpness of functions whose largest value in the box is known, and of one function in two scales."""

import numpy as np
import pytest

from ref.loss_surfaces.sharpness import sharpness
from ref.losses import softmax_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.parameters import Parameters
from tests.derivatives.cases.case import normal


class Bowl:
    """f = 1/2 Σ d_i (theta_i - m_i)²"""

    def __init__(self, d, m):
        self.d, self.m = d, m

    def value(self, theta, batch):
        return self.value_and_gradient(theta, batch)[0]

    def value_and_gradient(self, theta, batch):
        off = theta.vector - self.m
        return float(0.5 * off @ (self.d * off)), theta.like(self.d * off)


D, M = np.array([1.0, 20.0, 3.0]), np.array([0.5, -2.0, 0.0])


def test_a_bowl_is_highest_at_a_corner_of_the_box():
    theta, epsilon = Parameters({"w": (3,)}, M + np.array([0.3, -0.1, 0.2])), 1e-2
    bowl, bounds = Bowl(D, M), epsilon * (np.abs(theta.vector) + 1)
    here = 0.5 * np.array([0.3, 0.1, 0.2]) ** 2 @ D
    highest = 0.5 * (np.array([0.3, 0.1, 0.2]) + bounds) ** 2 @ D
    found = sharpness(bowl, theta, None, np.random.default_rng(0), epsilon)
    assert found == pytest.approx(100 * (highest - here) / (1 + here), rel=1e-9)


def test_at_the_very_minimum_too():
    theta, epsilon = Parameters({"w": (3,)}, M), 1e-3
    highest = 0.5 * (epsilon * (np.abs(M) + 1)) ** 2 @ D
    assert sharpness(Bowl(D, M), theta, None, np.random.default_rng(0)) == pytest.approx(100 * highest, rel=1e-9)


def test_in_random_directions_it_is_the_box_of_their_coordinates():
    theta, rng = Parameters({"w": (3,)}, M), np.random.default_rng(0)
    A = np.random.default_rng(5).standard_normal((3, 1))
    bound = 1e-3 * (abs(A[:, 0] @ M / (A[:, 0] @ A[:, 0])) + 1)
    highest = 0.5 * bound**2 * (A[:, 0] ** 2 @ D)
    assert sharpness(Bowl(D, M), theta, None, np.random.default_rng(5), p=1) == pytest.approx(100 * highest, rel=1e-9)
    assert sharpness(Bowl(D, M), theta, None, rng, p=2) > 0


def test_more_starts_find_no_less():
    network = MLP((4, 5, 3))
    theta, batch = network.init(np.random.default_rng(0)), (normal(20, 4), np.eye(3)[np.arange(20) % 3])
    asked = Objective(network, softmax_cross_entropy)
    few, many = (sharpness(asked, theta, batch, np.random.default_rng(1), 0.5, starts=n) for n in (1, 5))
    assert 0 < few <= many


def test_it_is_no_number_of_the_function():
    """The same network of ReLU units, its first layer ten times as large and the second a tenth."""
    network = MLP((4, 6, 3), "relu")
    theta, batch = network.init(np.random.default_rng(0), "glorot"), (normal(20, 4), np.eye(3)[np.arange(20) % 3])
    other = theta.copy()
    for name, factor in (("W1", 10.0), ("b1", 10.0), ("W2", 0.1)):
        other[name] *= factor
    asked = Objective(network, softmax_cross_entropy)
    assert asked.value(other, batch) == pytest.approx(asked.value(theta, batch), rel=1e-12)
    sharp, sharper = (sharpness(asked, at, batch, np.random.default_rng(1)) for at in (theta, other))
    assert sharper > 2 * sharp


@pytest.mark.parametrize("options, message", [
    ({"epsilon": 0.0}, "epsilon"), ({"p": 0}, "p is"), ({"starts": 0}, "starts"), ({"iterations": 0}, "iterations"),
])
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        sharpness(Bowl(D, M), Parameters({"w": (3,)}, M), None, np.random.default_rng(0), **options)
