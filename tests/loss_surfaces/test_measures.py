"""The numbers of a line, on lines whose numbers are known."""

import numpy as np
import pytest
from scipy import stats

from ref.loss_surfaces.distances import cosine, disagreement, distance, filters, functional, norm
from ref.loss_surfaces.measures import above_line, barrier, monotonicity, plateau, width
from ref.loss_surfaces.spread import f_ratio
from ref.networks.images.nin import nin_tiny
from ref.networks.images.vgg import vgg_digits
from ref.parameters import Parameters

ALPHAS = np.linspace(0, 1, 101)


def test_barriers():
    hill = 1 + 4 * ALPHAS * (1 - ALPHAS) - ALPHAS  # from 1 to 0; at its top, alpha = 3/8, it is 1.5625
    assert barrier(ALPHAS, hill) == pytest.approx(0.5624, abs=2e-4)
    assert above_line(ALPHAS, hill) == pytest.approx(1.0, abs=1e-12)
    assert barrier(ALPHAS, 1 - ALPHAS) == 0 and above_line(ALPHAS, 1 - ALPHAS) == pytest.approx(0, abs=1e-15)
    assert barrier(ALPHAS, ALPHAS**2) == 0


def test_monotonicity_is_the_largest_rise():
    assert monotonicity(ALPHAS, 1 - ALPHAS) == 0
    assert monotonicity([0, 0.25, 0.5, 0.75, 1], [3, 1, 2, 1.5, 4]) == 3
    assert monotonicity([0, 0.5, 1], [1, 3, 0]) == 2


def test_plateaus():
    assert plateau(ALPHAS, np.where(ALPHAS < 0.5, 2.0, 0.0)) == pytest.approx(0.49 + 0.01 * 0.1, abs=1e-12)
    assert plateau(ALPHAS, 1 - ALPHAS) == pytest.approx(0.1, abs=1e-12)
    assert plateau([0, 1], [2.0, 2.0]) == 1
    assert plateau([0, 1], [1.0, 0.0], share=0.5) == pytest.approx(0.5)
    assert plateau([0, 0.5, 1], [1.0, np.inf, 0.0]) == 1, "all but the points themselves"
    assert np.isnan(plateau([0, 0.5, 1], [1.0, np.nan, 0.0]))


def test_widths():
    alphas = np.linspace(0, 2, 201)
    bowl = (alphas - 1) ** 2
    assert width(alphas, bowl, 0.25) == pytest.approx(1.0, abs=1e-3)
    assert width(alphas, bowl, 2.0) == np.inf
    assert width(alphas, bowl + 1, 0.5) == 0
    assert width([0, 1, 2], [4.0, 0.0, 2.0], 1.0) == pytest.approx(0.25 + 0.5)


def test_what_is_not_finite_stays_so():
    losses = np.where(ALPHAS == 0.5, np.inf, 1.0)
    assert barrier(ALPHAS, losses) == np.inf
    assert np.isnan(barrier(ALPHAS, np.where(ALPHAS == 0.5, np.nan, 1.0)))


@pytest.mark.parametrize("alphas, losses, message", [
    ([0, 1], [1.0], "have shapes"), ([], [], "alphas is empty"), ([0, 0.5, 0.5, 1], [1, 1, 1, 1], "must increase"),
    ([0, 0.5], [1, 1], "alphas must have 1 once"),
])
def test_bad_lines(alphas, losses, message):
    with pytest.raises(ValueError, match=message):
        barrier(alphas, losses)


def test_distances_by_hand():
    a, b, s = (Parameters.from_vector(np.array(v, float), {"K": (2,), "b": (1,)})
               for v in ([3, 4, 0], [0, 4, 3], [0, 4, 0]))
    assert distance(a, b) == pytest.approx(18**0.5) and cosine(a, b, s) == 0
    assert cosine(a, a, s) == pytest.approx(1) and np.isnan(cosine(a, s, s))
    assert norm(a) == 5 and norm(b, lambda name: name == "b") == 3


@pytest.mark.parametrize("make, n", [(nin_tiny, 9), (vgg_digits, 7)])
def test_the_norm_of_filters_alone(make, n):
    network = make()
    names = filters(network)
    assert len(names) == n and names == {name for name, shape in network.shapes.items() if len(shape) == 4}
    theta = network.init(np.random.default_rng(0))
    rest = norm(theta, lambda name: name not in names)
    assert norm(theta, names.__contains__) ** 2 + rest**2 == pytest.approx(norm(theta) ** 2)


def test_the_spread_between_and_within():
    """By hand: means 2 and 6 around 4, so B = 16; deviations ±1 in each, so W = 4 / 2."""
    assert f_ratio({"SGD": [1.0, 3.0], "Adam": [5.0, 7.0]}) == 8
    rng = np.random.default_rng(0)
    groups = {name: rng.standard_normal(n) + shift for name, n, shift in (("a", 4, 0), ("b", 6, 1), ("c", 3, 2))}
    assert f_ratio(groups) == pytest.approx(stats.f_oneway(*groups.values()).statistic, rel=1e-12)
    assert f_ratio({"a": [1.0, 1.0], "b": [2.0]}) == np.inf and np.isnan(f_ratio({"a": [1.0, 1.0], "b": [1.0]}))


@pytest.mark.parametrize("groups, message", [
    ({"a": [1.0, 2.0]}, "groups are a but must be two or more"), ({}, "groups are none"),
    ({"a": [1.0], "b": [2.0]}, "one number each"), ({"a": [1.0, 2.0], "b": []}, r"b has shape \(0,\)"),
    ({"a": [1.0, np.nan], "b": [2.0]}, "a must be finite"),
])
def test_bad_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        f_ratio(groups)


def test_functions_by_hand():
    p, q = np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([[0.6, 0.4], [0.7, 0.3]])
    assert functional(p, q) == pytest.approx(np.sqrt((2 * 0.09 + 2 * 0.25) / 2))
    assert disagreement(p, q) == 0.5 and disagreement(p, p) == 0
    with pytest.raises(ValueError, match="predictions and others have shapes"):
        functional(p, q[:1])
