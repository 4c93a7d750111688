"""surfaces-switching: one optimiser to some epoch, then another; whose end is it?

The second optimiser begins with a fresh state where the first one stood, and sees the minibatches and masks that were
still to come; it ends after as many epochs as either does alone.  Each has the rate that is best for it from the start.
What the paper did with state and rate at a switch, we have not seen.

The paper says that a switch, late too, ends in another point than the first optimiser would have, and in one that is
characteristic of the second.  Switches whose end is no better than a guess do not count for or against: a rate that is
good from the start may be too high where another optimiser stood.

A switch is called FIRST+SECOND=EPOCH, and is a method like others in lines and tables.
"""

from pathlib import Path

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import line_parts, look_part
from ref.experiments.loss_surfaces.optimizers.experiment import DIGITS, QUICK, STANDARD
from ref.experiments.loss_surfaces.optimizers.report import report_of
from ref.experiments.loss_surfaces.study import job as of_methods, train_all, training_parts
from ref.experiments.loss_surfaces.switching.claims import claims
from ref.experiments.loss_surfaces.switching.figures import heights, norms
from ref.experiments.loss_surfaces.switching.naming import name_of, with_switches
from ref.experiments.loss_surfaces.training.part import train_part
from ref.experiments.run import read_run
from ref.experiments.sweep import Sweep

NAME = "surfaces-switching"
KERNELS = ("numpy", "cpu")


def switching(batch_norm: bool, seeds: int, pairs: list[list[str]], at: list[int], task: str = "digits",
              network: str = "nin-tiny", **settings) -> dict:
    """pairs: [first, second], each switched at all of these epochs, the last of which is the late one."""
    methods = list(dict.fromkeys(method for pair in pairs for method in pair))
    one = of_methods(task, network, batch_norm, settings.pop("dropout", False), seeds, methods, kept=at, **settings)
    return {**one, "switches": pairs, "at": at}


BOTH = [["adam", "sgd"], ["sgd", "adam"]]
MORE = [*BOTH, ["adadelta", "rmsprop"], ["rmsprop", "sgdm"]]
PRESETS = {
    "quick": {**QUICK, "jobs": [switching(batch_norm, 2, BOTH, [6, 15, 25]) for batch_norm in (True, False)]},
    "standard": {**STANDARD, "jobs": [switching(batch_norm, 5, MORE, [10, 40, 80]) for batch_norm in (True, False)]},
    "paper": {**DIGITS, "initialization": "uniform", "minibatch": 128, "epochs": 200, "n_surface": 5000, "flips": True,
              "alphas": 21, "evaluate_every": 5, "jobs": [
                  switching(batch_norm, 3, MORE, [50, 100, 150], "cifar10", network, dropout=True, initialization=start)
                  for network, start in (("nin", "uniform"), ("vgg", "he")) for batch_norm in (True, False)]},
}


def switch_parts(config: dict, trained: dict[str, dict]) -> dict[str, dict]:
    """trained: the results of all that was trained by one optimiser."""
    alone = training_parts(config, trained)
    return {part_name(job, name_of(first, second, at), seed): {
                **alone[part_name(job, second, seed)], "kept": [],
                "begin": {"part": part_name(job, first, seed), "epoch": at}}
            for job in config["jobs"] for seed in range(job["seeds"]) for first, second in job["switches"]
            for at in job["at"]}


def run(config: dict, sweep: Sweep) -> dict:
    trained = train_all(config, sweep)
    trained |= sweep(train_part, switch_parts(config, trained))
    jobs = [with_switches(job) for job in config["jobs"]]
    return {"parts": trained | sweep(look_part, line_parts({**config, "jobs": jobs}, trained, between_seeds=False))}


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [norms(done), heights(done)]


NOTE = ("Median of the seeds, and their range in brackets. A switch is named by the epoch at which the second "
        "optimiser begins, with a fresh state. Columns as for surfaces-optimizers.")
report = report_of(NOTE, claims, with_switches)
