"""A run's folder: made for one configuration, refused to every other."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ref.experiments.run import (
    RunError,
    find_run,
    finish,
    finished,
    open_folder,
    read_config,
    run_config,
    run_folder,
)

CONFIG = {"experiment": "e", "preset": "quick", "seed": 3, "dtype": "float64", "kernels": "numpy", "threads": 1,
          "rates": (0.1, 0.2)}
MODULE = SimpleNamespace(NAME="e", PRESETS={"quick": {"n": 5}, "half": {"n": 5, "dtype": "float32"}})


def test_the_configuration_is_written_once_and_comes_back_as_json_gives_it(tmp_path):
    folder = run_folder(tmp_path / "runs", CONFIG)
    assert folder == tmp_path / "runs" / "e" / "quick-3"
    first = open_folder(folder, CONFIG)
    written = (folder / "config.json").stat().st_mtime_ns
    assert first == open_folder(folder, CONFIG) == read_config(folder) == {**CONFIG, "rates": [0.1, 0.2]}
    assert (folder / "config.json").stat().st_mtime_ns == written


def test_the_preset_chooses_the_dtype_unless_it_is_given():
    assert run_config(MODULE, "quick", 0)["dtype"] == "float64"
    assert run_config(MODULE, "half", 0)["dtype"] == "float32"
    assert run_config(MODULE, "half", 0, "float64")["dtype"] == "float64"
    assert run_config(MODULE, "quick", 4, kernels="cpu", threads=2) == {
        "n": 5, "experiment": "e", "preset": "quick", "seed": 4, "dtype": "float64", "kernels": "cpu", "threads": 2}


@pytest.mark.parametrize("arguments, settings, match", [
    (("slow", 0), {}, "e has no preset 'slow'; there are: quick, half"),
    (("quick", -1), {}, "seed is -1"),
    (("quick", 0, "float16"), {}, "dtype is 'float16' but must be one of float32, float64"),
    (("quick", 0), {"kernels": "tpu"}, "kernels is 'tpu' but must be one of numpy, cpu, cuda"),
    (("quick", 0), {"threads": 0}, "threads is 0"),
])
def test_bad_configurations(arguments, settings, match):
    with pytest.raises(ValueError, match=match):
        run_config(MODULE, *arguments, **settings)


def test_a_configuration_that_json_cannot_hold(tmp_path):
    with pytest.raises(TypeError, match="config must hold what JSON can hold"):
        open_folder(tmp_path / "run", {**CONFIG, "array": np.zeros(2)})
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("change, message", [
    ({"seed": 4}, "seed is 3 there and 4 here"), ({"extra": 1}, "extra is absent there and 1 here"),
    ({"rates": (0.1,)}, r"rates is \[0.1, 0.2\] there and \[0.1\] here"),
])
def test_another_configuration(tmp_path, change, message):
    open_folder(tmp_path / "run", CONFIG)
    before = (tmp_path / "run" / "config.json").read_bytes()
    with pytest.raises(RunError, match=f"run/config.json is of another configuration: {message}."):
        open_folder(tmp_path / "run", {**CONFIG, **change})
    with pytest.raises(RunError, match="rates is .* there and absent here"):
        open_folder(tmp_path / "run", {name: value for name, value in CONFIG.items() if name != "rates"})
    assert (tmp_path / "run" / "config.json").read_bytes() == before


def test_a_folder_with_files_but_no_configuration(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="holds thesis.txt but no config.json"):
        open_folder(tmp_path, CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_a_killed_process_had_only_begun(tmp_path):
    (tmp_path / ".config.json.123.partial").write_text('{"exp')
    assert open_folder(tmp_path, CONFIG)["seed"] == 3


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunError, match="quick-3 cannot be written"):
        open_folder(run_folder(tmp_path / "runs", CONFIG), CONFIG)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    """Where the tests may write everywhere (as root), the system's refusal is played."""
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            def refuse(self, *_, **__):
                raise PermissionError(13, "Permission denied", str(self))

            monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(RunError, match="quick-3 cannot be written: .*Permission denied"):
            open_folder(run_folder(tmp_path, CONFIG), CONFIG)
    finally:
        monkeypatch.undo()
        tmp_path.chmod(0o700)


def test_finished_or_not(tmp_path):
    open_folder(tmp_path / "run", CONFIG)
    assert finished(tmp_path / "run") is None
    finish(tmp_path / "run", {"error": 0.5})
    assert finished(tmp_path / "run") == {"error": 0.5}
    assert json.loads((tmp_path / "run" / "finished.json").read_text())["versions"]["numpy"] == np.__version__
    finish(tmp_path / "run", None)
    assert finished(tmp_path / "run") == {}


def test_runs_are_found_by_path_or_by_name(tmp_path):
    folder = run_folder(tmp_path, CONFIG)
    open_folder(folder, CONFIG)
    assert find_run(folder, "elsewhere") == find_run("e/quick-3", tmp_path) == folder
    with pytest.raises(RunError, match="there is no run 'e/quick-4'.* Under .*: e/quick-3"):
        find_run("e/quick-4", tmp_path)
