"""surfaces-batchnorm: the same trainings looked at under every policy."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.batch_norm import claims, experiment
from ref.experiments.loss_surfaces.batch_norm.looking import looked_at
from ref.experiments.loss_surfaces.batch_norm.numbers import moved
from ref.experiments.loss_surfaces.lines.looking import START, frozen_corner
from ref.experiments.loss_surfaces.lines.numbers import line_of, looks
from ref.experiments.loss_surfaces.study import part_config, statistics, title, trained_as, under
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import CHUNK, LOSS, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.loss_surfaces.batch_norm.policies import POLICIES, make
from ref.loss_surfaces.batch_norm.scaling import scaled
from ref.loss_surfaces.between import line
from ref.loss_surfaces.surface import measurement
from ref.objective import Objective
from tests.experiments.loss_surfaces.batch_norm.made_up import EXACT
from tests.experiments.loss_surfaces.little import digits


def values_of(done, way: dict, a: str, b: str, seed: int = 0, of: str = "surface_loss") -> np.ndarray:
    return line_of(looks(done, way)[seed], a, b, of)[1]


def point(done, method: str, step: int):
    """Of the first seed: at the start, or the end after all steps."""
    return kept(done.folder / part_name(done.config["jobs"][0], method, 0), step)


def loss_at(done, way: dict, theta, corners: dict, shares: tuple, which: str) -> float:
    """Computed here: the policy's network at the point, then the loss."""
    config = part_config(done.config, way, "")
    data = data_of(config)
    network = network_of(config, data.image)
    name = config["policy"]
    policy = make(name, network, corners, data.surface.inputs[0], list(corners)[-1] if name == "frozen" else None)
    return measurement(Objective(network, LOSS, chunk=CHUNK), getattr(data, which), policy)(theta, shares)["loss"]


@pytest.mark.parametrize("which", ["surface", "test"])
@pytest.mark.parametrize("name", POLICIES)
def test_lines_are_under_their_policy(done, ways, name, which):
    """In the middle from the start to Adam's end, whose statistics are those that are frozen."""
    corners = {START: point(done, "adam", 0), "adam": point(done, "adam", 4)}
    expected = loss_at(done, ways[name], line(*corners.values(), 0.5), corners, (0.5, 0.5), which)
    assert values_of(done, ways[name], START, "adam", of=f"{which}_loss")[1] == pytest.approx(expected, rel=1e-6)


def test_all_policies_but_frozen_have_the_same_ends(done, ways):
    for a, b in ((START, "adam"), ("sgd", "adam")):
        of_policy = {name: values_of(done, way, a, b) for name, way in ways.items()}
        for name in EXACT:
            np.testing.assert_allclose(of_policy[name][[0, -1]], of_policy["recompute"][[0, -1]], rtol=1e-5)
        held, free = (1, 0) if a == START else (0, 1)
        assert of_policy["frozen"][-held] == pytest.approx(of_policy["recompute"][-held], rel=1e-5)
        assert abs(of_policy["frozen"][-free] - of_policy["recompute"][-free]) > 1e-3


def test_sheets_have_every_policy_and_the_corners_of_lines(done, ways, without):
    """Corners: the start, Adam's end, whose statistics are frozen, and SGD's."""
    for name, way in ways.items():
        sheet = done.parts[part_name(way, "sheet", 0)]["surface_loss"]
        assert sheet[1] == pytest.approx(values_of(done, way, START, "adam")[-1], rel=1e-5)
        assert (abs(sheet[2] - values_of(done, way, START, "sgd")[-1]) < 1e-5) == (name != "frozen")
    assert part_name(without, "sheet", 0) in done.parts
    assert frozen_corner(["start", "start 1", "adam", "adam 1"]) == "adam"


@pytest.mark.parametrize("name", ["recompute", "frozen"])
def test_scaled_lines(done, ways, name):
    corners = {START: point(done, "adam", 0), "adam": point(done, "adam", 4)}
    config = part_config(done.config, ways[name], "")
    network = network_of(config, data_of(config).image)
    found = done.parts[part_name(ways[name], "scaled", 0)]["adam"][0]["surface_loss"]
    expected = loss_at(done, ways[name], scaled(network, line(*corners.values(), 0.5), 0.5), corners, (0.5, 0.5),
                       "surface")
    assert found[1] == pytest.approx(expected, rel=1e-6)
    largest = max(moved(done, ways[name], "adam"))
    assert largest < claims.STILL if name == "recompute" else largest > claims.STILL


def test_a_job_under_a_policy():
    whole = digits()
    way = under(whole, "frozen")
    assert title(way) == "digits, nin-tiny, batch norm (frozen), no dropout" and statistics(whole) == ""
    assert part_name(way, "lines", 1) == "digits-nin-tiny-bn-frozen-lines-1"
    assert part_name(trained_as(way), "adam", 1) == part_name(whole, "adam", 1)
    assert title(trained_as(way)) == title(whole) and trained_as(whole) == whole


def test_sets_of_all_presets_are_one_batch():
    """Else the policy batch has no value."""
    for preset in experiment.PRESETS.values():
        assert preset["n_surface"] <= CHUNK and preset["beyond"] == 1.0
        assert preset["n_test"] is None and all(one["task"] == "digits" for one in preset["jobs"]) or (
            preset["n_test"] <= CHUNK)
        assert len(looked_at(preset)) == 3 * len(preset["jobs"]), "five policies, or none"


def test_the_report(done):
    text = experiment.report([done.folder])
    assert "| number | of | recompute | interpolate | frozen | batch | repair | no batch norm |" in text
    assert "| batch norm, no dropout | Adam |" in text and "What is said of batch norm, and whether" in text
