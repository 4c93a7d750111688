"""surfaces-spectrum: Hessians of the kept points, statistics held and differentiated, all eigenvalues and Lanczos."""

import numpy as np
import pytest

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.spectrum import claims, experiment
from ref.experiments.loss_surfaces.spectrum.looking import batch_of, dense_method, hessians, looking_parts, objective_at
from ref.experiments.loss_surfaces.spectrum.numbers import at_end, beside_exact, density, exact, looks, panels_of
from ref.experiments.loss_surfaces.study import job as of_job
from ref.experiments.loss_surfaces.training.part import NETWORKS
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.tables import claim_lines
from ref.networks.images.nin import network_in_network
from ref.random import stream
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.little import tiny, with_parts

SETTINGS = {"experiment": experiment.NAME, "n_curvature": 12, "path_runs": 1, "path_steps": 12, "density_runs": 2,
            "density_steps": 25, "epsilon": 1e-3, "rates": {"sgd": [0.3], "adam": [1e-2]}}


def of_a_few(image: tuple[int, ...], **options):
    """195 parameters."""
    return network_in_network(image, ((3, 3, 2), (3, 2, 2), (2, 2, 10)), (3, 3, 3), **options)


@pytest.fixture(scope="module", autouse=True)
def network():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETWORKS, "few", of_a_few)
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory, network):
    jobs = (of_job("digits", "few", True, False, 1, ["adam"], dense=True),
            of_job("digits", "few", False, False, 1, ["sgd", "adam"]))
    return finished_run(experiment, tmp_path_factory.mktemp("run"), tiny(*jobs, **SETTINGS))


@pytest.fixture
def job(done):
    return done.config["jobs"][0]


@pytest.fixture
def config(done, job):
    return looking_parts(done.config, done.parts)[part_name(job, "spectrum-adam", 0)]


def end(done, job, method: str = "adam"):
    return kept(done.folder / part_name(job, method, 0), 6).astype(np.float64)


def test_each_point_of_the_path_is_looked_at(done, job, config):
    name = part_name(job, "adam", 0)
    assert config["points"] == [[name, 0, 0], [name, 3, 1], [name, 6, 2.0]]
    assert [row["epoch"] for row in looks(done, job, "batch", "adam")[0]["rows"]] == [0, 1, 2]


def test_held_and_differentiated_statistics_have_one_loss_and_two_hessians(done, job, config):
    batch, theta = batch_of(config), end(done, job)
    held, whole = (objective_at(config, theta, batch, which) for which in hessians(job))
    assert held.value(theta, batch) == pytest.approx(whole.value(theta, batch), rel=1e-12)
    v = stream(0, 0, "directions").standard_normal(theta.size)
    a, b = (objective.curvature(theta, batch, "hessian").matvec(v) for objective in (held, whole))
    assert np.linalg.norm(a - b) > 0.01 * np.linalg.norm(a)
    for which, objective in zip(hessians(job), (held, whole)):
        row = looks(done, job, which, "adam")[0]["rows"][-1]
        assert row["loss"] == pytest.approx(objective.value(theta, batch), rel=1e-12)
        assert row["gradient"] == pytest.approx(np.linalg.norm(objective.gradient(theta, batch).vector), rel=1e-9)
        assert row["sharpness"] > 0


def test_what_lanczos_says_is_what_all_eigenvalues_say(done, job, config):
    batch, theta = batch_of(config), end(done, job)
    for which in hessians(job):
        found, values = beside_exact(done, job, which), exact(done, job, which).nodes
        assert len(values) == theta.size and (np.diff(values) >= 0).all()
        assert done.parts[part_name(job, "dense-adam", 0)][which]["asymmetry"] < 1e-9
        H = objective_at(config, theta, batch, which).curvature(theta, batch, "hessian")
        v = stream(1, 0, "directions").choice([-1.0, 1.0], theta.size)
        assert abs(v @ H.matvec(v) / theta.size - values.mean()) < 0.2 * values.std(), "one draw of the trace"
        for what in ("lowest", "highest"):
            assert found[what][0] == pytest.approx(found[what][1], rel=1e-3, abs=1e-3 * values[-1])
        assert density(looks(done, job, which, "adam")[0]).weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("lows, expected", [((-0.5, -0.3), "shown"), ((-0.5, 0.0), "not shown"),
                                            ((-0.005, 0.0), "contradicted")])
def test_verdicts(done, lows, expected):
    """Of two optimisers; the highest eigenvalue is 1."""
    job = done.config["jobs"][1]
    rows = [{"lowest": low, "highest": 1.0, "loss": 0.1} for low in lows]
    parts = {part_name(job, f"spectrum-{method}", 0): {"recompute": {"rows": [row]}}
             for method, row in zip(job["methods"], rows)}
    run = with_parts(done, parts)
    assert at_end(run, job, "recompute", "sgd", "lowest") == [lows[0]]
    line = claim_lines([claims.saddles(run, job, "recompute")])[-1]
    assert line.replace("*", "").startswith(f"- {expected}: ")


def test_report_and_figures(done, job):
    assert len(panels_of(done)) == 3 and dense_method(job) == "adam" and not dense_method(done.config["jobs"][1])
    text = experiment.report([done.folder])
    assert text.count("| all eigenvalues |") == 2 and "statistics batch: at the end of training the Hessian" in text
    assert [path.name for path in experiment.figures(done.folder)] == ["along.png", "density.png", "exact.png"]
    alt = (done.folder / "figures" / "along.alt.txt").read_text()
    assert "of the training loss of 12 images" in alt and "no batch norm, no dropout, SGD: lowest eigenvalue" in alt
