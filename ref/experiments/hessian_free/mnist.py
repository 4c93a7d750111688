"""hf-mnist: the 784-1000-500-250-30 autoencoder of Martens 2010 on MNIST: the 5,000 images that ship, or all 70,000."""

from functools import partial

from ref.experiments.hessian_free import autoencoder, autoencoder_figures, autoencoder_report
from ref.experiments.hessian_free.curves import QUICK, SETTINGS as CURVES, phase

NAME = "hf-mnist"
KERNELS = ("numpy",)

PHASES = [phase(None, curvature=250, gradient=2000, backtracking=500, cg=25)]
PUBLISHED = [phase(None, curvature=7500, gradient=None, backtracking=None, cg=250)]  # as Martens' released code
SETTINGS = {**CURVES, "data": "mnist-5k", "n_train": 4000, "n_test": 1000, "encoder": [784, 1000, 500, 250, 30],
            "weight_decay": 1e-5, "minibatch": 100, "chunk": 250, "phases": PHASES}
PRESETS = {
    "quick": {**SETTINGS, **QUICK, "encoder": [784, 100, 50, 12]},
    "standard": {**SETTINGS, "hf_epochs": 1000, "first_order_epochs": 100, "tuning_epochs": 10, "ablation_epochs": 40},
    "paper": {**SETTINGS, "data": "mnist", "n_train": 60_000, "n_test": 10_000, "dtype": "float64",
              "momentum_period": 250, "chunk": 7500, "minibatch": 200, "phases": PUBLISHED,
              "hf_epochs": 7000, "first_order_epochs": 2500, "tuning_epochs": 70, "ablation_epochs": 700},
}
PAPERS = [("Hessian-free, as in Martens 2010", "1.40"), ("Hessian-free, improved recipe", "0.69"),
          ("Nesterov", "0.73"), ("SGD", "2.1")]
NOTE = ("The papers' column is train error on all 60,000 images; quick and standard train on a part of MNIST-5k, "
        "so only the preset paper is comparable.")

run, figures = autoencoder.run, autoencoder_figures.figures
report = partial(autoencoder_report.report, papers=PAPERS, note=NOTE)
