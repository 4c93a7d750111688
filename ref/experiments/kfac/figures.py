"""The figures of a kfac-curves run: learning curves per iteration, work and second; how K-FAC adapts itself."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import legend_above, new_figure, save
from ref.experiments.hessian_free.autoencoder_figures import AXES, curves_against
from ref.experiments.hessian_free.autoencoder_report import TITLES
from ref.experiments.kfac.report import main_methods
from ref.experiments.recording import measured, read_rows
from ref.experiments.run import Run, read_run

ADAPTED = {"damping": "damping lambda", "gamma": "factors' damping gamma", "rate": "learning rate alpha",
           "momentum": "momentum mu"}


def figures(folder) -> list[Path]:
    run = read_run(folder)
    return [learning_curves(run, main_methods(run.config)), adaptation(run)]


def learning_curves(run: Run, shown: list[str]) -> Path:
    axes = {"step": "iterations", **{name: AXES[name] for name in ("gradient_equivalents", "seconds")}}
    parts = ((TITLES[method], run.parts[method]) for method in shown)
    ends = ", ".join(f"{title} {part['train_error']:.2f} after {part['steps']} iterations" for title, part in parts)
    return save(curves_against(run, shown, axes, columns=4), run.folder / "figures" / "learning_curves.png",
                f"Training error against iterations, work and time for six runs. Errors at the end: {ends}.")


def adaptation(run: Run) -> Path:
    figure, axes = new_figure(2, 2, width=8, height=5, sharex=True)
    said = []
    for method in ("kfac", "kfra", "kfac-published"):
        rows = measured(read_rows(run.folder / method), "gamma")
        for ax, (name, label) in zip(axes.flat, ADAPTED.items()):
            ax.plot([row["step"] for row in rows], np.array([row[name] for row in rows]), marker="",
                    label=TITLES[method])
            ax.set_ylabel(label)
        said.append(f"{TITLES[method]} " + ", ".join(f"{name} {rows[-1][name]:.2g}" for name in ADAPTED))
    for ax in axes[0]:
        ax.set_yscale("log")
    for ax in axes[1]:
        ax.set_xlabel("iterations")
    legend_above(figure, 3)
    return save(figure, run.folder / "figures" / "adaptation.png",
                "The damping, the factors' damping, the learning rate and the momentum against iterations, "
                "of K-FAC, KFRA and K-FAC from the published damping. "
                f"At the end: {'; '.join(said)}.")
