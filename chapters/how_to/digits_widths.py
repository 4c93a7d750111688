"""digits-widths: how many hidden units do the digits need?  For the page "An experiment of your own".

    python -m chapters.how_to.digits_widths run digits-widths --preset quick --seed 0
"""

import sys

import numpy as np

from ref import MLP, Adam, Objective, losses, minibatches, tasks, train
from ref.experiments.__main__ import main
from ref.experiments.figures import new_figure, save
from ref.experiments.recording import measured, read_rows
from ref.experiments.registry import EXPERIMENTS
from ref.experiments.run import read_run
from ref.experiments.tables import report as report_of, table

NAME = "digits-widths"
KERNELS = ("numpy",)
PRESETS = {
    "quick": {"widths": [2, 8, 32], "n_steps": 1000, "rate": 0.01, "minibatch": 50,
              "checkpoint_every": 100},
    "standard": {"widths": [1, 2, 4, 8, 16, 32, 64], "n_steps": 4000, "rate": 0.01,
                 "minibatch": 50, "checkpoint_every": 500},
    "paper": {"widths": [1, 2, 4, 8, 16, 32, 64, 128], "n_steps": 40_000, "rate": 0.003,
              "minibatch": 50, "checkpoint_every": 2000},
}


def train_width(config, recorder):
    """One part: one network, trained into its own folder; what it returns is kept."""
    dtype = np.dtype(config["dtype"])
    (x, labels), (x_test, labels_test) = tasks.images.digits.train_test(dtype)
    one_hot = np.eye(10, dtype=dtype)
    network = MLP((64, config["width"], 10))
    objective = Objective(network, losses.softmax_cross_entropy)
    theta = network.init(np.random.default_rng(config["seed"]), "glorot", dtype=dtype)

    def evaluate(theta):
        z, _ = network.forward(theta, x_test)
        return {"test_loss": losses.softmax_cross_entropy.value(z, one_hot[labels_test]),
                "wrong": float(np.mean(z.argmax(axis=1) != labels_test))}

    batches = minibatches((x, one_hot[labels]), config["minibatch"], config["seed"])
    result = train(Adam(config["rate"]), objective, theta, batches, config["n_steps"],
                   evaluate=evaluate, evaluate_every=50, recorder=recorder,
                   checkpoint_every=config["checkpoint_every"])
    return {"wrong": result.rows[-1]["wrong"], "parameters": theta.size,
            "stopped": result.stopped}


def run(config, sweep):
    """All parts: sweep runs train_width for each, side by side, and leaves out what has finished."""
    configs = {f"width-{width}": {**config, "width": width} for width in config["widths"]}
    return {"parts": sweep(train_width, configs)}


def figures(folder):
    figure, axes = new_figure()
    for part in read_run(folder).parts:
        rows = measured(read_rows(folder / part), "wrong")
        axes.plot([row["step"] for row in rows], [100 * row["wrong"] for row in rows],
                  label=part.replace("-", " "))
    axes.set(xlabel="steps", ylabel="test digits wrong (%)")
    axes.legend()
    return [save(figure, folder / "figures" / "wrong.png",
                 "Share of the test digits wrong against steps, by width.")]


def report(folders):
    def section(run):
        rows = [[part, result["parameters"], f"{result['wrong']:.1%}"]
                for part, result in run.parts.items()]
        return "\n".join([f"Seed {run.config['seed']}, {run.config['preset']}:", "",
                          *table(["part", "parameters", "test digits wrong"], rows)])

    return report_of(folders, ["Share of 359 held-back digits wrong at the end."], section)


if __name__ == "__main__":
    EXPERIMENTS[NAME] = ("chapters.how_to.digits_widths",
                         "How many hidden units the digits need.")
    sys.exit(main())
