"""kfac-curves: K-FAC and KFRA beside Hessian-free and tuned first-order methods, on the autoencoder of hf-curves.

    parts     "METHOD-SETTING", "METHOD"  K-FAC and KFRA from each initial lambda of a grid, Nesterov and Adam at each
                                          setting of one, for the tuning budget; then at the best
              "kfac-published"            K-FAC from the lambda of Martens' released code
              "kfac-tridiagonal"          K-FAC from its best lambda, with the block-tridiagonal inverse
              "kfac-released"             the same from the released lambda, as the released code has it
              "hf"                        as in hf-curves, not tuned: its lambda moves by 2/3 an update and forgets its
                                          start
              "hf-kfac"                   the same with K-FAC's blocks as the preconditioner of a few CG iterations

Why K-FAC's lambda is tuned: it falls by 19/20 a step at most, so from 150 it needs 143 steps to come down to 0.1, and
until then the exact quadratic charges lambda/2 |d|² for every step.  In a run of thousands of steps that is no matter;
in one of a few hundred it is most of them.  The grid ends below the weight decay, beside which lambda no longer counts.

All begin at the same parameters and have the same budget in gradient-equivalents, in which K-FAC's products of factors,
their inverses and its solutions count with all else (ref.hessian_free.kfac.cost).  An iteration is one step.
"""

from functools import partial

from ref.experiments.hessian_free import autoencoder, curves as hf_curves
from ref.experiments.hessian_free.autoencoder import FACTORED, part_config
from ref.experiments.kfac import figures as kfac_figures, report as kfac_report

NAME = "kfac-curves"
KERNELS = ("numpy",)
PUBLISHED = 150.0  # lambda at the start, for the autoencoders
TRIDIAGONAL = {"inverse": "block-tridiagonal"}
VARIANTS = {  # part -> its method, its setting if not the best of the grid, its options
    "kfac-tridiagonal": {"method": "kfac", "options": TRIDIAGONAL},
    "kfac-released": {"method": "kfac", "setting": [PUBLISHED], "options": TRIDIAGONAL},
    "hf-kfac": {"method": "hf", "options": {"preconditioner": "kfac", "damping": 1.0, "max_iterations": 5}},
}


def preset(name: str, epochs: float, first: int, last: int, by: int) -> dict:
    """hf-curves' preset of that name, with one budget for all methods and K-FAC's growing batches."""
    others = ("hf_epochs", "first_order_epochs", "ablation_epochs")
    settings = {key: value for key, value in hf_curves.PRESETS[name].items() if key not in others}
    grid = {method: {"damping": [PUBLISHED, 1.0, 1e-2, 1e-4, 1e-6]} for method in FACTORED}
    grid |= {method: hf_curves.SETTINGS["grid"][method] for method in ("nesterov", "adam")}
    return {**settings, "epochs": epochs, "grid": grid, "evaluate_epochs": 5,
            "kfac_batch": {"first": first, "last": last, "by": by}, "kfac_evaluate_every": 20, "variants": VARIANTS}


PRESETS = {
    "quick": preset("quick", epochs=300, first=250, last=1000, by=300),
    "standard": preset("standard", epochs=100, first=1000, last=5000, by=500),
    "paper": preset("paper", epochs=10_000, first=1000, last=20_000, by=500),
}


def main_parts(config: dict, best: dict[str, list]) -> dict[str, dict]:
    """All methods, K-FAC from the released lambda, and what the configuration has of the variants."""
    parts = {method: part_config(config, method, config["epochs"], best.get(method)) for method in ("hf", *best)}
    parts["kfac-published"] = part_config(config, "kfac", config["epochs"], [PUBLISHED])
    for name, variant in config.get("variants", {}).items():
        setting = variant.get("setting", best.get(variant["method"]))
        parts[name] = part_config(config, variant["method"], config["epochs"], setting, variant["options"])
    return parts


run = partial(autoencoder.run, main=main_parts)
figures, report = kfac_figures.figures, kfac_report.report
