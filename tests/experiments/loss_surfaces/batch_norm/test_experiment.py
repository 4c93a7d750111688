"""surfaces-batchnorm: the same trainings under every policy, and verdicts of their numbers."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.batch_norm import claims, experiment
from ref.experiments.loss_surfaces.batch_norm.looking import looked_at, pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import (
    LIMIT,
    barriers,
    ends_of,
    factors,
    moved,
    own,
    plateaus,
    unlike,
)
from ref.experiments.loss_surfaces.lines.looking import START, frozen_corner
from ref.experiments.loss_surfaces.lines.numbers import line_of, looks
from ref.experiments.loss_surfaces.sheets.relief import GUESS
from ref.experiments.loss_surfaces.study import job, part_config, statistics, title, trained_as, under
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import CHUNK, LOSS, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.tables import claim_lines
from ref.loss_surfaces.batch_norm.policies import POLICIES, make
from ref.loss_surfaces.batch_norm.scaling import scaled
from ref.loss_surfaces.between import line
from ref.loss_surfaces.surface import measurement
from ref.objective import Objective
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.little import digits, tiny, with_parts

METHODS = ["sgd", "adam"]
SETTINGS = {"experiment": experiment.NAME, "policies": list(POLICIES), "scales": [0.5], "beyond": 1.0, "alphas": 3,
            "n_training": 80, "n_surface": 12, "n_test": 15, "rates": {"sgd": [0.3], "adam": [1e-2]},
            "sheets": [["start", "adam", "sgd"]], "sheet": 1}
EXACT = [policy for policy in POLICIES if policy != "frozen"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    jobs = (job("digits", "nin-least", batch_norm, False, 2, METHODS) for batch_norm in (True, False))
    return finished_run(experiment, tmp_path_factory.mktemp("run"), tiny(*jobs, **SETTINGS))


@pytest.fixture
def ways(done) -> dict[str, dict]:
    """The job with batch norm, by policy."""
    (found, _), = pairs_of(done.config)
    return {way["settings"]["policy"]: way for way in found}


@pytest.fixture
def without(done):
    return done.config["jobs"][1]


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


ALPHAS = [0.0, 0.5, 1.0]


def made_up(done, middles: dict, heights: dict | None = None, second: dict | None = None, scaled: dict | None = None,
            losses: dict | None = None):
    """The run, had its lines other values.

    middles: of the lines from the start by policy ("" without batch norm), one a seed; heights: of the lines between
    ends; second: losses of their second ends; scaled: how far that moves lines; losses: of trainings, by method
    """
    parts = {}
    for way in looked_at(done.config):
        name = way["settings"].get("policy", "")
        height, last = (heights or {}).get(name, 0.5), (second or {}).get(name, 0.1)
        for seed, middle in enumerate(middles.get(name, (1.0, 1.0))):
            lines = {f"{START} to {method}": {"surface_loss": [2.0, middle, 0.1]} for method in METHODS}
            between = {"surface_loss": [0.1, 0.1 + height, last], "test_loss": [0.1, 0.1, 0.1]}
            look = {"alphas": ALPHAS, "beyond": ALPHAS, "lines": {**lines, "sgd to adam": between},
                    "norms": dict.fromkeys(METHODS, [1, 1, 1])}
            line = {"surface_loss": [2.0, middle + (scaled or {}).get(name, 0.0), 0.1]}
            parts |= {part_name(way, "lines", seed): look,
                      part_name(way, "scaled", seed): {method: [line] for method in METHODS}}
        parts |= {part_name(way, "seeds", method): {"alphas": ALPHAS, "lines": {"seed 0 to seed 1": between}}
                  for method in METHODS}
        parts |= {part_name(trained_as(way), method, seed): {"stopped": "steps", "surface_loss": (losses or {}).get(
            method, 0.1)} for method in METHODS for seed in range(2)}
    return with_parts(done, parts)


def verdict(claim) -> str:
    return claim_lines([claim])[-1].replace("*", "").partition(":")[0].removeprefix("- ")


@pytest.mark.parametrize("with_, without_, shape, drop", [
    ((0.5, 0.6), (1.0, 1.95), "shown", "shown"), ((1.0, 1.95), (0.5, 0.6), "contradicted", "contradicted"),
    ((0.5, 0.6), (0.5, 0.6), "not shown", "not shown")])
def test_verdicts_on_lines_from_the_start(done, ways, without, with_, without_, shape, drop):
    run = made_up(done, {"frozen": with_, "": without_})
    assert verdict(claims.one_shape(run, ways["frozen"], without)) == shape
    assert verdict(claims.late_drop(run, ways["frozen"], without)) == drop


def test_what_has_not_learnt_does_not_count(done, ways, without):
    run = made_up(done, {}, losses={"sgd": 0.95 * GUESS})
    assert plateaus(run, without, "sgd") == [] and unlike(run, without, "sgd") == []
    assert len(plateaus(run, without, "adam")) == 2 and len(unlike(run, without, "adam")) == 1
    assert [len(barriers(run, without, ends)) for ends in ends_of(without)] == [0, 0, 1]
    assert "0 of 1 optimisers that have learnt" in claims.one_shape(run, ways["batch"], without).numbers
    none = made_up(done, {}, losses=dict.fromkeys(METHODS, GUESS))
    found = claims.claims(none)
    assert len(found) == 5 + 5 + 2 + 2 + 5
    assert {verdict(claim) for claim in found if "scaling" not in claim.text} == {"not shown"}


@pytest.mark.parametrize("recomputed, mixed, expected, factor", [
    (0.5, 1.25, "shown", 2.5), (LIMIT / 9, 3 * LIMIT, "shown", 3.0), (0.5, 0.6, "contradicted", 1.2),
    (LIMIT / 9, LIMIT / 2, "contradicted", 1.0)])
def test_how_far_a_barrier_depends_on_the_policy(done, ways, recomputed, mixed, expected, factor):
    """Two lines between optimisers and one of two seeds each; frozen statistics are left out."""
    run = made_up(done, {}, {**dict.fromkeys(EXACT, recomputed), "interpolate": mixed, "frozen": 50.0})
    exact = [ways[name] for name in EXACT]
    assert factors(run, exact, ("sgd", "adam")) == pytest.approx([factor] * 2)
    assert [verdict(claims.policy(run, exact, n)) for n in (1, 2)] == [expected] * 2


@pytest.mark.parametrize("second, expected", [(0.1 + 2 * LIMIT, "shown"), (0.1, "contradicted")])
def test_the_other_end_under_frozen_statistics(done, ways, second, expected):
    run = made_up(done, {}, second={"frozen": second})
    assert own(run, ways["frozen"], ways["recompute"], ("adam",)) == pytest.approx([second - 0.1])
    for n in (1, 2):
        assert verdict(claims.another_end(run, ways["frozen"], ways["recompute"], n)) == expected


@pytest.mark.parametrize("name, far, expected", [
    ("recompute", 0.01, "shown"), ("repair", 0.03, "contradicted"), ("batch", 0.5, "contradicted"),
    ("frozen", 0.5, "shown"), ("interpolate", 0.03, "contradicted")])
def test_what_the_scale_of_weights_does(done, ways, name, far, expected):
    claim = claims.scale(made_up(done, {}, scaled={name: far}), ways[name])
    assert verdict(claim) == expected and claim.numbers.startswith("0 of 4" if expected != "shown" else "4 of 4")


def test_unlike_by_hand(done, ways):
    run = made_up(done, {"batch": (1.0, 1.5)})
    assert unlike(run, ways["batch"], "sgd") == pytest.approx([0.25 / 3])


def test_report_and_figures(done, ways, without):
    text = experiment.report([done.folder])
    assert "| number | of | recompute | interpolate | frozen | batch | repair | no batch norm |" in text
    assert "| batch norm, no dropout | Adam |" in text and "What is said of batch norm, and whether" in text
    config = {**done.config, "policies": ["recompute", "frozen"]}
    names = [path.name for path in experiment.draw(made_up(done._replace(config=config), {}))]
    assert names == [f"{name}-nin-least.png"
                     for name in ("starts", "optimisers", "seeds", "numbers", "scaled", "sheet-0")]
    alt = {name: (done.folder / "figures" / f"{name}-nin-least.alt.txt").read_text()
           for name in ("starts", "numbers", "sheet-0")}
    assert "training images, no dropout, no augmentation; batch-norm statistics as named, frozen: of " in alt["starts"]
    assert "frozen 0.5 [0.5, 0.5], " in alt["numbers"] and "batch norm (frozen), no dropout: corners" in alt["sheet-0"]
