"""The figure of a grid of rates: updates to the goal against the rate, a panel a Cayley rate, a line a variant."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import legend_above, panels, plain_numbers, save
from ref.experiments.jobs import title as job_title
from ref.experiments.orthogonality.figures import LOOKS
from ref.experiments.orthogonality.rates import reached, rows_of
from ref.experiments.orthogonality.variants import title
from ref.experiments.run import Run


def rates_figure(run: Run, job: dict) -> Path:
    """What did not reach the goal stands at the upper edge, with a cross."""
    grid, most, said = job["grid"], job["settings"]["updates"], []
    edge, rates = 1.6 * most, grid["rates"]
    of = [(side, cayley) for side in ("left", "wrong") for cayley in grid["cayley"]
          if any(row[0] == side and row[2] == cayley for row in rows_of(grid))]
    figure, axes = panels(of, 4, 2.6, width=9.0, sharey=True)
    for ax, (side, cayley) in zip(axes, of):
        name = f"bases at {cayley:g}" + (", wrong side" if side == "wrong" else "")
        for variant in next(row[3] for row in rows_of(grid) if (row[0], row[2]) == (side, cayley)):
            colour, dash, marker = LOOKS[variant]
            updates = np.array([reached(run.parts, job, variant, side, rate, cayley) for rate in rates])
            drawn = np.where(np.isfinite(updates), updates, edge)
            look = {"color": colour, "ls": dash, "marker": marker, "ms": 4, "markevery": 1, "lw": 1.5}
            ax.loglog(rates, drawn, **look, label=title(variant))
            missed = np.isinf(updates)
            if missed.any():
                ax.plot(np.array(rates)[missed], drawn[missed], "x", ms=8, mew=2, markevery=1, color="black",
                        zorder=5, label="not reached")
            said.append(f"{name}, {title(variant)}: " + ", ".join(
                f"{at:g}" if np.isfinite(at) else "not reached" for at in updates))
        ax.axhline(most, color="grey", ls=":", lw=1, marker="", label=f"{most} updates, the most")
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("rate", fontsize=9)
        if ax is axes[0]:
            ax.set_ylabel("updates to 99 % recalled", fontsize=9)
        plain_numbers(ax.yaxis)
        ax.tick_params(labelsize=8)
    legend_above(figure, 4)
    at = ", ".join(f"{rate:g}" for rate in rates)
    return save(figure, run.folder / "figures" / "rates.png",
                f"{job_title(job)}: updates until 99 % of the symbols are recalled, against the rate of RMSprop, both "
                "axes logarithmic, a panel for each rate of the bases, a line a variant. "
                f"At the rates {at}: {'; '.join(said)}.")
