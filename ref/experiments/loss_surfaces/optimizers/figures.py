"""The figures of surfaces-optimizers; a panel a job, a look a method, the settings on each.

    curves       training loss against epochs
    lines        training loss on the line from the start to each method's end, and beyond it
    pair-table   every pair of methods: barriers below the diagonal, functional distances above it
    norms        |theta| at the end, and how far it is from the start
    sheet-...    triangles and patches (ref.experiments.loss_surfaces.sheets.relief)
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, legend_above, panels, save
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import apart, barriers, from_start, line_of, looks, pairs
from ref.experiments.loss_surfaces.sheets import relief
from ref.experiments.loss_surfaces.study import outcomes, part_config, title
from ref.experiments.loss_surfaces.training.methods import METHODS, title as method_title
from ref.experiments.recording import measured, read_rows
from ref.experiments.run import Run

LOOKS = {name: {"color": colour, "ls": dash, "marker": marker, "ms": 4}
         for name, colour, dash, marker in zip(METHODS, COLOURS, DASHES, MARKERS)}
LEAST = 1e-3  # nats, below which the axes do not go


def settings(run: Run, job: dict) -> str:
    """What the losses of a job's figures are of."""
    shared = part_config(run.config, job, job["methods"][0])
    statistics = f"; batch-norm statistics: {shared['policy']}" if shared["batch_norm"] else ""
    return f"loss of {shared['n_surface']} training images, no dropout, no augmentation{statistics}"


def panel_title(run: Run, job: dict) -> str:
    """In lines that fit half of a page."""
    shared = part_config(run.config, job, job["methods"][0])
    task, network, *rest = title(job).split(", ")
    statistics = f"\nbatch-norm statistics: {shared['policy']}" if shared["batch_norm"] else ""
    return f"{task}, {network}\n{', '.join(rest)}{statistics}"


def say_settings(figure, run: Run) -> None:
    """What losses are of, below all panels."""
    figure.supxlabel(settings(run, run.config["jobs"][0]), fontsize=8)


def curves(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.2)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        for k, (method, results) in enumerate(outcomes(run.parts, job).items()):
            for seed, result in enumerate(results):
                rows = measured(read_rows(run.folder / part_name(job, method, seed)), "surface_loss")
                epochs = [row["step"] / result["steps_an_epoch"] for row in rows]
                losses = np.maximum([row["surface_loss"] for row in rows], LEAST)
                ax.plot(epochs, losses, **of_seed(LOOKS[method], method_title(method), seed, k, len(epochs)))
            said.append(f"{title(job)}, {method_title(method)}: {median([r['surface_loss'] for r in results])} nats.")
        ax.set(title=panel_title(run, job), xlabel="epochs", ylabel="training loss (nats)", yscale="log")
    legend_above(figure, 4)
    say_settings(figure, run)
    return save(figure, run.folder / "figures" / "curves.png",
                f"Training loss against epochs, a panel a job, a line a seed, the first seed's thicker ("
                f"{settings(run, run.config['jobs'][0])}). At the end, medians: {' '.join(said)}")


def lines(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.2)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        for k, method in enumerate(job["methods"]):
            for seed, look in enumerate(looks(run, job)):
                alphas, losses = line_of(look, START, method)
                ax.plot(alphas, np.maximum(losses, LEAST),
                        **of_seed(LOOKS[method], method_title(method), seed, k, len(alphas)))
            shares = from_start(run, job, method)["plateau"]
            said.append(f"{title(job)}, {method_title(method)}: above 0.9 of the start's loss on {median(shares)}.")
        ax.axvline(0, color="grey", lw=0.6, marker="", ls="-")
        ax.axvline(1, color="grey", lw=0.6, marker="", ls="-")
        ax.set(title=panel_title(run, job), xlabel="alpha: 0 the start, 1 the optimiser's end",
               ylabel="training loss (nats)", yscale="log")
        highest = max(line_of(look, START, method)[1][0] for look in looks(run, job) for method in job["methods"])
        ax.set_ylim(None, 5 * highest)
    legend_above(figure, 4)
    say_settings(figure, run)
    return save(figure, run.folder / "figures" / "lines.png",
                f"Training loss on the lines from start to end, a panel a job, a line a seed, the first seed's thicker "
                f"({settings(run, run.config['jobs'][0])}). Share of the line, medians: {' '.join(said)}")


