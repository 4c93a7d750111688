"""hf-curves: the 784-400-200-100-50-25-6 autoencoder of Martens 2010 on CURVES, our regeneration of the set."""

from functools import partial

from ref.experiments.hessian_free import autoencoder, autoencoder_figures, autoencoder_report

NAME = "hf-curves"
KERNELS = ("numpy",)

HF = {"damping": 45.0, "stop": "2010", "decay": 0.95}


def phase(steps: int | None, curvature: int, gradient: int | None, backtracking: int | None, cg: int) -> dict:
    """cg: the most iterations of conjugate gradients; the others: autoencoder.phases_of."""
    return {"steps": steps, "curvature": curvature, "gradient": gradient, "backtracking": backtracking,
            "hf": {**HF, "max_iterations": cg}}


PHASES = [  # our choice: long CG runs off the plateau; many short ones; then all data, when small batches hold rho down
    phase(68, curvature=1000, gradient=5000, backtracking=2000, cg=250),
    phase(150, curvature=500, gradient=5000, backtracking=1000, cg=25),
    phase(None, curvature=4000, gradient=None, backtracking=4000, cg=60),
]
PUBLISHED = [phase(None, curvature=5000, gradient=None, backtracking=None, cg=250)]  # as Martens' released code
SMALL = [phase(None, curvature=250, gradient=None, backtracking=500, cg=25)]

SETTINGS = {
    "dtype": "float32", "data": "curves", "n_train": 20_000, "n_test": 10_000,
    "encoder": [784, 400, 200, 100, 50, 25, 6], "weight_decay": 2e-5, "chunk": 4000, "minibatch": 200,
    "momentum_period": 25, "phases": PHASES, "hf_evaluate_every": 5, "evaluate_epochs": 10,
    "grid": {
        "gradient-descent": {"rate": [0.01, 0.03, 0.1, 0.3, 1.0]},
        # the largest momentum: it rises to there
        "nesterov": {"rate": [0.001, 0.003, 0.01, 0.03, 0.1], "momentum": [0.9, 0.99]},
        "adam": {"rate": [0.0001, 0.0003, 0.001, 0.003, 0.01]},
    },
}
QUICK = {"n_train": 1000, "n_test": 500, "phases": SMALL, "chunk": 250, "minibatch": 50, "hf_epochs": 500,
         "first_order_epochs": 200, "tuning_epochs": 100, "ablation_epochs": 200}
PRESETS = {
    "quick": {**SETTINGS, **QUICK, "encoder": [784, 100, 50, 6]},
    "standard": {**SETTINGS, "hf_epochs": 1600, "first_order_epochs": 300, "tuning_epochs": 20, "ablation_epochs": 80},
    "paper": {**SETTINGS, "dtype": "float64", "chunk": 5000, "momentum_period": 250, "phases": PUBLISHED,
              "hf_epochs": 17_000, "first_order_epochs": 2500, "tuning_epochs": 200, "ablation_epochs": 2000},
}
PAPERS = [("Hessian-free, as in Martens 2010", "0.11"), ("Hessian-free, improved recipe", "0.058"),
          ("Nesterov", "0.074"), ("SGD", "0.48")]
NOTE = ("Our CURVES is a regeneration: not the same set, so the papers' errors and ours are not comparable. "
        "The papers' column is train error on theirs.")

run, figures = autoencoder.run, autoencoder_figures.figures
report = partial(autoencoder_report.report, papers=PAPERS, note=NOTE)
