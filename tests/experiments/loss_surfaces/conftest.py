import pytest

from ref.experiments.loss_surfaces.optimizers import experiment as optimizers
from tests.experiments.finished import finished_run
from tests.experiments.loss_surfaces.little import digits, tiny


@pytest.fixture(scope="session")
def done(tmp_path_factory):
    return finished_run(optimizers, tmp_path_factory.mktemp("run"), tiny(digits(), digits(False)))
