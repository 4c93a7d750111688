import pytest

from ref.experiments.orthogonality import copy, figures as ortho_figures
from tests.experiments.finished import finished_run
from tests.experiments.orthogonality.drawings import CONFIG


@pytest.fixture(scope="session")
def done(tmp_path_factory):
    return finished_run(copy, tmp_path_factory.mktemp("run"), CONFIG)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    figures, save = [], ortho_figures.save
    monkeypatch.setattr(ortho_figures, "save", lambda figure, *rest: figures.append(figure) or save(figure, *rest))
    return figures
