"""The results of the autoencoder runs as Markdown: the table, where Hessian-free stands, and what fell short."""

import numpy as np

from ref.experiments import grid, tables
from ref.experiments.hessian_free.autoencoder import ABLATION, phases_of
from ref.experiments.recording import measured, read_rows
from ref.experiments.run import Run
from ref.experiments.training import SPENT, TITLES as FIRST_ORDER
from ref.hessian_free.improved import phase_at

TITLES = {**FIRST_ORDER, "hf": "Hessian-free", "hf-no-preconditioner": "no preconditioner",
          "hf-no-backtracking": "no backtracking", "hf-cold-start": "no warm start",
          "hf-fixed-damping": "no damping adaptation", "kfac": "K-FAC", "kfra": "KFRA",
          "kfac-published": "K-FAC, damping 150 as published", "kfac-tridiagonal": "K-FAC, block-tridiagonal",
          "kfac-released": "K-FAC, block-tridiagonal, damping 150", "hf-kfac": "Hessian-free, preconditioned by K-FAC"}


def curve(run: Run, part: str, against: str) -> tuple[np.ndarray, np.ndarray]:
    """A part's training error where it was evaluated, against a column of its rows or "epochs".

    "gradient_equivalents" are in training sets too; epochs count passes of the gradient alone, no curvature products.
    """
    rows, N = measured(read_rows(run.folder / part), "train_error"), run.config["n_train"]
    if against == "epochs":
        at = np.cumsum([0, *_gradient_cases(run.config, part, rows[-1]["step"])])[[row["step"] for row in rows]] / N
    else:
        at = [row[against] / (N if against == "gradient_equivalents" else 1) for row in rows]
    return np.array(at), np.array([row["train_error"] for row in rows])


def _gradient_cases(config: dict, part: str, steps: int) -> list[int]:
    """How many cases the gradient of each step was taken on."""
    if not part.startswith("hf"):
        return [config["minibatch"]] * steps
    phases = phases_of(config)
    return [phase_at(phases, step).minibatches.keywords["gradient"] or config["n_train"] for step in range(steps)]


def error_at(run: Run, part: str, against: str, at: float) -> float:
    """The training error there, between the evaluations around it (its logarithm is taken to be linear): methods are
    evaluated at different moments, and a fast-falling error of an earlier moment would be no comparison."""
    where, error = curve(run, part, against)
    return float(np.exp(np.interp(at, where, np.log(error))))


def errors_at(run: Run, parts, against: str, at: float) -> str:
    return "; ".join(f"{TITLES[part]} {error_at(run, part, against, at):.3f}" for part in parts) + "."


def setting_of(run: Run, method: str) -> str:
    """", rate 0.01, momentum 0.99" of a tuned method; nothing of one that was not."""
    if method not in run.config["grid"]:
        return ""
    names = grid.axes_of(run.config["grid"], method)
    return "".join(f", {name} {number:g}" for name, number in zip(names, run.result["best"][method], strict=True))


def heading(run: Run, more: str = "") -> list[str]:
    """The lines that a run's section begins with; more: what else is said of errors."""
    config, mean = run.config, run.result["mean_image_error"]
    return [f"### {config['preset']}, seed {config['seed']}, {config['dtype']}", "",
            f"Mean ink {100 * run.result['mean_ink']:.1f} %; error of the mean image {mean['train']:.2f} train, "
            f"{mean['test']:.2f} test. Errors are squared error summed over pixels, mean over cases{more}.", ""]


def tuning(run: Run, method: str, axes: str) -> str:
    """The line on what was tried and how it ended."""
    tried = grid.tried(run.config["grid"])
    ends = ((setting, run.parts[part]) for part, (of, setting) in tried.items() if of == method)
    return f"- {TITLES[method]}, {axes}: " + ", ".join(
        f"{' / '.join(f'{number:g}' for number in setting)}: {end['train_error']:.2f}{tables.ending(end, SPENT)}"
        for setting, end in ends)


def tuning_of_first_order(run: Run) -> list[str]:
    methods = [method for method in run.config["grid"] if method in FIRST_ORDER]
    return [f"Tried for {run.config['tuning_epochs']} epochs each (train error; the best goes on):", "",
            *(tuning(run, method, " / ".join(grid.axes_of(run.config["grid"], method))) for method in methods)]


def report(folders, papers: list[tuple[str, str]], note: str) -> str:
    published = ", ".join(f"{name} {error}" for name, error in papers)
    return tables.report(folders, [f"Papers (Sutskever et al. 2013, Table 1): {published}. {note}"], _section)


def _section(run: Run) -> str:
    config, parts, mean = run.config, run.parts, run.result["mean_image_error"]["train"]
    threshold, work, at = 0.05 * mean, config["first_order_epochs"], config["ablation_epochs"]
    methods = ("hf", *config["grid"])
    seconds = min(parts[name]["seconds"] for name in methods)
    rows = ([f"{TITLES[name]}{setting_of(run, name)}", f"{part['train_error']:.3f}", f"{part['test_error']:.3f}",
             f"{100 * part['train_error'] / mean:.1f} %", f"{part['gradient_equivalents'] / config['n_train']:.0f}",
             f"{part['seconds'] / 60:.1f}", part["stopped"].replace("_", "-")]
            for name, part in ((name, parts[name]) for name in methods))
    ablated = (f"{TITLES[name]} {error_at(run, name, SPENT, at):.2f}{tables.ending(parts[name], SPENT)}"
               for name in ABLATION)
    return "\n".join([
        *heading(run),
        *tables.table(["method", "train", "test", "share of the mean image's error", "epochs of work", "minutes",
                       "ended by"], rows), "",
        f"At equal work ({work:g} epochs), train error: {errors_at(run, methods, SPENT, work)}", "",
        f"At equal seconds ({seconds:.0f} s, the shortest run's end), train error: "
        f"{errors_at(run, methods, 'seconds', seconds)}", "",
        f"Hessian-free ends {'below' if parts['hf']['train_error'] < threshold else '**not below**'} 5 % of the mean "
        f"image's error ({threshold:.2f}).", "",
        *tuning_of_first_order(run), "",
        f"Ablation, train error after {at} epochs of work: Hessian-free {error_at(run, 'hf', SPENT, at):.2f}; "
        f"{'; '.join(ablated)}.", "",
        "Errors at equal work and at equal seconds lie between two evaluations and are interpolated.",
    ])
