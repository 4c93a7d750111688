import pytest

from ref.experiments.loss_surfaces.batch_norm import experiment
from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.study import job
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.batch_norm.made_up import METHODS, SETTINGS
from tests.experiments.loss_surfaces.little import tiny


@pytest.fixture(scope="session")
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
