"""What hf-curves, hf-mnist and kfac-curves share: a deep autoencoder trained by second-order and first-order methods.

    parts     "METHOD-SETTING"    each method of the grid at each of its settings, for the tuning budget
              "METHOD"            each of them at its best setting, from the same initial parameters, for the whole
              "hf"                Hessian-free, not tuned
              "hf-WITHOUT"        the ablation: Hessian-free with one component taken out

All budgets are in gradient-equivalents (a gradient of one case counts 1, see ref.hessian_free.optimizer), given here in
epochs: multiples of the training set.  Hessian-free's may be larger than the others', which are then compared at their
end.  They do not depend on the machine, so a run repeats to the bit.  The error is the papers': squared error summed
over pixels, mean over cases; what is minimised is the cross-entropy and the weight decay.
"""

import os
from collections.abc import Callable
from functools import partial

import numpy as np

from ref.experiments import grid
from ref.experiments.recording import FolderRecorder, measured
from ref.experiments.run import RunError
from ref.experiments.sweep import Sweep
from ref.experiments.training import SPENT, ended, first_order
from ref.hessian_free import KFAC, cycling, growing
from ref.hessian_free.improved import Phase, PhasedHessianFree, phased_batches
from ref.losses import logistic_cross_entropy
from ref.networks.mlp import MLP
from ref.objective import Objective
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
FACTORED = ("kfac", "kfra")
SETTINGS_OF = {  # the settings that only one kind of method has
    "hf": ("phases", "options", "hf_evaluate_every", "hf_epochs"),
    "first-order": ("setting", "minibatch", "momentum_period", "evaluate_epochs", "first_order_epochs"),
    "factored": ("setting", "kfac_batch", "kfac_evaluate_every"),
}
OF_THE_RUN = ("grid", "tuning_epochs", "ablation_epochs", "variants")


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
            raise RunError("LONGHAND_MNIST is not set: it must name the folder with the four IDX files of MNIST, "
                           "which do not ship")
        (train_images, _), (test_images, _) = mnist.full_train_test(folder, dtype)
    return train_images[: config["n_train"]], test_images[: config["n_test"]]


def network(config: dict) -> MLP:
    """Encoder and mirrored decoder, logistic units, a linear code layer, linear outputs before the loss's own sigma."""
    encoder = config["encoder"]
    hidden = ["logistic"] * (len(encoder) - 2)
    return MLP([*encoder, *encoder[-2::-1]], [*hidden, "identity", *hidden, "identity"])


def objective_of(config: dict) -> Objective:
    return Objective(network(config), logistic_cross_entropy, config["weight_decay"], config["chunk"])


def reconstruction_error(objective: Objective, theta: Parameters, x: Array) -> float:
    """Squared error summed over pixels, mean over cases."""
    errors, start = 0.0, 0
    for p in objective.predictions(theta, x):
        e = p - x[start : start + len(p)]
        errors += float(np.sum(e * e, dtype=np.float64))
        start += len(p)
    return errors / len(x)


def phases_of(config: dict) -> list[Phase]:
    """Hessian-free's phases.  Each is a dict in the configuration:

    steps           how many updates it lasts; None for the last one
    curvature       cases in a curvature minibatch
    gradient        cases in the sliding window of gradient and line search; None for all (ref.hessian_free.minibatches)
    backtracking    cases that judge CG's stored iterates; None for all
    hf              HessianFree's options
    """
    cases = ("curvature", "gradient", "backtracking")
    return [Phase(phase["steps"], phase["hf"], partial(cycling, **{name: phase[name] for name in cases}))
            for phase in config["phases"]]


def method_of(config: dict, x: Array) -> tuple:
    """The part's optimiser, its batches(step), and how many steps lie between two evaluations."""
    method, seed, data = config["method"], config["seed"], (x, x)
    if method == "hf":
        phases = phases_of(config)
        optimizer = PhasedHessianFree(phases, **config["options"])
        return optimizer, phased_batches(phases, data, seed), config["hf_evaluate_every"]
    if method in FACTORED:
        optimizer = KFAC(method, *config["setting"], seed=seed, **config.get("options", {}))
        return optimizer, growing(data, **config["kfac_batch"], seed=seed), config["kfac_evaluate_every"]
    optimizer = first_order(method, *config["setting"], period=config["momentum_period"])
    minibatch = config["minibatch"]
    return optimizer, minibatches(data, minibatch, seed), config["evaluate_epochs"] * (len(x) // minibatch)


def train_part(config: dict, recorder: FolderRecorder) -> dict:
    """Train one part to the end of its budget; its result has the errors of the last evaluation."""
    x, x_test = images(config)
    objective = objective_of(config)
    theta = objective.network.init(np.random.default_rng(config["seed"]), "sparse", dtype=np.dtype(config["dtype"]))
    optimizer, batches, evaluate_every = method_of(config, x)

    def evaluate(theta: Parameters) -> dict:
        return {"train_error": reconstruction_error(objective, theta, x),
                "test_error": reconstruction_error(objective, theta, x_test)}

    result = train(
        optimizer, objective, theta, batches, n_steps=10**7, evaluate=evaluate, evaluate_every=evaluate_every,
        max_gradient_equivalents=config["epochs"] * len(x), recorder=recorder, label=config["method"],
    )
    last = measured(result.rows, "train_error")[-1]
    return {"train_error": last["train_error"], "test_error": last["test_error"], **ended(result)}


def part_config(config: dict, method: str, epochs: float, setting: list | None = None, options: dict | None = None
                ) -> dict:
    """The configuration of one part: of the run's, what concerns this method; and its budget, setting or options."""
    kind = "hf" if method == "hf" else "factored" if method in FACTORED else "first-order"
    others = {name for names in SETTINGS_OF.values() for name in names} - {*SETTINGS_OF[kind]} | {*OF_THE_RUN}
    whole = {**config, "method": method, "epochs": epochs, "setting": setting, "options": options or {}}
    kept = {name: value for name, value in whole.items() if name not in others}
    return {**kept, "options": options} if options else kept


def best_settings(config: dict, results: dict[str, dict]) -> dict[str, list]:
    """Each method's setting with the lowest training error after the tuning budget; one that diverged loses."""
    return grid.best(config["grid"], results, lambda end: end["train_error"] if end["stopped"] == SPENT else np.inf)


def main_parts(config: dict, best: dict[str, list]) -> dict[str, dict]:
    """Hessian-free, each first-order method at its best setting, and the ablation."""
    tuned = {method: part_config(config, method, config["first_order_epochs"], best[method]) for method in best}
    ablation = {name: part_config(config, "hf", config["ablation_epochs"], options=options)
                for name, options in ABLATION.items()}
    return {"hf": part_config(config, "hf", config["hf_epochs"]), **tuned, **ablation}


def run(config: dict, sweep: Sweep, main: Callable[[dict, dict], dict[str, dict]] = main_parts) -> dict:
    """The grid; then the parts main(config, best settings)."""
    results = sweep(train_part, {name: part_config(config, method, config["tuning_epochs"], setting)
                                 for name, (method, setting) in grid.tried(config["grid"]).items()})
    best = best_settings(config, results)
    results |= sweep(train_part, main(config, best))
    x, x_test = images(config)
    return {
        "best": best,
        "mean_ink": float(x.mean()),
        "mean_image_error": {"train": curves.mean_image_error(x),
                             "test": curves.mean_image_error(x_test, x.mean(axis=0))},
        "parts": results,
    }
