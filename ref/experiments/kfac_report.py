"""The results of the kfac-curves runs as Markdown: the table, and where the methods stand at equal iterations and seconds."""

import numpy as np

from ref.experiments.autoencoder_report import TITLES as FIRST_TITLES
from ref.experiments.autoencoder_report import curve, error_at, setting_of, tuning
from ref.experiments.run import finished, read_config

TITLES = {**FIRST_TITLES, "kfac": "K-FAC", "kfra": "KFRA"}


def methods(config: dict) -> list[str]:
    return ["kfac", "kfra", "hf", *config["grid"]]


def first_below(folder, part: str, against: str, error: float) -> str:
    """Where the part's training error was first seen at or below this, or "not reached"."""
    at, errors = curve(folder, part, against)
    below = at[errors <= error]
    return f"{below[0]:.0f}" if len(below) else "not reached"


def error_after(folder, part: str, iterations: int) -> tuple[int, float]:
    """The first training error measured after so many iterations or more, and where; the last one where there is none."""
    at, errors = curve(folder, part, "step")
    first = min(int(np.searchsorted(at, iterations)), len(at) - 1)
    return int(at[first]), float(errors[first])


def section(folders) -> str:
    note = ("No number of the papers stands here: our CURVES is a regeneration, not the same set. "
            "K-FAC and KFRA run with their published constants, Hessian-free as in hf-curves, Nesterov and Adam at the best setting of a grid.")
    return "\n\n".join([note, *map(_run, folders)])


def _run(folder) -> str:
    config, result = read_config(folder), finished(folder)
    parts, mean = result["parts"], result["mean_image_error"]
    shown = methods(config)
    level = 0.05 * mean["train"]
    lines = [
        f"### {config['preset']}, seed {config['seed']}, {config['dtype']}", "",
        f"Mean ink {100 * result['mean_ink']:.1f} %; error of the mean image {mean['train']:.2f} train, "
        f"{mean['test']:.2f} test. Errors are squared error summed over pixels, mean over cases; 5 % of the mean image's is {level:.2f}.", "",
        "| method | train | test | iterations | epochs of work | minutes | to 5 %: iterations | work | seconds | ended by |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in shown:
        part = parts[name]
        reached = (first_below(folder, name, against, level) for against in ("step", "gradient_equivalents", "seconds"))
        lines.append(f"| {TITLES[name]}{setting_of(config, result, name)} | {part['train_error']:.3f} | {part['test_error']:.3f} | {part['steps']} "
                     f"| {part['gradient_equivalents'] / config['n_train']:.0f} | {part['seconds'] / 60:.1f} "
                     f"| {' | '.join(reached)} | {part['stopped'].replace('_', '-')} |")
    iterations, seconds = (min(parts[name][spent] for name in shown) for spent in ("steps", "seconds"))
    measured = ((name, *error_after(folder, name, iterations)) for name in shown)
    lines += ["", f"Train error at equal iterations, measured first after {iterations}, the fewest of any: "
              + "; ".join(f"{TITLES[name]} {error:.3f} ({at})" for name, at, error in measured) + ".",
              "", f"Train error at equal seconds ({seconds:.0f}, the fewest of any): "
              + "; ".join(f"{TITLES[name]} {error_at(folder, name, 'seconds', seconds):.3f}" for name in shown) + "."]
    return "\n".join([*lines, "", *tuning(config, parts)])
