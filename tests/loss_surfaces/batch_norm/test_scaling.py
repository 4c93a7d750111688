"""Filters scaled before batch norms: one function under statistics that are made anew, another under those held."""

import numpy as np
import pytest

from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.batch_norm.scaling import scaled
from ref.networks.images.nin import nin_tiny
from ref.networks.images.vgg import vgg_digits
from tests.loss_surfaces.pictures import networks, objective, pictures, small

DATA, TRIED = pictures(30), pictures(25, seed=1)


@pytest.mark.parametrize("s", [0.5, 3.0])
@pytest.mark.parametrize("name, moves", [("recompute", False), ("batch", False), ("repair", False), ("frozen", True),
                                         ("interpolate", True)])
def test_what_a_policy_feels_of_the_scale(name, moves, s):
    network, corners = small(1e-9), networks(2)
    policy = make(name, network, corners, DATA[0], "A" if name == "frozen" else None)
    before, after = (objective(policy.at(theta, (1.0, 0.0))).value(theta, TRIED)
                     for theta in (corners["A"], scaled(network, corners["A"], s)))
    assert (abs(after - before) > 0.05) is moves
    assert moves or after == pytest.approx(before, rel=1e-6)


@pytest.mark.parametrize("network", [nin_tiny(), vgg_digits()], ids=["nin", "vgg"])
def test_scaled_is_what_comes_before_a_batch_norm_and_no_more(network):
    theta = network.init(np.random.default_rng(0), dtype=np.float32)
    old = theta.vector.copy()
    got = scaled(network, theta, 2.0)
    assert got.dtype == np.float32 and (theta.vector == old).all()
    for name, array in got.items():
        times = 2 if name[:-1] + "gamma" in theta and not name.endswith(("gamma", "beta")) else 1
        np.testing.assert_array_equal(array, times * theta[name])


@pytest.mark.parametrize("ask, error, message", [
    (lambda: scaled(small(), networks(1)["A"], 0.0), ValueError, "s is 0.0 but must be above 0"),
    (lambda: scaled(small(), networks(1)["A"], "2"), TypeError, "s is '2' but must be a real number"),
    (lambda: scaled(small(batch_norm=False), networks(1)["A"], 2.0), TypeError, "without batch norm"),
])
def test_bad_input(ask, error, message):
    with pytest.raises(error, match=message):
        ask()
