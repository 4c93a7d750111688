"""RESULTS.md: what the finished runs show, each experiment in its own words, and how every number is made again."""

import re
from pathlib import Path

from ref.experiments.registry import EXPERIMENTS, experiment
from ref.experiments.run import RunError, all_runs, finished, read_config
from ref.experiments.sweep import failed_parts
from ref.experiments.tables import table
from ref.files import write_atomically

HEAD = """# Results

Written by `longhand report` from the runs that have finished. Papers' numbers stand beside ours; each run's command
makes it again. What the experiments are: [README](README.md).
"""


def write_report(runs, path) -> Path:
    """Write the report of all runs below the folder `runs`; of an experiment without any, keep what the file says.

    Raises RunError, writing nothing, where none has ended.
    """
    folders = all_runs(runs)
    if not any(finished(folder) is not None for folder in folders):
        raise RunError(f"no run under {runs} has finished, so there is nothing to report; {path} is left as it is")
    known = [folder for folder in folders if folder.parent.name in EXPERIMENTS]
    before = _sections_of(Path(path))
    sections = [_section(name, [folder for folder in known if folder.parent.name == name]) or before.get(name, "")
                for name in EXPERIMENTS]
    text = "\n".join([HEAD, *filter(None, sections)])
    write_atomically(path, lambda file: file.write(text.encode()))
    return Path(path)


def command(config: dict) -> str:
    """The command line that makes this run."""
    names = ["preset", "seed", "dtype"]
    names += ["kernels"] if len(experiment(config["experiment"]).KERNELS) > 1 else []
    names += ["threads"] if config["threads"] != 1 else []
    return " ".join(["longhand run", config["experiment"], *(f"--{name} {config[name]}" for name in names)])


def _section(name: str, folders: list[Path]) -> str:
    if not folders:
        return ""
    module = experiment(name)
    ended = [folder for folder in folders if finished(folder) is not None]
    body = module.report(ended).strip() if ended else "No run has finished."
    runs = "\n".join(table(["run", "state", "command"], map(_row, folders)))
    return f"## {name}\n\n{EXPERIMENTS[name][1]}\n\n{body}\n\n{runs}\n"


def _sections_of(path: Path) -> dict[str, str]:
    """experiment -> its section of a report written earlier, perhaps from runs on another machine."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = [part.strip() + "\n" for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]]
    return {part.partition("\n")[0].removeprefix("## "): part for part in parts}


def _row(folder: Path) -> list[str]:
    state = "finished" if finished(folder) is not None else "not finished"
    failures = [f"{part} failed: {error}".replace("|", "/") for part, error in failed_parts(folder).items()]
    return [folder.name, "; ".join([state, *failures]), f"`{command(read_config(folder))}`"]
