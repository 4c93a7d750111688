"""surfaces-spectrum: the Hessian along training, where saddle points are inferred from lines alone.

Im, Tao & Branson 2016 infer saddle points near the ends of trainings from barriers and from switches of the optimiser;
here are the Hessian's lowest and highest eigenvalue, the share of them that is negative, their density at the end, and
the sharpness, along the training of each optimiser, with and without batch norm.  With batch norm there are two
Hessians: with statistics that are held, and with those of the batch.  Of a small network all eigenvalues are found too.
"""

from pathlib import Path

from ref.experiments.loss_surfaces.methods import ALL
from ref.experiments.loss_surfaces.optimizers import DIGITS, QUICK, STANDARD
from ref.experiments.loss_surfaces.spectrum.figures import draw
from ref.experiments.loss_surfaces.spectrum.looking import dense_part, dense_parts, look_part, looking_parts
from ref.experiments.loss_surfaces.spectrum.report import report
from ref.experiments.loss_surfaces.study import job, train_all
from ref.experiments.run import read_run
from ref.experiments.sweep import Sweep

__all__ = ["KERNELS", "NAME", "PRESETS", "figures", "report", "run"]
NAME = "surfaces-spectrum"
KERNELS = ("numpy", "cpu")


def both(network: str, seeds: int, methods=ALL, task: str = "digits", dropout: bool = False, **settings) -> list[dict]:
    return [job(task, network, batch_norm, dropout, seeds, methods, **settings) for batch_norm in (True, False)]


LOOKED_AT = {"sheets": [], "epsilon": 1e-3, "n_curvature": 100, "path_runs": 2, "path_steps": 40,
             "density_runs": 5, "density_steps": 80}
PRESETS = {
    "quick": {**QUICK, **LOOKED_AT, "epochs": 8, "kept": [2], "n_curvature": 40, "path_runs": 1,
              "path_steps": 30, "density_runs": 2, "density_steps": 50,
              "jobs": [*both("nin-tiny", 2, ["sgd", "adam"]),
                       job("digits", "nin-least", True, False, 1, ["adam"], dense=True)]},
    "standard": {**STANDARD, **LOOKED_AT, "kept": [3, 30], "jobs": both("nin-tiny", 5, dense=True)},
    "paper": {**DIGITS, **LOOKED_AT, "minibatch": 128, "epochs": 200, "kept": [1, 5, 25, 50, 100, 150],
              "n_surface": 5000, "n_curvature": 500, "flips": True, "density_runs": 10, "evaluate_every": 5, "jobs": [
                  one for network, start in (("nin", "uniform"), ("vgg", "he"))
                  for one in both(network, 5, task="cifar10", dropout=True, initialization=start)]},
}


def run(config: dict, sweep: Sweep) -> dict:
    trained = train_all(config, sweep)
    configs = looking_parts(config, trained)
    return {"parts": trained | sweep(look_part, configs) | sweep(dense_part, dense_parts(configs, config))}


def figures(folder) -> list[Path]:
    return draw(read_run(folder))
