"""The figures of surfaces-switching: norm, and barrier, against the epoch of the switch, a panel a job."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import legend_above, panels, save
from ref.experiments.loss_surfaces.lines.numbers import barriers, from_start
from ref.experiments.loss_surfaces.optimizers.figures import LOOKS, panel_title, say_settings, settings
from ref.experiments.loss_surfaces.study import title
from ref.experiments.loss_surfaces.switching.naming import arrow, name_of, with_switches
from ref.experiments.run import Run


def norms(run: Run) -> Path:
    """|theta| at the end against the epoch of the switch: at 0 the second optimiser alone, at the last the first."""
    return _against_epochs(run, "norms", "|theta| at the end, all parameters",
                           lambda job, first, second, which: from_start(run, job, which)["norm"])


def heights(run: Run) -> Path:
    """The barrier between the end and that of the first optimiser alone, against the epoch of the switch."""
    return _against_epochs(run, "barriers", "barrier to the first one's end (nats)",
                           lambda job, first, second, which: [0.0] * job["seeds"] if which == first
                           else barriers(run, with_switches(job), *_in_order(job, first, which)))


def _in_order(job: dict, a: str, b: str) -> list[str]:
    """As the pair's line is named."""
    return sorted((a, b), key=with_switches(job)["methods"].index)


def _against_epochs(run: Run, name: str, label: str, values_of) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 2.8)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        last = job["settings"].get("epochs", run.config["epochs"])
        for (first, second), look in zip(job["switches"], LOOKS.values()):
            at = [0, *job["at"], last]
            which = [second, *(name_of(first, second, epoch) for epoch in job["at"]), first]
            values = np.array([values_of(job, first, second, one) for one in which], float)  # (switches, seeds)
            for seed in range(job["seeds"]):
                own = {"lw": 0.6, "alpha": 0.7, "label": "_"} if seed else {"lw": 1.6, "label": arrow(first, second)}
                ax.plot(at, values[:, seed], **{**look, **own})
            said.append(f"{title(job)}, {arrow(first, second)}: " + ", ".join(
                f"{np.median(of_epoch):.3g} (epoch {epoch})" for epoch, of_epoch in zip(at, values)) + ".")
        ax.set(title=panel_title(run, job), ylabel=label, xlabel="epoch of the switch; 0: the second alone")
        if name == "norms" and ax.dataLim.y1 > 20 * ax.dataLim.y0:  # where one has diverged
            ax.set_yscale("log")
    legend_above(figure, 4)
    say_settings(figure, run)
    return save(figure, run.folder / "figures" / f"{name}.png",
                f"{label} against the epoch of the switch, a panel a job, a line a seed, the first seed's thicker "
                f"({settings(run, run.config['jobs'][0])}). Medians: {' '.join(said)}")
