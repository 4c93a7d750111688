"""The figures of surfaces-spectrum, a column or a panel a job and Hessian.

    along       lowest and highest eigenvalue, index and sharpness against epochs
    density     of the eigenvalues at the end, in a logarithmic scale
    exact       the same of one training, beside that of all eigenvalues
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, legend_above, new_figure, panels, plain_numbers, save
from ref.experiments.loss_surfaces.optimizers.figures import LOOKS
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.spectrum.claims import hessian_title
from ref.experiments.loss_surfaces.spectrum.looking import dense_method
from ref.experiments.loss_surfaces.spectrum.numbers import (
    along,
    at_end,
    beside_exact,
    density,
    exact,
    looks,
    panels_of,
    width_of,
)
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

ROWS = {"highest": "highest eigenvalue", "lowest": "lowest eigenvalue", "index": "index, share below -1 %",
        "sharpness": "sharpness (%)"}


def draw(run: Run) -> list[Path]:
    return [over_epochs(run), densities(run),
            *([beside(run)] if any(dense_method(job) for job in run.config["jobs"]) else [])]


def settings(run: Run) -> str:
    return (f"Hessian of the training loss of {run.config['n_curvature']} images, float64, no dropout, no "
            "augmentation; statistics recompute: gathered first and held, batch: of the one batch, differentiated")


def over_epochs(run: Run) -> Path:
    columns = panels_of(run)
    figure, axes = new_figure(len(ROWS), len(columns), width=2.6 * len(columns) + 0.6, height=9.4, squeeze=False,
                              sharex="col")
    said = []
    for column, (job, which) in zip(axes.T, columns):
        for ax, (what, label) in zip(column, ROWS.items()):
            for method in job["methods"]:
                for seed, look in enumerate(looks(run, job, which, method)):
                    own = {"lw": 0.6, "marker": "", "label": "_"} if seed else {"label": method_title(method)}
                    ax.plot(*along(look, what), **{**LOOKS[method], "markevery": 1, **own})
                values = at_end(run, job, which, method, what)
                said.append(f"{hessian_title(job, which)}, {method_title(method)}: {label} "
                            f"{number(float(np.median(values)))}.")
            if what in ("highest", "sharpness"):
                ax.set_yscale("log")
                plain_numbers(ax.yaxis)
            ax.set_ylabel(label)
        column[0].set_title(_broken(hessian_title(job, which)), fontsize=8)
        column[-1].set_xlabel("epochs")
    legend_above(figure, 7)
    figure.supxlabel(_broken(settings(run), "; "), fontsize=8)
    return save(figure, run.folder / "figures" / "along.png",
                f"Eigenvalues, index and sharpness against epochs, a column a job and Hessian, a line a seed, the "
                f"first seed's thicker ({settings(run)}). At the end, medians: {' '.join(said)}")


def densities(run: Run) -> Path:
    all_of_them = panels_of(run)
    figure, axes = panels(all_of_them, 3, 3.0, width=9.0)
    said = []
    for ax, (job, which) in zip(axes, all_of_them):
        for method in job["methods"]:
            for seed, look in enumerate(looks(run, job, which, method)):
                own = {"lw": 0.6, "label": "_", "alpha": 0.7} if seed else {"label": method_title(method)}
                if width_of(density(look)) > 0:  # a network that is dead has no Hessian but zero
                    _density(ax, density(look), **{**LOOKS[method], "marker": "", **own})
            said.append(f"{hessian_title(job, which)}, {method_title(method)}: from "
                        f"{number(min(look['nodes'][0] for look in looks(run, job, which, method)))} to "
                        f"{number(max(max(look['nodes']) for look in looks(run, job, which, method)))}.")
        _finish(ax, _broken(hessian_title(job, which)))
    legend_above(figure, 7)
    figure.supxlabel(_broken(settings(run), "; "), fontsize=8)
    return save(figure, run.folder / "figures" / "density.png",
                "Density of the eigenvalues at the end, in a logarithmic scale, a panel a job and Hessian, a line a "
                f"seed, the first seed's thicker ({settings(run)}; {_quadrature(run)}). Nodes: {' '.join(said)}")


def beside(run: Run) -> Path:
    all_of_them = [(job, which) for job, which in panels_of(run) if dense_method(job)]
    figure, axes = panels(all_of_them, 2, 3.2, width=9.0)
    said = []
    for ax, (job, which) in zip(axes, all_of_them):
        all_values, look = exact(run, job, which), looks(run, job, which, dense_method(job))[0]
        sigma = width_of(all_values)
        _density(ax, all_values, sigma, color=COLOURS[6], ls="-", marker="", lw=2, label="all eigenvalues")
        _density(ax, density(look), sigma, color=COLOURS[1], ls="--", marker="", label="Lanczos quadrature")
        ax.plot(all_values.nodes, np.full(len(all_values.nodes), ax.get_ylim()[0] * 1.3), ls="", marker="|", ms=8,
                mew=0.5, color=COLOURS[0], markevery=1, label="an eigenvalue")
        said.append(f"{hessian_title(job, which)}: " + ", ".join(
            f"{what} {number(a)}, of all {number(b)}" for what, (a, b) in beside_exact(run, job, which).items()) + ".")
        _finish(ax, f"{_broken(hessian_title(job, which))}\n{method_title(dense_method(job))}, first seed")
    legend_above(figure, 3)
    figure.supxlabel(_broken(settings(run), "; "), fontsize=8)
    return save(figure, run.folder / "figures" / "exact.png",
                f"Density at the end of one training, from Lanczos quadrature and from all eigenvalues ({settings(run)}"
                f"; {_quadrature(run)}). From products with vectors, and of all: {' '.join(said)}")


def _density(ax, spectrum, sigma: float | None = None, **look) -> None:
    sigma = sigma or width_of(spectrum)
    t = np.linspace(spectrum.nodes.min() - 5 * sigma, spectrum.nodes.max() + 5 * sigma, 600)
    ax.plot(t, np.maximum(spectrum.density(t, sigma), 1e-300), **look)
    ax.set_yscale("log")
    highest = max(line.get_ydata().max() for line in ax.lines)
    ax.set_ylim(1e-7 * highest, 3 * highest)


def _finish(ax, text: str) -> None:
    ax.set_title(text, fontsize=8)
    ax.set(xlabel="eigenvalue", ylabel="density")


def _quadrature(run: Run) -> str:
    return (f"{run.config['density_runs']} Lanczos runs of {run.config['density_steps']} steps, widened by a Gaussian "
            "of 1 % of the range")


def _broken(text: str, at: str = ", ") -> str:
    """In lines."""
    parts = text.split(at)
    return "\n".join(at.join(parts[k : k + 2]) for k in range(0, len(parts), 2)) if at == ", " else "\n".join(parts)
