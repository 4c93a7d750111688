"""A run's folder: one configuration, written down before training starts, and a mark once it has ended.

    config.json      the configuration; the folder is never used for another
    finished.json    written last: what the run returned, and with which versions it was made

A part of a run (ref.experiments.sweep) is a subfolder of the same kind.  Nothing here deletes or changes finished work.
"""

import difflib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ref.files import write_atomically
from ref.validation import require_count

CONFIG, FINISHED = "config.json", "finished.json"
DTYPES = ("float32", "float64")
KERNELS = ("numpy", "cpu", "cuda")
KEYS = ("experiment", "preset", "seed", "dtype", "kernels", "threads")  # what every run's configuration has


class RunError(ValueError):
    """What the command line reports without a traceback: it names the argument or the file, and what was expected."""


class Run(NamedTuple):
    """A run as its figures and its report see it."""

    folder: Path
    config: dict
    result: dict  # what it returned; empty where it has not ended

    @property
    def parts(self) -> dict[str, dict]:
        """part -> result."""
        return self.result["parts"]


def read_run(folder) -> Run:
    return Run(Path(folder), read_config(folder), finished(folder) or {})


def run_folder(runs, config: Mapping) -> Path:
    return Path(runs) / config["experiment"] / f"{config['preset']}-{config['seed']}"


def run_config(
    module, preset: str, seed: int, dtype: str | None = None, kernels: str = "numpy", threads: int = 1
) -> dict:
    """The configuration of a run of the experiment `module`; a dtype of None is the preset's own, or float64."""
    if preset not in module.PRESETS:
        raise RunError(f"{module.NAME} has no preset {preset!r}{meant(preset, module.PRESETS)}; there are: "
                       f"{', '.join(module.PRESETS)}")
    settings = module.PRESETS[preset]
    require_count("seed", seed, least=0)
    require_count("threads", threads)
    dtype = dtype or settings.get("dtype", "float64")
    config = {**settings, "experiment": module.NAME, "preset": preset, "seed": seed, "dtype": dtype, "kernels": kernels,
              "threads": threads}
    for name, known in (("dtype", DTYPES), ("kernels", KERNELS)):
        if config[name] not in known:
            raise RunError(f"{name} is {config[name]!r} but must be one of {', '.join(known)}")
    return config


def open_folder(folder, config: Mapping) -> dict:
    """Make the folder for this configuration, or check that it was made for it.  Return the configuration as JSON
    gives it.

    Raises RunError where the folder cannot be written, holds files but no configuration, or was made for another one.
    """
    folder = Path(folder)
    try:
        config = json.loads(json.dumps(dict(config)))
    except TypeError as error:
        raise TypeError(f"config must hold what JSON can hold: {error}") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = [path.name for path in folder.iterdir() if not path.name.endswith(".partial")]
        if not found:
            write_json(folder / CONFIG, config)
    except OSError as error:
        raise RunError(f"the run's folder {folder} cannot be written: {error}") from error
    if found and CONFIG not in found:
        raise RunError(f"{folder} holds {', '.join(sorted(found)[:3])} but no {CONFIG}, so it is no run, or a part of "
                       "one: move it away, or choose another folder")
    was = read_json(folder / CONFIG)
    absent = object()
    differing = [name for name in {**was, **config} if was.get(name, absent) != config.get(name, absent)]
    if differing:
        what = "; ".join(f"{name} is {_shown(was, name)} there and {_shown(config, name)} here" for name in differing)
        raise RunError(f"{folder / CONFIG} is of another configuration: {what}. "
                       "Move that run away, or choose another folder")
    return config


def find_run(run, runs) -> Path:
    """The folder of a run, given as a path or as NAME/PRESET-SEED below `runs`.  Raises RunError where it is not."""
    for folder in (Path(run), Path(runs) / run):
        if (folder / CONFIG).is_file():
            return folder
    known = [folder.relative_to(runs).as_posix() for folder in all_runs(runs)]
    raise RunError(f"there is no run {str(run)!r}{meant(str(run), known)}: neither that folder nor {Path(runs) / run} "
                   f"has a {CONFIG}. Under {runs}: {', '.join(known) or 'none'}")


def meant(name: str, known: Iterable[str]) -> str:
    """" (did you mean 'hf-curves'?)" for a name that is nearly one of those known, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def all_runs(runs) -> list[Path]:
    """The folders runs/NAME/PRESET-SEED that have a configuration, by name."""
    return sorted(path.parent for path in Path(runs).glob(f"*/*/{CONFIG}"))


def read_config(folder) -> dict:
    """The configuration of a run.  Raises RunError where it cannot be read or lacks what every run has."""
    config = read_json(Path(folder) / CONFIG)
    missing = [name for name in KEYS if name not in config]
    if missing:
        raise RunError(f"{Path(folder) / CONFIG} lacks {', '.join(missing)}: it is not the configuration of a run")
    return config


def finish(folder, result: Mapping | None = None) -> None:
    """Mark the folder as finished."""
    versions = {"longhand": version("longhand"), "python": platform.python_version(), "numpy": np.__version__}
    write_json(Path(folder) / FINISHED, {"result": dict(result or {}), "versions": versions})


def finished(folder) -> dict | None:
    """What the finished run or part returned; None where it has not ended."""
    path = Path(folder) / FINISHED
    return read_json(path).get("result", {}) if path.exists() else None


def write_json(path: Path, values: Mapping) -> None:
    text = json.dumps(values, indent=2) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))


def read_json(path: Path) -> dict:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read ({error}): "
                       "restore it from a copy, or move its folder away to start anew") from error
    if not isinstance(values, dict):
        raise RunError(f"{path} holds a {type(values).__name__} but must hold an object: "
                       "restore it from a copy, or move its folder away to start anew")
    return values


def _shown(config: Mapping, name: str) -> str:
    return repr(config[name]) if name in config else "absent"


def version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"
