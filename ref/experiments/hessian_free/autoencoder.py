"""What hf-curves and hf-mnist share: a deep autoencoder trained by Hessian-free and by first-order methods.

    parts     "hf"                        Hessian-free, for the whole budget
              "METHOD-RATE[-MOMENTUM]"    gradient descent, Nesterov, Adam at each setting of a grid, for the tuning budget
              "METHOD"                    each of them at its best setting, from the same initial parameters, for the whole budget
              "hf-WITHOUT"                the ablation: Hessian-free with one component taken out

All budgets are in gradient-equivalents (a gradient of one case counts 1, see ref.hessian_free.optimizer), given here in epochs:
multiples of the training set.  Hessian-free's may be larger than the others', which are then compared at their end.  They do
not depend on the machine, so a run repeats to the bit.  The error is the papers': squared error summed over pixels, mean over
cases; what is minimised is the cross-entropy and the weight decay.
"""

import os
from itertools import product

import numpy as np

from ref.experiments.hessian_free.phases import PhasedHessianFree, phased_batches
from ref.experiments.recording import FolderRecorder
from ref.experiments.run import RunError
from ref.experiments.sweep import sweep
from ref.losses import logistic_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers.adam import Adam
from ref.optimizers.gradient_descent import GradientDescent
from ref.optimizers.nesterov import Nesterov
from ref.optimizers.schedules import rising
from ref.parameters import Parameters
from ref.tasks.images import curves, mnist
from ref.training.batches import minibatches
from ref.training.train import train

Array = np.ndarray

ABLATION = {
    "hf-no-preconditioner": {"preconditioner": None},
    "hf-no-backtracking": {"backtracking": False},
    "hf-cold-start": {"decay": 0.0},
    "hf-fixed-damping": {"adapt": False},
}
FIRST_ORDER = {
    "gradient-descent": lambda config, rate: GradientDescent(rate),
    "nesterov": lambda config, rate, momentum: Nesterov(rate, rising(momentum, config["momentum_period"])),
    "adam": lambda config, rate: Adam(rate),
}


def images(config: dict) -> tuple[Array, Array]:
    """Training and test images (N, 784) of the configuration's data set, cut to n_train and n_test."""
    dtype = np.dtype(config["dtype"])
    if config["data"] == "curves":
        return curves.train_test(config["seed"], config["n_train"], config["n_test"], dtype)
    if config["data"] == "mnist-5k":
        (train_images, _), (test_images, _) = mnist.train_test(dtype)
    else:
        folder = os.environ.get("LONGHAND_MNIST")
        if not folder:
            raise RunError("LONGHAND_MNIST is not set: it must name the folder with the four IDX files of MNIST, which do not ship")
        (train_images, _), (test_images, _) = mnist.full_train_test(folder, dtype)
    return train_images[: config["n_train"]], test_images[: config["n_test"]]


def network(config: dict) -> MLP:
    """Encoder and mirrored decoder, logistic units, a linear code layer, linear outputs before the loss's own sigma."""
    encoder = config["encoder"]
    hidden = ["logistic"] * (len(encoder) - 2)
    return MLP([*encoder, *encoder[-2::-1]], [*hidden, "identity", *hidden, "identity"])