def pair_table(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.8, above=0.3)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        n, methods = len(job["methods"]), job["methods"]
        heights, colours = np.full((2, n, n), np.nan)
        for a, b in pairs(job):
            i, j = methods.index(a), methods.index(b)
            heights[j, i] = np.median(barriers(run, job, a, b))
            heights[i, j] = np.median(apart(run, job, a, b, "functional"))
            said.append(f"{title(job)}, {method_title(a)} and {method_title(b)}: {heights[j, i]:.2g} nats, functional "
                        f"distance {heights[i, j]:.2g}.")
        for part in (np.tril_indices(n, -1), np.triu_indices(n, 1)):
            largest = np.nanmax(heights[part]) if n > 1 else 1
            colours[part] = heights[part] / (largest or 1)
        ax.imshow(colours, cmap="Greys", vmin=0, vmax=1.6)
        for i, j in zip(*np.nonzero(np.isfinite(heights))):
            ax.text(j, i, f"{heights[i, j]:.2g}", ha="center", va="center", fontsize=7)
        names = [method_title(method) for method in methods]
        ax.set_xticks(range(n), names, rotation=45, ha="right", fontsize=8)
        ax.set_yticks(range(n), names, fontsize=8)
        ax.grid(False)
        ax.set(title=panel_title(run, job), xlabel="above: functional distance, test images",
               ylabel="below: barrier (nats)")
    say_settings(figure, run)
    return save(figure, run.folder / "figures" / "pair-table.png",
                "Every pair of optimisers, a panel a job, medians of the seeds: below the diagonal the barrier of the "
                f"line between their ends ({settings(run, run.config['jobs'][0])}), above it the functional distance "
                f"on the test images. {' '.join(said)}")


def norms(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.2)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        for method in job["methods"]:
            found = from_start(run, job, method)
            ax.plot(found["moved"], found["norm"], **{**LOOKS[method], "ls": "", "ms": 6}, mfc="none", markevery=1,
                    label=method_title(method))
            said.append(f"{title(job)}, {method_title(method)}: norm {median(found['norm'])}, moved "
                        f"{median(found['moved'])}.")
        ax.set(title=panel_title(run, job), xlabel="distance from the start",
               ylabel="|theta| at the end, all parameters")
    legend_above(figure, 4)
    return save(figure, run.folder / "figures" / "norms.png",
                f"Norm at the end against distance from the start, a panel a job, a mark a seed. Medians: "
                f"{' '.join(said)}")


def sheets(run: Run) -> list[Path]:
    """One figure for each triangle and patch of each network, its jobs side by side."""
    found = []
    for number, corners in enumerate(run.config["sheets"]):
        for network in dict.fromkeys(job["T"] for job in run.config["jobs"]):
            jobs = [job for job in run.config["jobs"]
                    if job["T"] == network and part_name(job, "sheet", number) in run.parts]
            if jobs:
                found.append(relief.draw(run, f"sheet-{number}-{network}", number, corners, jobs,
                                         settings(run, jobs[0])))
    return found


def of_seed(look: dict, label: str, seed: int, k: int, n: int) -> dict:
    """How a seed's line of n points is drawn, of the k-th look; markers of two looks seldom meet."""
    apart = -(-n // 6)
    own = {"lw": 0.6, "marker": "", "alpha": 0.7} if seed else {"lw": 1.6, "markevery": (k % apart, apart)}
    return {**look, **own, "label": "_" if seed else label}


def median(values: list[float]) -> str:
    values = np.array(values, float)
    return f"{np.median(values):.3g}" + (f" [{values.min():.3g}, {values.max():.3g}]" if values[1:].size else "")
