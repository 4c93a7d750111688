import pytest

from ref.experiments import registry
from ref.experiments.__main__ import main
from tests.experiments import tiny


@pytest.fixture
def longhand(monkeypatch, tmp_path, capsys):
    """Run the command on the tests' experiment, in tmp_path/runs; return (status, output, errors)."""
    monkeypatch.setattr(registry, "EXPERIMENTS", {"tiny": (tiny.__name__, "Random targets of a small network.")})
    monkeypatch.setattr("ref.experiments.results.EXPERIMENTS", registry.EXPERIMENTS)
    monkeypatch.setattr("ref.experiments.__main__.EXPERIMENTS", registry.EXPERIMENTS)
    monkeypatch.chdir(tmp_path)

    def longhand(*arguments):
        workers = ("--workers", "0") if arguments[0] in ("run", "resume") and "--workers" not in arguments else ()
        status = main([*map(str, arguments), *workers])
        return status, *capsys.readouterr()

    return longhand
