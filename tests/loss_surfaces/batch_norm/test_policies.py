"""Policies for batch norm: what each says at the corners and between them, and what it does not feel."""

import numpy as np
import pytest

from ref.loss_surfaces.batch_norm.policies import POLICIES, Batch, make
from ref.loss_surfaces.between import line
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.parameters import Parameters
from tests.loss_surfaces.pictures import networks, objective, pictures, small

DATA, TRIED = pictures(30), pictures(25, seed=1)
SHARES = {"A": (1.0, 0.0), "B": (0.0, 1.0)}


def policy(name: str, network=None, corners=None, **options):
    """Frozen: at A."""
    options = {"x": DATA[0], **({"corner": "A"} if name == "frozen" else {}), **options}
    return make(name, network or small(), corners or networks(2), **options)


def loss(name: str, theta: Parameters, shares: tuple, network=None, **options) -> float:
    return objective(policy(name, network, **options).at(theta, shares)).value(theta, TRIED)


def own_loss(corner: str) -> float:
    """Of the corner with the statistics of DATA in one batch."""
    network, theta = small(), networks(2)[corner]
    held = network.with_statistics(network.statistics(network.forward(theta, DATA[0])[1]))
    return objective(held).value(theta, TRIED)


@pytest.mark.parametrize("corner", ["A", "B"])
@pytest.mark.parametrize("name", ["recompute", "interpolate", "frozen", "repair"])
@pytest.mark.parametrize("chunk", [7, 1000])
def test_at_a_corner_each_says_what_the_corner_costs(name, corner, chunk):
    options = {"corner": corner} if name == "frozen" else {}
    got = loss(name, networks(2)[corner], SHARES[corner], chunk=chunk, **options)
    assert got == pytest.approx(own_loss(corner), rel=1e-12)


def test_statistics_of_another_corner_are_another_network():
    """What a flat interpolation of the weights gives, which leaves the statistics of whichever network was loaded."""
    assert abs(loss("frozen", networks(2)["B"], SHARES["B"]) - own_loss("B")) > 0.1


def test_between_the_corners_the_policies_differ():
    a, b = networks(2).values()
    middle = line(a, b, 0.5)
    found = sorted(loss(name, middle, (0.5, 0.5)) for name in POLICIES)
    assert np.diff(found).min() > 1e-3


def test_batch_takes_the_statistics_of_what_is_evaluated():
    theta = networks(1)["A"]
    network = policy("batch").at(theta, (1.0,))
    held = small()
    held = held.with_statistics(held.statistics(held.forward(theta, TRIED[0])[1]))
    assert objective(network).value(theta, TRIED) == pytest.approx(objective(held).value(theta, TRIED), rel=1e-12)
    with pytest.raises(ValueError, match="couples the cases of a batch"):
        objective(network, chunk=10).value(theta, TRIED)


def test_batch_on_the_fixed_set_is_recompute():
    theta = line(*networks(2).values(), 0.4)
    values = [objective(policy(name).at(theta, (0.6, 0.4))).value(theta, DATA) for name in ("batch", "recompute")]
    assert values[0] == pytest.approx(values[1], rel=1e-12)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-6, 1e-12])
def test_only_recompute_does_not_feel_the_scale_of_a_filter(epsilon):
    """Exactly for epsilon 0; else x' changes by at most epsilon / (2 var) of itself, and the loss in proportion."""
    network, corners = small(epsilon), networks(2)
    theta = corners["A"].copy()
    for name in ("1K", "1b"):
        theta[name] *= 3
    frozen, recomputed = (abs(loss(name, theta, (1.0, 0.0), network) - loss(name, corners["A"], (1.0, 0.0), network))
                          for name in ("frozen", "recompute"))
    assert recomputed < 5 * epsilon + 1e-12 and frozen > 0.05


def test_interpolate_mixes_means_and_variances():
    network, (a, b) = small(), networks(2).values()
    mixed = policy("interpolate").at(line(a, b, 0.3), (0.7, 0.3)).given
    of_a, of_b = (network.statistics(network.forward(theta, DATA[0])[1]) for theta in (a, b))
    for got, first, second in zip(mixed, of_a, of_b, strict=True):
        np.testing.assert_allclose(got, 0.7 * np.array(first) + 0.3 * np.array(second), rtol=1e-12)


@pytest.mark.parametrize("network", [MLP((3, 4, 2)), LSTMRNN(3, 4, 2), small(batch_norm=False)],
                         ids=lambda network: type(network).__name__)
@pytest.mark.parametrize("name", [name for name in POLICIES if name != "repair"])
def test_networks_without_batch_norm_are_left_alone(name, network):
    corners = {which: network.init(np.random.default_rng(0)) for which in "AB"}
    assert policy(name, network, corners, x=None).at(corners["A"], (0.5, 0.5)) is network


def test_nothing_is_changed_and_float32_stays():
    corners = networks(2, dtype=np.float32)
    before, (x, _) = [theta.vector.copy() for theta in corners.values()], pictures(30, dtype=np.float32)
    for name in POLICIES:
        network = small()
        at = policy(name, network, corners, x=x).at(line(*corners.values(), 0.3), (0.7, 0.3))
        assert at.forward(corners["A"], x)[0].dtype == np.float32
        assert network.given is None and network.couples_cases
    assert all((theta.vector == old).all() for theta, old in zip(corners.values(), before))


def test_names_for_figures():
    assert [policy(name).name for name in POLICIES] == ["recompute", "interpolate", "frozen (A)", "batch", "repair"]


@pytest.mark.parametrize("name, options, error, message", [
    ("recalculate", {}, ValueError, "name is 'recalculate' but must be one of recompute, interpolate"),
    ("recompute", {"x": None}, ValueError, "x is None but the policy recompute gathers"),
    ("interpolate", {"x": None}, ValueError, "x is None but the policy interpolate gathers"),
    ("frozen", {"x": None}, ValueError, "x is None but the policy frozen gathers"),
    ("repair", {"x": None}, ValueError, "x is None but the policy repair gathers"),
    ("frozen", {"corner": None}, ValueError, r"needs the name of a corner \(A, B\)"),
    ("frozen", {"corner": "C"}, ValueError, "corner is 'C' but must be one of A, B"),
    ("recompute", {"corner": "A"}, ValueError, "corner is 'A' but name is 'recompute'"),
    ("repair", {"network": small(batch_norm=False)}, TypeError, "without batch norm"),
    ("interpolate", {"corners": {"A": networks(1)["A"], "B": Parameters.zeros({"W": (2,)})}}, ValueError,
     "must be of one network"),
])
def test_bad_policies(name, options, error, message):
    with pytest.raises(error, match=message):
        policy(name, **options)


@pytest.mark.parametrize("name", ["interpolate", "repair"])
@pytest.mark.parametrize("shares, message", [((1.0,), "shares are 1 but there are 2 corners"),
                                             ((0.5, 0.6), "but must sum to 1")])
def test_bad_shares(name, shares, message):
    with pytest.raises(ValueError, match=message):
        policy(name).at(networks(1)["A"], shares)


def test_corners_that_are_none():
    with pytest.raises(ValueError, match="corners is empty"):
        make("interpolate", small(), {}, DATA[0])


def test_variances_below_zero_beyond_the_corners():
    a, b = networks(2).values()
    with pytest.raises(ValueError, match="beyond the corners"):
        policy("interpolate").at(line(a, b, -3.0), (4.0, -3.0))


def test_batch_of_a_network_that_holds_statistics():
    network = policy("recompute").at(networks(1)["A"], (1.0, 0.0))
    with pytest.raises(ValueError, match="network holds statistics already"):
        Batch(network)