def reconstruction_error(objective: Objective, theta: Parameters, x: Array) -> float:
    """Squared error summed over pixels, mean over cases."""
    errors, start = 0.0, 0
    for p in objective.predictions(theta, x):
        e = p - x[start : start + len(p)]
        errors += float(np.sum(e * e, dtype=np.float64))
        start += len(p)
    return errors / len(x)


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train one part to the end of its budget; what it returns is the part's last evaluation."""
    x, x_test = images(config)
    net = network(config)
    objective = Objective(net, logistic_cross_entropy, config["weight_decay"], config["chunk"])
    theta = net.init(np.random.default_rng(config["seed"]), "sparse", dtype=np.dtype(config["dtype"]))
    if config["method"] == "hf":
        optimizer, batches = PhasedHessianFree(config["phases"], config["options"]), phased_batches(config["phases"], x, config["seed"])
        evaluate_every = config["hf_evaluate_every"]
    else:
        optimizer = FIRST_ORDER[config["method"]](config, *config["setting"])
        batches = minibatches((x, x), config["minibatch"], config["seed"])
        evaluate_every = config["evaluate_epochs"] * (len(x) // config["minibatch"])

    def evaluate(theta: Parameters) -> dict:
        errors = {"train": reconstruction_error(objective, theta, x), "test": reconstruction_error(objective, theta, x_test)}
        return {f"{name}_error": error for name, error in errors.items()}

    result = train(
        optimizer, objective, theta, batches, n_steps=10**7, evaluate=evaluate, evaluate_every=evaluate_every,
        max_gradient_equivalents=config["epochs"] * len(x), recorder=recorder, label=config["method"],
    )
    evaluated = [row for row in result.rows if "train_error" in row]
    return {"train_error": evaluated[-1]["train_error"], "test_error": evaluated[-1]["test_error"], "stopped": result.stopped,
            "steps": result.step, "gradient_equivalents": result.gradient_equivalents, "seconds": result.seconds}


OF_HESSIAN_FREE = ("phases", "options", "hf_evaluate_every", "hf_epochs")
OF_FIRST_ORDER = ("setting", "minibatch", "momentum_period", "evaluate_epochs", "first_order_epochs")
OF_THE_RUN = ("grid", "tuning_epochs", "ablation_epochs")


def part_config(config: dict, method: str, epochs: float, setting: list | None = None, options: dict | None = None) -> dict:
    """The configuration of one part: of the run's, what concerns this method, and its own budget, setting or options."""
    others = OF_THE_RUN + (OF_FIRST_ORDER if method == "hf" else OF_HESSIAN_FREE)
    whole = {**config, "method": method, "epochs": epochs, "setting": setting, "options": options or {}}
    return {name: value for name, value in whole.items() if name not in others}


def tried(config: dict) -> dict[str, tuple[str, list]]:
    """The grid's parts: each method at each of its settings, [rate] or [rate, momentum]."""
    grid = ((method, list(setting)) for method, axes in config["grid"].items() for setting in product(*axes.values()))
    return {"-".join([method, *(f"{number:g}" for number in setting)]): (method, setting) for method, setting in grid}


def best_settings(config: dict, results: dict[str, dict]) -> dict[str, list]:
    """Each method's setting with the lowest training error after the tuning budget; one that diverged loses."""
    def error(part: str) -> float:
        return results[part]["train_error"] if results[part]["stopped"] == "gradient_equivalents" else np.inf

    parts = tried(config)
    return {method: parts[min((part for part in parts if parts[part][0] == method), key=error)][1] for method in config["grid"]}


def run_parts(config: dict, folder, workers: int) -> dict:
    """The tuning grid; then Hessian-free, each first-order method at its best setting, and the ablation side by side."""
    first = {name: part_config(config, method, config["tuning_epochs"], setting) for name, (method, setting) in tried(config).items()}
    results = sweep(train_part, first, folder, workers, threads=config["threads"])

    best = best_settings(config, results)
    parts = {"hf": part_config(config, "hf", config["hf_epochs"])}
    parts |= {method: part_config(config, method, config["first_order_epochs"], setting) for method, setting in best.items()}
    parts |= {name: part_config(config, "hf", config["ablation_epochs"], options=options) for name, options in ABLATION.items()}
    results |= sweep(train_part, parts, folder, workers, threads=config["threads"])

    x, x_test = images(config)
    mean = x.mean(axis=0)
    return {
        "best": best,
        "mean_ink": float(x.mean()),
        "mean_image_error": {"train": curves.mean_image_error(x), "test": curves.mean_image_error(x_test, mean)},
        "parts": results,
    }
