"""surfaces-connectivity: lines, aligned lines and curves are those of the kept ends, and verdicts of their numbers."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.connectivity import claims, experiment
from ref.experiments.loss_surfaces.connectivity.claims import LIMIT
from ref.experiments.loss_surfaces.connectivity.joining import couples, joining_parts
from ref.experiments.loss_surfaces.connectivity.numbers import barriers, joined, ways
from ref.experiments.loss_surfaces.training.data import GUESS, data_of
from ref.experiments.loss_surfaces.training.part import CHUNK, LOSS, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.tables import claim_lines
from ref.loss_surfaces.alignment import align
from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.between import line
from ref.loss_surfaces.surface import measurement
from ref.objective import Objective
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.little import digits, tiny, with_parts

SETTINGS = {"experiment": experiment.NAME, "policies": ["recompute", "interpolate", "repair"], "curve_rate": 0.01,
            "curve_epochs": 1, "alphas": 3, "rates": {"sgd": [0.3], "adam": [1e-2]}}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    jobs = digits(methods=["sgd", "adam"]), digits(False, methods=["adam"])
    return finished_run(experiment, tmp_path_factory.mktemp("run"), tiny(*jobs, **SETTINGS))


@pytest.fixture
def job(done):
    return done.config["jobs"][0]


def test_couples_are_a_ring_of_seeds_and_all_pairs_of_methods():
    found = couples(digits(methods=["sgd", "adam", "rk2"], seeds=3))
    assert found["starts-adam"] == [(("adam", 0), ("adam", 1)), (("adam", 1), ("adam", 2)), (("adam", 2), ("adam", 0))]
    assert found["methods-sgd+rk2"] == [(("sgd", k), ("rk2", k)) for k in range(3)]
    assert len(found) == 6
    assert len(couples(digits(seeds=2))["starts-sgd"]) == 1 and "starts-sgd" not in couples(digits(seeds=1))


def test_lines_are_between_the_kept_ends(done, job):
    name = part_name(job, "starts-adam", 0)
    config = joining_parts(done.config, done.parts)[name]
    data = data_of(config)
    network = network_of(config, data.image)
    a, b = (kept(done.folder / part_name(job, "adam", seed), 6) for seed in (0, 1))
    for way, corner in (("line", b), ("aligned", align(network, a, b))):
        policy = make("interpolate", network, {"a": a, "b": corner}, data.surface.inputs[0])
        measure = measurement(Objective(network, LOSS, chunk=CHUNK), data.test, policy)
        row = measure(line(a, corner, 0.5), (0.5, 0.5))
        along = done.parts[name]["along"][f"{way} interpolate"]
        assert along["test_loss"][1] == pytest.approx(row["loss"], rel=1e-6)
        assert along["test_error"][1] == pytest.approx(row["error"])


def test_all_ways_have_the_same_ends(done):
    """Permuted, the second network is the same function; the curve begins and ends where the line does."""
    for job in done.config["jobs"]:
        assert len(ways(done, job)) == (7 if job["settings"]["batch_norm"] else 3)
        for couple, pairs in couples(job).items():
            for k in range(len(pairs)):
                along = done.parts[part_name(job, couple, k)]["along"]
                assert set(along) == set(ways(done, job))
                ends = np.array([[values["surface_loss"][0], values["surface_loss"][-1]] for values in along.values()])
                np.testing.assert_allclose(ends, np.broadcast_to(ends[0], ends.shape), rtol=1e-4)


def test_the_curve_is_bent_and_alignment_brings_near(done, job):
    for couple, pairs in couples(job).items():
        for k in range(len(pairs)):
            part = done.parts[part_name(job, couple, k)]
            assert part["distance_bent"] > 0 and part["steps"] == 3
            assert part["distance_aligned"] <= part["distance"]


def a_part(line: float, aligned: float, curve: float, ends: float = 0.1, repaired: float = 0.0) -> dict:
    def values(height: float) -> dict:
        return dict.fromkeys(("surface_loss", "test_loss"), [ends, ends + height, ends])

    along = {f"{way} {policy}": values(height) for way, height in (("line", line), ("aligned", aligned))
             for policy in ("recompute", "interpolate")}
    return {"alphas": [0, 0.5, 1], "along": {**along, "curve": values(curve), "aligned repair": values(repaired)}}


HIGH, LOW = 2 * LIMIT, LIMIT / 2


@pytest.mark.parametrize("parts, curves, alignment, one_basin, statistics", [
    ([a_part(HIGH, LOW, LOW)] * 2, "shown", "shown", "shown", "shown"),
    ([a_part(HIGH, HIGH, HIGH, repaired=3 * HIGH)] * 2, "contradicted", "contradicted", "contradicted", "contradicted"),
    ([a_part(HIGH, LOW, LOW), a_part(HIGH, HIGH, HIGH, repaired=3 * HIGH)], "not shown", "not shown", "not shown",
     "not shown"),
    ([a_part(LOW, LOW, HIGH, repaired=LOW)] * 2, "not shown", "not shown", "shown", "contradicted"),
    ([a_part(HIGH, LOW, LOW), a_part(HIGH, HIGH, HIGH, ends=GUESS)], "shown", "shown", "shown", "shown"),
])
def test_verdicts(done, job, parts, curves, alignment, one_basin, statistics):
    """Of the pair of each of two optimisers; one whose ends are no better than a guess does not count."""
    names = (part_name(job, f"starts-{method}", 0) for method in job["methods"])
    run = with_parts(done, dict(zip(names, parts)))
    found = (claims.curves(run, job, "starts"), claims.alignment(run, job), claims.one_basin(run, job),
             claims.statistics(run, job))
    for claim, expected in zip(found, (curves, alignment, one_basin, statistics)):
        assert claim_lines([claim])[-1].replace("*", "").startswith(f"- {expected}: "), claim


def test_a_pair_that_has_not_learnt_has_no_barrier(done, job):
    run = with_parts(done, {part_name(job, "starts-sgd", 0): a_part(1, 1, 1, ends=0.95 * GUESS)})
    assert joined(run, job, "starts-sgd") == [] and barriers(run, job, "starts-sgd", "curve") == []


def test_report_and_figures(done):
    text = experiment.report([done.folder])
    assert "| SGD and Adam, same start | aligned repair |" in text and "What the papers say" in text
    assert [path.name for path in experiment.figures(done.folder)] == ["training.png", "test-error.png", "barriers.png"]
    alt = (done.folder / "figures" / "training.alt.txt").read_text()
    assert "no batch norm, no dropout, Adam, different starts: " in alt
    assert "loss of 40 training images, no dropout, no augmentation; batch-norm statistics: recompute" in alt
