"""hf-mnist: the 784-1000-500-250-30 autoencoder of Martens 2010 on MNIST: the 5,000 images that ship, or a user's own 70,000."""

from ref.experiments import autoencoder, autoencoder_figures, autoencoder_report
from ref.experiments.hf_curves import SETTINGS as CURVES

NAME = "hf-mnist"
SUMMARY = "Deep autoencoder on MNIST-5k (the full set with preset paper): Hessian-free beside tuned first-order methods."

SETTINGS = {**CURVES, "data": "mnist-5k", "n_train": 4000, "n_test": 1000, "encoder": [784, 1000, 500, 250, 30], "weight_decay": 1e-5,
            "minibatch": 100, "curvature": 500, "chunk": 500, "gradient": None, "backtracking": 1000}
PRESETS = {
    "quick": {**SETTINGS, "n_train": 1000, "n_test": 500, "encoder": [784, 100, 50, 12], "curvature": 250, "chunk": 250,
              "backtracking": 500, "minibatch": 50, "epochs": 500, "tuning_epochs": 50, "ablation_epochs": 200},
    "standard": {**SETTINGS, "epochs": 500, "tuning_epochs": 20, "ablation_epochs": 100},
    "paper": {**SETTINGS, "data": "mnist", "n_train": 60_000, "n_test": 10_000, "dtype": "float64", "curvature": 7500, "chunk": 7500,
              "backtracking": None, "minibatch": 200,
              "epochs": 7000, "tuning_epochs": 70, "ablation_epochs": 700},
}
PAPERS = [("Hessian-free, as in Martens 2010", 1.40), ("Hessian-free, improved recipe", 0.69), ("Nesterov", 0.73), ("SGD", 2.1)]

run, figures = autoencoder.run_parts, autoencoder_figures.draw


def report(folders) -> str:
    note = ("The papers' column is train error on all 60,000 images; quick and standard train on a part of MNIST-5k, "
            "so only the preset paper is comparable.")
    return autoencoder_report.section(folders, PAPERS, note)
