"""surfaces-connectivity: what parts the ends of trainings on a line, and what joins them off it.

Ends of one optimiser from different starts, and of different optimisers from one start: the loss on the straight line;
on the line to the second network with its units in the order that brings it nearest to the first; and on a quadratic
Bezier curve whose middle point is trained.  On lines batch norms hold statistics under several policies, since a
barrier's height is a number of the policy too.

Im, Tao & Branson 2016 find barriers on lines, and call the ends different.  Garipov et al. 2018 bend the lines,
Ainsworth et al. 2023 permute the units, Jordan et al. 2022 repair the moments.
"""

from pathlib import Path

from ref.experiments.loss_surfaces.connectivity.figures import draw
from ref.experiments.loss_surfaces.connectivity.joining import join_part, joining_parts
from ref.experiments.loss_surfaces.connectivity.report import report
from ref.experiments.loss_surfaces.optimizers import DIGITS, QUICK, STANDARD
from ref.experiments.loss_surfaces.study import job, train_all
from ref.experiments.run import read_run
from ref.experiments.sweep import Sweep

__all__ = ["KERNELS", "NAME", "PRESETS", "figures", "report", "run"]
NAME = "surfaces-connectivity"
KERNELS = ("numpy", "cpu")

JOINED = {"sheets": [], "policies": ["recompute", "interpolate", "repair"], "curve_rate": 1e-2}
PRESETS = {
    "quick": {**QUICK, **JOINED, "curve_epochs": 15,
              "jobs": [job("digits", "nin-tiny", True, False, 2, ["sgd", "adam"]),
                       job("digits", "nin-tiny", False, False, 2, ["rmsprop", "adam"])]},
    "standard": {**STANDARD, **JOINED, "curve_epochs": 100,
                 "jobs": [job("digits", "nin-tiny", batch_norm, False, 5, ["sgd", "rmsprop", "adam"])
                          for batch_norm in (True, False)]},
    "paper": {**DIGITS, **JOINED, "minibatch": 128, "epochs": 200, "n_surface": 5000, "flips": True, "alphas": 21,
              "curve_epochs": 100, "evaluate_every": 5, "jobs": [
                  job("cifar10", network, batch_norm, True, 5, initialization=start) for network, start in
                  (("nin", "uniform"), ("vgg", "he")) for batch_norm in (True, False)]},
}


def run(config: dict, sweep: Sweep) -> dict:
    trained = train_all(config, sweep)
    return {"parts": trained | sweep(join_part, joining_parts(config, trained))}


def figures(folder) -> list[Path]:
    return draw(read_run(folder))
