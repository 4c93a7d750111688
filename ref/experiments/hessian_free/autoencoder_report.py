"""The results of the autoencoder runs as Markdown: the table, where Hessian-free stands, and what fell short."""

from pathlib import Path

import numpy as np

from ref.experiments.hessian_free.autoencoder import ABLATION, tried
from ref.experiments.hessian_free.phases import phase_of
from ref.experiments.recording import read_rows
from ref.experiments.run import finished, read_config

TITLES = {"hf": "Hessian-free", "nesterov": "Nesterov", "adam": "Adam", "gradient-descent": "Gradient descent",
          "hf-no-preconditioner": "no preconditioner", "hf-no-backtracking": "no backtracking", "hf-cold-start": "no warm start",
          "hf-fixed-damping": "no damping adaptation"}


def curve(folder, part: str, against: str) -> tuple[np.ndarray, np.ndarray]:
    """A part's training error against "epochs", "gradient_equivalents" (both in training sets) or "seconds", where it was evaluated.

    Epochs are passes of the *gradient* over the training set; Hessian-free's curvature products are left out of them.
    """
    config = read_config(folder)
    rows = [row for row in read_rows(Path(folder) / part) if "train_error" in row]
    if against == "epochs":
        N, hf = config["n_train"], part.startswith("hf")
        cases = [(phase_of(config["phases"], step)["gradient"] or N) if hf else config["minibatch"] for step in range(rows[-1]["step"])]
        at = np.cumsum([0, *cases])[[row["step"] for row in rows]] / N
    else:
        at = [row[against] / (config["n_train"] if against == "gradient_equivalents" else 1) for row in rows]
    return np.array(at), np.array([row["train_error"] for row in rows])


def error_at(folder, part: str, against: str, at: float) -> float:
    """The training error there, between the evaluations around it (its logarithm is taken to be linear): methods are evaluated
    at different moments, and a fast-falling error of an earlier moment would be no comparison."""
    where, error = curve(folder, part, against)
    return float(np.exp(np.interp(at, where, np.log(error))))


def section(folders, papers: list[tuple[str, str]], note: str) -> str:
    published = ", ".join(f"{name} {error}" for name, error in papers)
    return "\n\n".join([f"Papers (Sutskever et al. 2013, Table 1): {published}. {note}", *map(_run, folders)])


def _run(folder) -> str:
    config, result = read_config(folder), finished(folder)
    parts, mean = result["parts"], result["mean_image_error"]
    threshold = 0.05 * mean["train"]
    lines = [
        f"### {config['preset']}, seed {config['seed']}, {config['dtype']}", "",
        f"Mean ink {100 * result['mean_ink']:.1f} %; error of the mean image {mean['train']:.2f} train, {mean['test']:.2f} test. "
        "Errors are squared error summed over pixels, mean over cases.", "",
        "| method | train | test | share of the mean image's error | epochs of work | minutes | ended by |", "|---|---|---|---|---|---|---|",
    ]
    work = config["first_order_epochs"]
    for name in ("hf", *config["grid"]):
        part = parts[name]
        lines.append(f"| {TITLES[name]}{setting_of(config, result, name)} | {part['train_error']:.3f} | {part['test_error']:.3f} "
                     f"| {100 * part['train_error'] / mean['train']:.1f} % | {part['gradient_equivalents'] / config['n_train']:.0f} "
                     f"| {part['seconds'] / 60:.1f} | {part['stopped'].replace('_', '-')} |")
    seconds = min(parts[name]["seconds"] for name in ("hf", *config["grid"]))
    lines += ["", f"At equal work ({work:g} epochs), train error: "
              + "; ".join(f"{TITLES[name]} {error_at(folder, name, 'gradient_equivalents', work):.3f}" for name in ("hf", *config["grid"])) + ".",
              "", f"At equal seconds ({seconds:.0f} s, the shortest run's end), train error: "
              + "; ".join(f"{TITLES[name]} {error_at(folder, name, 'seconds', seconds):.3f}" for name in ("hf", *config["grid"])) + ".",
              "", f"Hessian-free ends {'below' if parts['hf']['train_error'] < threshold else '**not below**'} 5 % of the mean image's error "
              f"({threshold:.2f}).", ""]
    lines += tuning(config, parts)
    at = config["ablation_epochs"]
    ended = ((name, error_at(folder, name, "gradient_equivalents", at), _ending(parts[name])) for name in ABLATION)
    lines += ["", f"Ablation, train error after {at} epochs of work: "
              f"Hessian-free {error_at(folder, 'hf', 'gradient_equivalents', at):.2f}; "
              + "; ".join(f"{TITLES[name]} {error:.2f}{ending}" for name, error, ending in ended) + ".",
              "", "Errors at equal work and at equal seconds lie between two evaluations and are interpolated."]
    return "\n".join(lines)


def setting_of(config: dict, result: dict, method: str) -> str:
    """", rate 0.01, momentum 0.99" of a tuned method; nothing of one that was not."""
    names = config["grid"].get(method, {})
    return "".join(f", {name} {number:g}" for name, number in zip(names, result["best"].get(method, []), strict=True))


def tuning(config: dict, parts: dict[str, dict]) -> list[str]:
    """The lines on what was tried and how it ended."""
    lines = [f"Tried for {config['tuning_epochs']} epochs each (train error; the best goes on):", ""]
    for method, axes in config["grid"].items():
        ends = (f"{' / '.join(f'{number:g}' for number in setting)}: {parts[part]['train_error']:.2f}" + _ending(parts[part])
                for part, (of, setting) in tried(config).items() if of == method)
        lines.append(f"- {TITLES[method]}, {' / '.join(axes)}: " + ", ".join(ends))
    return lines


def _ending(part: dict) -> str:
    return "" if part["stopped"] == "gradient_equivalents" else f" ({part['stopped']})"
