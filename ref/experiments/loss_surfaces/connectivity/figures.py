"""The figures of surfaces-connectivity: a panel a couple of ends, and in it what joins them.

    training, test-error    training loss, and test error, along the line, the aligned line and the curve: the median of
                            the pairs, and their range
    barriers                of every pair, on every way and under every policy
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, legend_above, panels, plain_numbers, save
from ref.experiments.loss_surfaces.connectivity.joining import couples
from ref.experiments.loss_surfaces.connectivity.numbers import (
    CURVE,
    along,
    barriers,
    joined,
    settled,
    way_title,
    ways,
)
from ref.experiments.loss_surfaces.optimizers.figures import say_settings, settings
from ref.experiments.loss_surfaces.optimizers.report import number
from ref.experiments.loss_surfaces.study import title
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

LEAST = 1e-3  # nats, below which the axis does not go


def draw(run: Run) -> list[Path]:
    return [ways_along(run, "training", "surface_loss", "training loss (nats)", 1.0, True),
            ways_along(run, "test-error", "test_error", "test error (%)", 100.0, False), all_barriers(run)]


def ways_along(run: Run, name: str, of: str, label: str, times: float, logarithmic: bool) -> Path:
    all_of_them = _couples(run)
    figure, axes = panels(all_of_them, 3, 3.0, width=9.0)
    said = []
    for ax, (job, couple) in zip(axes, all_of_them):
        policy = settled(run, job)
        looks = zip((f"line {policy}", f"aligned {policy}", CURVE), COLOURS, DASHES, MARKERS)
        highest = []
        for way, colour, dash, marker in looks:
            values = np.array([along(part, way, of)[1] for part in joined(run, job, couple)])
            if not len(values):
                continue
            values = np.maximum(times * values, LEAST) if logarithmic else times * values
            alphas = np.linspace(0, 1, values.shape[1])
            ax.fill_between(alphas, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, lw=0)
            ax.plot(alphas, np.median(values, axis=0), color=colour, ls=dash, marker=marker, ms=4, markevery=2,
                    label=_way(way.split()[0]))
            highest.append(f"{_way(way.split()[0])} {np.median(values.max(axis=1)):.3g}")
        _say_couple(ax, run, job, couple, f", {policy}", xlabel="alpha, t: 0 one end, 1 the other", ylabel=label)
        if logarithmic and highest:
            ax.set_yscale("log")
            plain_numbers(ax.yaxis)
        said.append(f"{title(job)}, {couple_name(couple)}: {', '.join(highest) or 'no pair has learnt'}.")
    legend_above(figure, 3)
    say_settings(figure, run) if logarithmic else figure.supxlabel(
        "error of the test images, no dropout" + settings(run, run.config["jobs"][0]).partition("augmentation")[2],
        fontsize=8)
    return save(figure, run.folder / "figures" / f"{name}.png",
                f"{label} on the line, the aligned line and the trained curve, a panel a couple of ends: the median of "
                f"the pairs and, shaded, their range ({settings(run, run.config['jobs'][0])}). The highest, medians: "
                f"{' '.join(said)}")


def all_barriers(run: Run) -> Path:
    all_of_them = _couples(run)
    figure, axes = panels(all_of_them, 3, 2.9, width=9.0)
    said = []
    for ax, (job, couple) in zip(axes, all_of_them):
        names, medians = ways(run, job), []
        for k, way in enumerate(names):
            for of, colour, marker, shift in (("surface_loss", COLOURS[0], "o", -0.12),
                                              ("test_loss", COLOURS[1], "s", 0.12)):
                values = barriers(run, job, couple, way, of)
                ax.plot([k + shift] * len(values), values, ls="", color=colour, marker=marker, mfc="none", ms=5,
                        markevery=1, label="training loss" if of == "surface_loss" else "test loss")
                medians += [f"{way} {number(float(np.median(values)))}"] if values and of == "surface_loss" else []
        ax.set_xticks(range(len(names)), [way_title(job, way) for way in names], fontsize=7, rotation=40, ha="right")
        _say_couple(ax, run, job, couple, "", ylabel="barrier (nats)", xlabel="way, statistics on it")
        ax.set_xlim(-0.5, len(names) - 0.5)
        ax.set_ylim(min(0, ax.get_ylim()[0]), 1.1 * max(1e-9, ax.get_ylim()[1]))
        said.append(f"{title(job)}, {couple_name(couple)}: {', '.join(medians)}.")
    legend_above(figure, 2)
    figure.supxlabel("no dropout, no augmentation; on the line batch norms have the statistics named, on the curve "
                     f"{settled(run, run.config['jobs'][0])}", fontsize=8)
    return save(figure, run.folder / "figures" / "barriers.png",
                "Barriers of training and test loss on lines, aligned lines and curves, under each policy, a panel a "
                f"couple of ends, a mark a pair ({settings(run, run.config['jobs'][0])}). Medians of the training "
                f"loss's, in nats: {' '.join(said)}")


def couple_name(couple: str) -> str:
    """"Adam, different starts", "SGD and Adam, same start"."""
    kind, _, who = couple.partition("-")
    names = " and ".join(map(method_title, who.split("+")))
    return f"{names}, {'different starts' if kind == 'starts' else 'same start'}"


def _say_couple(ax, run: Run, job: dict, couple: str, statistics: str, **labels) -> None:
    """statistics: what the title says of them where there is batch norm."""
    ax.set(**labels)
    norm = f"batch norm{statistics}" if job["settings"]["batch_norm"] else "no batch norm"
    ax.set_title(f"{job['task']}, {job['T']}\n{norm}\n{couple_name(couple)}", fontsize=9)
    if not joined(run, job, couple):
        ax.text(0.5, 0.5, "no pair has learnt", transform=ax.transAxes, ha="center")


def _couples(run: Run) -> list[tuple[dict, str]]:
    return [(job, couple) for job in run.config["jobs"] for couple in couples(job)]


def _way(name: str) -> str:
    return {"line": "straight line", "aligned": "line after alignment", "curve": "trained Bezier curve"}[name]
