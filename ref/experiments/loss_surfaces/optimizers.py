"""surfaces-optimizers: seven optimisers from the same starts, where they end, and what lies between the ends.

The paper trains NIN and VGG on CIFAR-10, with and without batch norm, and draws the loss on lines, triangles and
patches between starts and ends.  `quick` and `standard` train a NIN of 5,198 parameters on 1,293 digits; `paper` has
the full networks and needs the files of CIFAR-10.  Ours in all presets: rates chosen on validation images, no weight
decay, and numbers beside the pictures; on digits starts after He et al., since without batch norm the small network
was still at the loss of a guess when it had trained from Torch7's start for two epochs.
"""

from pathlib import Path

from ref.experiments.loss_surfaces import figures as drawn
from ref.experiments.loss_surfaces.claims import claims
from ref.experiments.loss_surfaces.lines import line_parts, look_part
from ref.experiments.loss_surfaces.report import report_of
from ref.experiments.loss_surfaces.sheets import sheet_part, sheet_parts
from ref.experiments.loss_surfaces.study import SETTINGS, job, train_all
from ref.experiments.run import read_run
from ref.experiments.sweep import Sweep

NAME = "surfaces-optimizers"
KERNELS = ("numpy", "cpu")

SHEETS = [["start", "adam", "rmsprop"], ["adam", "sgdm", "sgd"], ["sgd", "rk2", "adam", "adam-rk2"],
          ["start", "start 1", "sgd", "sgd 1"]]


def digits(seeds: int, dropout_seeds: int = 0, network: str = "nin-tiny") -> list[dict]:
    """Jobs with and without batch norm; of those with dropout so many seeds."""
    return [job("digits", network, batch_norm, dropout, n)
            for dropout, n in ((False, seeds), (True, dropout_seeds)) if n for batch_norm in (True, False)]


DIGITS = {**SETTINGS, "initialization": "he", "sheets": SHEETS}
QUICK = {**DIGITS, "n_surface": 250, "rates": {name: rates[1:3] for name, rates in SETTINGS["rates"].items()}}
STANDARD = {**DIGITS, "epochs": 100, "evaluate_every": 5, "alphas": 21}
PRESETS = {
    "quick": {**QUICK, "sheet": 5, "jobs": digits(2)},
    "standard": {**STANDARD, "kept": [1, 2, 5, 10, 20, 50], "sheet": 12,
                 "jobs": [*digits(5, 5), *digits(5, network="vgg-digits")]},
    "paper": {**SETTINGS, "minibatch": 128, "epochs": 200, "kept": [1, 5, 25, 50, 100, 150], "n_surface": 5000,
              "flips": True, "alphas": 21, "sheet": 20, "sheets": SHEETS, "evaluate_every": 5, "jobs": [
                  job("cifar10", network, batch_norm, True, 5, initialization=start) for network, start in
                  (("nin", "uniform"), ("vgg", "he")) for batch_norm in (True, False)]},
}


def run(config: dict, sweep: Sweep) -> dict:
    trained = train_all(config, sweep)
    looks = sweep(look_part, line_parts(config, trained))
    return {"parts": trained | looks | sweep(sheet_part, sheet_parts(config, trained))}


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [draw(done) for draw in (drawn.curves, drawn.lines, drawn.pair_table, drawn.norms)] + drawn.sheets(done)


NOTE = ("Median of the seeds, and their range in brackets. All optimisers of a seed have the same start, minibatches "
        "and masks. Barrier: how far the loss on the line between two ends is above the higher one; largest rise: "
        "along the line from start to end; plateau: the share of that line above 0.9 of the start's loss; basin: its "
        "width around the end, where the loss is within a tenth of the way down, in lengths of that line and "
        "absolute; unlike: spread over seeds of the lines' losses, relative to the start's; barrier of seeds: between "
        "ends of one optimiser from different starts. No number of the paper's could be read to be put beside ours.")
report = report_of(NOTE, claims)
