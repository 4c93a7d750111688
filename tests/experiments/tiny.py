"""A small experiment for the tests: an MLP on random data, by two methods, each in a part of its own."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import new_figure, save
from ref.experiments.recording import read_rows
from ref.experiments.run import finished, read_config
from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adam, Nesterov, rising
from ref.training import minibatches, train

NAME = "tiny"
KERNELS = ("numpy",)
PRESETS = {
    "quick": {"sizes": (6, 8, 3), "n_cases": 60, "n_steps": 12, "checkpoint_every": 5},
    "standard": {"sizes": (6, 8, 3), "n_cases": 60, "n_steps": 12, "checkpoint_every": 5, "fails": ["adam"]},
    "paper": {"sizes": (30, 40, 10), "n_cases": 400, "n_steps": 1200, "checkpoint_every": 40},
}
METHODS = {"nesterov": lambda: Nesterov(0.05, rising(0.9, period=50)), "adam": lambda: Adam(0.01)}


def train_part(config, recorder):
    if config["method"] in config.get("fails", ()) and not Path(recorder.folder.parent, "repaired").exists():
        raise ArithmeticError(f"{config['method']} fails on purpose")
    rng, dtype = np.random.default_rng(config["seed"]), np.dtype(config["dtype"])
    network = MLP(config["sizes"])
    objective = Objective(network, squared_error)
    data = tuple(rng.standard_normal((config["n_cases"], config["sizes"][end])).astype(dtype) for end in (0, -1))
    theta, batches = network.init(rng, "glorot", dtype=dtype), minibatches(data, 20, config["seed"])
    result = train(
        METHODS[config["method"]](), objective, theta, batches, config["n_steps"], recorder=recorder, evaluate_every=5,
        evaluate=lambda theta: {"error": objective.value(theta, data)}, checkpoint_every=config["checkpoint_every"],
    )
    return {"error": result.rows[-1]["error"], "stopped": result.stopped}


def run(config, sweep):
    return sweep(train_part, {method: {**config, "method": method} for method in METHODS})


def figures(folder):
    figure, axes = new_figure()
    for method in METHODS:
        rows = [row for row in read_rows(Path(folder) / method) if "error" in row]
        axes.plot([row["step"] for row in rows], [row["error"] for row in rows], label=method)
    axes.set(xlabel="steps", ylabel="squared error")
    axes.legend()
    save(figure, Path(folder) / "figures" / "error.png", "The error of both methods falls.")


def report(folders):
    lines = (f"- seed {read_config(folder)['seed']}: {name} {part['error']:.6f}"
             for folder in folders for name, part in finished(folder).items())
    return "\n".join(lines)
