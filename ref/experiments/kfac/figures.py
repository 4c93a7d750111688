"""The figures of a kfac-curves run: learning curves per iteration, work and second; how K-FAC adapts itself."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import new_figure, save
from ref.experiments.hessian_free.autoencoder_report import curve
from ref.experiments.kfac.report import TITLES, methods
from ref.experiments.recording import read_rows
from ref.experiments.run import finished, read_config

AXES = {"step": "iterations", "gradient_equivalents": "work (epochs of gradients)", "seconds": "time (seconds, one thread)"}
ADAPTED = {"damping": "damping lambda", "gamma": "factors' damping gamma", "rate": "learning rate alpha",
           "momentum": "momentum mu"}


def draw(folder) -> list[Path]:
    folder = Path(folder)
    config, result = read_config(folder), finished(folder)
    return [learning_curves(folder, config, result), adaptation(folder)]


def learning_curves(folder: Path, config: dict, result: dict) -> Path:
    figure, axes = new_figure(1, 3, width=11, height=3.6, sharey=True)
    for ax, (against, label) in zip(axes, AXES.items()):
        for method in methods(config):
            at, error = curve(folder, method, against)
            ax.semilogy(at[at > 0], error[at > 0], label=TITLES[method])
        ax.axhline(result["mean_image_error"]["train"], color="grey", lw=0.8, marker="", ls="-", label="mean image")
        ax.set_xlabel(label)
        ax.set_xscale("log")
    axes[0].set_ylabel("train error (squared, summed over pixels)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=8)
    parts = ((TITLES[method], result["parts"][method]) for method in methods(config))
    ends = ", ".join(f"{title} {part['train_error']:.2f} after {part['steps']} iterations" for title, part in parts)
    return save(figure, folder / "figures" / "learning_curves.png",
                f"Training error against iterations, work and time for six runs. Errors at the end: {ends}.")


def adaptation(folder: Path) -> Path:
    figure, axes = new_figure(2, 2, width=8, height=5, sharex=True)
    ends = {}
    for method in ("kfac", "kfra", "kfac-published"):
        rows = [row for row in read_rows(folder / method) if "gamma" in row]
        for ax, (name, label) in zip(axes.flat, ADAPTED.items()):
            values = np.array([row[name] for row in rows])
            ax.plot([row["step"] for row in rows], values, marker="", label=TITLES[method])
            ax.set_ylabel(label)
            ends[method, name] = values[-1]
    for ax in axes[0]:
        ax.set_yscale("log")
    for ax in axes[1]:
        ax.set_xlabel("iterations")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8)
    last = "; ".join(f"{TITLES[method]} " + ", ".join(f"{name} {ends[method, name]:.2g}" for name in ADAPTED)
                     for method in ("kfac", "kfra", "kfac-published"))
    return save(figure, folder / "figures" / "adaptation.png",
                "The damping, the factors' damping, the learning rate and the momentum against iterations, "
                "of K-FAC, KFRA and K-FAC from the published damping. "
                f"At the end: {last}.")
