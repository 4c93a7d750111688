import pytest

from ref.experiments.memory import copy, figures as memory_figures, pictures
from tests.experiments.finished import finished_run
from tests.experiments.memory.little import BROKEN, copies, grams, tiny


@pytest.fixture(scope="session")
def done(tmp_path_factory):
    config = tiny(copy, copies(), copies(BROKEN, seeds=1, label="broken"), grams())
    return finished_run(copy, tmp_path_factory.mktemp("run"), config)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved."""
    figures, save = [], memory_figures.save
    for module in (memory_figures, pictures):
        monkeypatch.setattr(module, "save", lambda figure, *rest: figures.append(figure) or save(figure, *rest))
    return figures
