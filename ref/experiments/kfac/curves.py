"""kfac-curves: K-FAC and KFRA beside Hessian-free and tuned first-order methods, on the autoencoder of hf-curves.

    parts     "METHOD-SETTING", "METHOD"  K-FAC and KFRA from each initial lambda of a grid, Nesterov and Adam at each
                                          setting of one, for the tuning budget; then at the best
              "kfac-published"            K-FAC from the lambda of Martens' released code
              "hf"                        as in hf-curves, not tuned: its lambda moves by 2/3 an update, forgets its start

Why K-FAC's lambda is tuned: it falls by 19/20 a step at most, so from 150 it needs 143 steps to come down to 0.1, and
until then the exact quadratic charges lambda/2 |d|² for every step.  In a run of thousands of steps that is no matter;
in one of a few hundred it is most of them.  The grid ends below the weight decay, beside which lambda no longer counts.

All begin at the same parameters and have the same budget in gradient-equivalents, in which K-FAC's products of factors,
their Cholesky factors and its solutions count with all else (ref.hessian_free.kfac.cost).  An iteration is one step.
"""

import numpy as np

from ref.experiments.hessian_free import autoencoder, curves as hf_curves
from ref.experiments.kfac import figures as kfac_figures, report as kfac_report
from ref.experiments.recording import FolderRecorder
from ref.experiments.sweep import sweep
from ref.hessian_free import KFAC, growing
from ref.losses import logistic_cross_entropy
from ref.objective import Objective
from ref.parameters import Parameters
from ref.tasks.images import curves
from ref.training.train import train

NAME = "kfac-curves"
KERNELS = ("numpy",)
SUMMARY = "Deep autoencoder on CURVES (our regeneration, not the papers' set): K-FAC, KFRA, Hessian-free, Nesterov and Adam."

FACTORED = ("kfac", "kfra")
PUBLISHED = 150.0  # lambda at the start, for the autoencoders


def preset(name: str, epochs: float, first: int, last: int, by: int) -> dict:
    """hf-curves' preset of that name, with one budget for all methods and K-FAC's growing batches."""
    others = ("hf_epochs", "first_order_epochs", "ablation_epochs")
    settings = {key: value for key, value in hf_curves.PRESETS[name].items() if key not in others}
    grid = {method: {"damping": [PUBLISHED, 1.0, 1e-2, 1e-4, 1e-6]} for method in FACTORED}
    grid |= {method: hf_curves.SETTINGS["grid"][method] for method in ("nesterov", "adam")}
    return {**settings, "epochs": epochs, "grid": grid, "evaluate_epochs": 5,
            "kfac_batch": {"first": first, "last": last, "by": by}, "kfac_evaluate_every": 20}


PRESETS = {
    "quick": preset("quick", epochs=300, first=250, last=1000, by=300),
    "standard": preset("standard", epochs=100, first=1000, last=5000, by=500),
    "paper": preset("paper", epochs=10_000, first=1000, last=20_000, by=500),
}

figures, report = kfac_figures.draw, kfac_report.section


def train_kfac(config: dict, recorder: FolderRecorder) -> dict:
    """Train one part by K-FAC or KFRA to the end of its budget, from where autoencoder.train_part starts."""
    x, x_test = autoencoder.images(config)
    net = autoencoder.network(config)
    objective = Objective(net, logistic_cross_entropy, config["weight_decay"], config["chunk"])
    theta = net.init(np.random.default_rng(config["seed"]), "sparse", dtype=np.dtype(config["dtype"]))

    def evaluate(theta: Parameters) -> dict:
        return {f"{name}_error": autoencoder.reconstruction_error(objective, theta, images)
                for name, images in (("train", x), ("test", x_test))}

    result = train(
        KFAC(config["method"], *config["setting"], seed=config["seed"]), objective, theta,
        growing((x, x), **config["kfac_batch"], seed=config["seed"]), n_steps=10**7, evaluate=evaluate,
        evaluate_every=config["kfac_evaluate_every"], max_gradient_equivalents=config["epochs"] * len(x), recorder=recorder,
        label=config["method"],
    )
    last = [row for row in result.rows if "train_error" in row][-1]
    return {"train_error": last["train_error"], "test_error": last["test_error"], "stopped": result.stopped,
            "steps": result.step, "gradient_equivalents": result.gradient_equivalents, "seconds": result.seconds}


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    return (train_kfac if config["method"] in FACTORED else autoencoder.train_part)(config, recorder)


OF_KFAC = ("kfac_batch", "kfac_evaluate_every")
NOT_OF_KFAC = tuple(name for name in autoencoder.OF_FIRST_ORDER if name != "setting")


def part_config(config: dict, method: str, setting: list | None = None, epochs: float | None = None) -> dict:
    """The configuration of one part: of the run's, what concerns this method; its setting; the run's or another budget."""
    part = autoencoder.part_config(config, method, epochs or config["epochs"], setting)
    others = NOT_OF_KFAC if method in FACTORED else OF_KFAC
    return {name: value for name, value in part.items() if name not in others}


def run(config: dict, folder, workers: int) -> dict:
    """The tuning grid; then all methods, and K-FAC as published, side by side."""
    tuning = {name: part_config(config, method, setting, config["tuning_epochs"])
              for name, (method, setting) in autoencoder.tried(config).items()}
    results = sweep(train_part, tuning, folder, workers, threads=config["threads"])

    best = autoencoder.best_settings(config, results)
    parts = {method: part_config(config, method, best.get(method)) for method in ("hf", *config["grid"])}
    parts["kfac-published"] = part_config(config, "kfac", [PUBLISHED])
    results |= sweep(train_part, parts, folder, workers, threads=config["threads"])

    x, x_test = autoencoder.images(config)
    error = {"train": curves.mean_image_error(x), "test": curves.mean_image_error(x_test, x.mean(axis=0))}
    return {"best": best, "mean_ink": float(x.mean()), "mean_image_error": error, "parts": results}
