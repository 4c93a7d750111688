"""A run from its first part to its last, in this process."""

from functools import partial

from ref.experiments.run import Run, finish, open_folder, read_run
from ref.experiments.sweep import sweep


def finished_run(module, folder, config: dict) -> Run:
    config = open_folder(folder, config)
    finish(folder, module.run(config, partial(sweep, folder=folder, workers=0)))
    return read_run(folder)
