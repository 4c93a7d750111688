"""The results of the kfac-curves runs as Markdown: the table, and the methods at equal iterations and seconds."""

import numpy as np

from ref.experiments import tables
from ref.experiments.hessian_free.autoencoder import FACTORED
from ref.experiments.hessian_free.autoencoder_report import (
    TITLES,
    curve,
    errors_at,
    heading,
    setting_of,
    tuning,
    tuning_of_first_order,
)
from ref.experiments.run import Run
from ref.experiments.training import SPENT

NOTE = (
    "No number of the papers stands here: our CURVES is a regeneration, not the same set. K-FAC and KFRA run with "
    "the constants of Martens' released code but for the initial damping, which is the best of a grid, as are the "
    "settings of Nesterov and Adam, for the weight decay, which is Hessian-free's 2e-5, and for the largest batch, a "
    "quarter of the set at the standard size. Their inverse is block-diagonal but where block-tridiagonal is said, "
    "which the released code has on; K-FAC from the released damping, 150, stands beside them with both. Hessian-free "
    "runs as in hf-curves, and once more with K-FAC's blocks as its preconditioner, from a damping of 1 with five "
    "iterations of conjugate gradients at the most."
)
TRIED = (
    "Also tried, at the quick size with seed 0: Hessian-free does not depend on its start. From a damping of 4.5, 0.45 "
    "or 0.045 it ended between 20.3 and 21.3, from its 45 at 22.3."
)


def main_methods(config: dict) -> list[str]:
    return [*FACTORED, "kfac-published", "hf", *(method for method in config["grid"] if method not in FACTORED)]


def methods(config: dict) -> list[str]:
    return [*main_methods(config), *config.get("variants", {})]


def first_below(run: Run, part: str, against: str, error: float) -> str:
    """Where the part's training error was first seen at or below this, or "not reached"."""
    at, errors = curve(run, part, against)
    below = at[errors <= error]
    return f"{below[0]:.0f}" if len(below) else "not reached"


def error_after(run: Run, part: str, iterations: int) -> tuple[int, float]:
    """The first training error measured after so many iterations or more, and where; the last one if there is none."""
    at, errors = curve(run, part, "step")
    first = min(int(np.searchsorted(at, iterations)), len(at) - 1)
    return int(at[first]), float(errors[first])


def report(folders) -> str:
    return tables.report(folders, [NOTE, TRIED], _section)


def _section(run: Run) -> str:
    shown = methods(run.config)
    level = 0.1 * run.result["mean_image_error"]["train"]
    iterations, seconds = (min(run.parts[name][spent] for name in shown) for spent in ("steps", "seconds"))
    measured = ((name, *error_after(run, name, iterations)) for name in shown)
    return "\n".join([
        *heading(run, f"; 10 % of the mean image's is {level:.2f}"),
        *tables.table(["method", "train", "test", "iterations", "epochs of work", "minutes", "to 10 %: iterations",
                       "work", "seconds", "ended by"], (_row(run, name, level) for name in shown)), "",
        f"Train error at equal iterations, measured first after {iterations}, the fewest of any: "
        + "; ".join(f"{TITLES[name]} {error:.3f} ({at})" for name, at, error in measured) + ".", "",
        f"Train error at equal seconds ({seconds:.0f}, the fewest of any): "
        f"{errors_at(run, shown, 'seconds', seconds)}", "",
        *tuning_of_first_order(run), *(tuning(run, method, "initial damping") for method in FACTORED),
    ])


def _row(run: Run, name: str, level: float) -> list:
    part = run.parts[name]
    reached = (first_below(run, name, against, level) for against in ("step", SPENT, "seconds"))
    tuned_as = "kfac" if name == "kfac-tridiagonal" else name
    return [f"{TITLES[name]}{setting_of(run, tuned_as)}", f"{part['train_error']:.3f}", f"{part['test_error']:.3f}",
            part["steps"], f"{part['gradient_equivalents'] / run.config['n_train']:.0f}", f"{part['seconds'] / 60:.1f}",
            *reached, part["stopped"].replace("_", "-")]
