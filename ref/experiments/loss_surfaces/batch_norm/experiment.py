"""surfaces-batchnorm: what a picture of networks with batch norm owes to the policy for their statistics.

Im, Tao & Branson 2016 say that batch norm is key to surfaces that are alike from start to start, and draw a plateau
without it.  Which means and variances their batch norms had between the trained networks, we do not know.  Here the
same trainings, with batch norm and without, are looked at on the same lines, triangles and patches under each policy
of ref.loss_surfaces.batch_norm.policies.

Lines end at alpha = 1: beyond it mixed variances may fall below zero.  Under the policy "batch" each set of images is
one batch, so that no set is larger than is worked on at once: `paper` measures on 2,000 images of each.
"""

from pathlib import Path

from ref.experiments.loss_surfaces.batch_norm.figures import draw
from ref.experiments.loss_surfaces.batch_norm.looking import looked_at, scaled_part, scaled_parts
from ref.experiments.loss_surfaces.batch_norm.report import report
from ref.experiments.loss_surfaces.lines.looking import line_parts, look_part
from ref.experiments.loss_surfaces.optimizers.experiment import DIGITS, QUICK, STANDARD
from ref.experiments.loss_surfaces.sheets.looking import sheet_part, sheet_parts
from ref.experiments.loss_surfaces.study import job, train_all
from ref.experiments.loss_surfaces.training.part import CHUNK
from ref.experiments.run import read_run
from ref.experiments.sweep import Sweep
from ref.loss_surfaces.batch_norm.policies import POLICIES

__all__ = ["KERNELS", "NAME", "PRESETS", "figures", "report", "run"]
NAME = "surfaces-batchnorm"
KERNELS = ("numpy", "cpu")
METHODS = ["sgd", "rmsprop", "adam"]


def both(network: str, seeds: int, task: str = "digits", dropout: bool = False, **settings) -> list[dict]:
    return [job(task, network, batch_norm, dropout, seeds, METHODS, **settings) for batch_norm in (True, False)]


COMPARED = {"policies": list(POLICIES), "scales": [0.8, 1.25], "beyond": 1.0,
            "sheets": [["start", "adam", "rmsprop"], ["start", "start 1", "adam", "adam 1"]]}
PRESETS = {
    "quick": {**QUICK, **COMPARED, "sheet": 5, "jobs": both("nin-tiny", 2)},
    "standard": {**STANDARD, **COMPARED, "sheet": 12, "jobs": [*both("nin-tiny", 5), *both("vgg-digits", 5)]},
    "paper": {**DIGITS, **COMPARED, "minibatch": 128, "epochs": 200, "n_surface": CHUNK, "n_test": CHUNK, "flips": True,
              "alphas": 21, "sheet": 20, "evaluate_every": 5, "jobs": [
                  one for network, start in (("nin", "uniform"), ("vgg", "he"))
                  for one in both(network, 5, "cifar10", dropout=True, initialization=start)]},
}


def run(config: dict, sweep: Sweep) -> dict:
    trained, looked = train_all(config, sweep), {**config, "jobs": looked_at(config)}
    return {"parts": trained | sweep(look_part, line_parts(looked, trained))
            | sweep(scaled_part, scaled_parts(looked, trained)) | sweep(sheet_part, sheet_parts(looked, trained))}


def figures(folder) -> list[Path]:
    return draw(read_run(folder))
