"""surfaces-switching: a switch goes on where the first optimiser stood, and its end is a point like others."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.switching import experiment as switching
from ref.experiments.loss_surfaces.switching.claims import another_point, the_seconds_norm
from ref.experiments.loss_surfaces.switching.naming import name_of, with_switches
from ref.experiments.loss_surfaces.training.methods import title
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.registry import EXPERIMENTS
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.little import tiny, with_parts

PAIRS = [["adam", "sgd"], ["sgd", "adam"]]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    job = switching.switching(True, 1, PAIRS, [1])
    return finished_run(switching, tmp_path_factory.mktemp("run"), {**tiny(job), "experiment": switching.NAME})


@pytest.fixture
def job(done):
    return done.config["jobs"][0]


def test_a_switch_begins_where_the_first_optimiser_stood(done, job):
    for first, second in PAIRS:
        folder = done.folder / part_name(job, name_of(first, second, 1), 0)
        np.testing.assert_array_equal(kept(folder, 0).vector, kept(done.folder / part_name(job, first, 0), 3).vector)
        result = done.parts[folder.name]
        assert (result["begin"], result["steps"], result["last"]) == (3, 3, 6)
        assert result["rate"] == done.parts[part_name(job, second, 0)]["rate"]


def test_lines_have_all_ends(done, job):
    look = done.parts[part_name(job, "lines", 0)]
    ends = ["adam", "sgd", "adam+sgd=1", "sgd+adam=1"]
    assert with_switches(job)["methods"] == ends
    assert with_switches(job)["compared"] == [(a, b) for b in ends[2:] for a in ends[:2]], "with both methods of each"
    assert set(look["lines"]) == {f"start to {end}" for end in ends} | {
        f"{a} to {b}" for i, a in enumerate(ends) for b in ends[i + 1 :]}
    theta = kept(done.folder / part_name(job, "adam+sgd=1", 0), 3)
    assert look["norms"]["adam+sgd=1"][0] == pytest.approx(np.linalg.norm(theta.vector.astype(float)))
    assert look["lines"]["start to adam+sgd=1"]["surface_loss"][4] == pytest.approx(
        done.parts[part_name(job, "adam+sgd=1", 0)]["surface_loss"], rel=1e-6)


@pytest.mark.parametrize("norms, heights, expected", [
    ((1.9, 1.1), (0.5, 0.6), "shown"), ((1.1, 1.1), (0.5, 0.0), "not shown"),
    ((1.1, 1.9), (0.0, 0.0), "contradicted"),
])
def test_verdicts(done, job, norms, heights, expected):
    """Adam alone has the norm 1, SGD alone 2; what is switched from Adam comes first."""
    name = part_name(job, "lines", 0)
    look = done.parts[name]
    lines = {**look["lines"]}
    for (first, second), height in zip(PAIRS, heights):
        lines[f"{first} to {name_of(first, second, 1)}"] = {"surface_loss": [0.1, 0.1, 0.1 + height, 0.1, 0.1]}
    of = {"adam": 1.0, "sgd": 2.0, "adam+sgd=1": norms[0], "sgd+adam=1": norms[1]}
    ends = {part_name(job, name_of(*pair, 1), 0): {**done.parts[part_name(job, name_of(*pair, 1), 0)],
                                                   "surface_loss": 0.1} for pair in PAIRS}
    run = with_parts(done, {name: {**look, "lines": lines, "norms": {end: [of[end], 1, 1] for end in of}}, **ends})
    for claim in (another_point(run, job), the_seconds_norm(run, job)):
        assert ("shown" if claim.shown else "contradicted" if claim.contradicted else "not shown") == expected


def test_a_switch_that_diverged_does_not_count(done, job):
    ends = {part_name(job, name_of(*pair, 1), 0): {"stopped": "steps", "surface_loss": 40.0} for pair in PAIRS}
    for claim in (another_point(with_parts(done, ends), job), the_seconds_norm(with_parts(done, ends), job)):
        assert not claim.shown and not claim.contradicted and claim.numbers.startswith("0 of 0 seeds and pairs")


def test_report_and_figures(done):
    text = switching.report([done.folder])
    assert "| Adam then SGD from 1 |" in text and "| SGD, SGD then Adam from 1 |" in text
    assert [path.name for path in switching.figures(done.folder)] == ["norms.png", "barriers.png"]
    alt = (done.folder / "figures" / "barriers.alt.txt").read_text()
    assert "Adam, then SGD" in alt and "0 (epoch 2)" in alt
    assert EXPERIMENTS[switching.NAME][0] == switching.__name__ and title("adam+rk2=7") == "Adam then RK2 from 7"
