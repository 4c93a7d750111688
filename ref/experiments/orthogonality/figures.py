"""The figures of the orthogonality experiments.

    convergence                the measure of success against updates, a panel a job, a line a seed
    final                      the best of every seed, a panel a job
    gradients_through_time     the norm of dL_T/dh_t against t, L_T the loss of the last output, a panel a variant
    spectra                    the transition's singular values against updates, a panel a variant

A variant looks the same in all of them.  The margins go from blue (m = 0) to vermilion (m = 1); black is for networks
without a margin, purple for other networks.  Variants of one method share a colour and differ in dash and marker.
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, labelled, legend_above, panels, plain_numbers, save
from ref.experiments.jobs import part_name, prefix, title as job_title
from ref.experiments.orthogonality.report import best_label, median
from ref.experiments.orthogonality.tasks import measure_of
from ref.experiments.orthogonality.variants import TITLES, base, outcomes, part_config, title
from ref.experiments.recording import measured, read_rows
from ref.experiments.run import Run, RunError

BLUE, VERMILION, GREEN, PURPLE, SKY, ORANGE, BLACK = COLOURS
SOLID, DASHED, DASHDOT, DOTTED = DASHES[:4]
LOOKS = {
    "m=0": (BLUE, SOLID, "o"), "geodesic": (BLUE, DASHED, "P"),
    "m=0.001": (SKY, SOLID, "s"), "m=0.01": (GREEN, SOLID, "^"), "m=0.1": (ORANGE, SOLID, "D"),
    "m=1": (VERMILION, SOLID, "v"), "m=1-wrong-side": (VERMILION, DASHED, "o"),
    "none": (BLACK, SOLID, "X"), "none-glorot": (BLACK, DASHED, "s"), "none-identity": (BLACK, DASHDOT, "^"),
    "lstm": (PURPLE, SOLID, "P"), "elman-orthogonal": (PURPLE, DASHED, "o"), "elman-identity": (PURPLE, DASHDOT, "^"),
    "elman-glorot": (PURPLE, DOTTED, "s"),
}
STRENGTHS = tuple(zip((BLACK, BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE), DASHES, MARKERS))
MARK = {"ls": "", "markevery": 1}
GREY = {"color": "grey", "marker": "", "zorder": 1}
EARLY = "training ended early"
SHARES = (0.0, 0.1, 0.3, 1.0)  # of training, at which gradients through time are shown
NEAR = 4  # a margin is drawn where it is at most so many times as far from 1 as the singular values
LEAST = 5e-4  # a spectrum's panel reaches at least so far to both sides of 1: rounding errors are not to fill it


def looks(config: dict) -> dict[str, dict]:
    """variant -> how it is plotted; penalties, such as "soft=0.1" and "prior=0.1", by their strength."""
    names = list(dict.fromkeys(variant for job in drawn_jobs(config) for variant in job["variants"]))
    names = [name for name in TITLES if name in names] + [name for name in names if name not in TITLES]
    strengths = list(dict.fromkeys(name.partition("=")[2] for name in names if base(name) not in LOOKS))
    found = {}
    for name in names:
        strength = name.partition("=")[2]
        colour, dash, marker = LOOKS.get(base(name)) or STRENGTHS[strengths.index(strength) % len(STRENGTHS)]
        found[name] = {"color": colour, "ls": dash, "marker": marker, "ms": 4}
    return found


def drawn_jobs(config: dict) -> list[dict]:
    """All but grids of rates, which have a figure of their own."""
    return [job for job in config["jobs"] if "grid" not in job]


def convergence(run: Run) -> Path:
    config, look, said = run.config, looks(run.config), []
    figure, axes = panels(drawn_jobs(config), 2, 2.8, sharey=_alike(config))
    for ax, job in zip(axes, drawn_jobs(config)):
        shared = part_config(config, job)
        measure = measure_of(shared)
        for k, (variant, results) in enumerate(outcomes(run.parts, job).items()):
            for seed, result in enumerate(results):
                rows = evaluated(run, job, variant, seed)
                at, value = np.array([(row["step"], row[measure.name]) for row in rows], float).T
                apart = -(-len(rows) // 7)  # of markers; those of two variants seldom meet
                own = {"lw": 0.5, "marker": "", "alpha": 0.6} if seed else {"lw": 1.5, "markevery": (k % apart, apart)}
                ax.plot(at, value, **{**look[variant], **own}, label="_" if seed else title(variant))
                if result["stopped"] != "steps":
                    end = np.flatnonzero(np.isfinite(value))[-1:]
                    ax.plot(at[end], value[end], "x", **MARK, ms=8, mew=2, color="black", zorder=5, label=EARLY)
        ax.axhline(measure.level, **GREY, ls=":", label=measure.level_name)
        _label(ax, job_title(job), "updates", measure.label)
        _all_of_training(ax, shared)
        if measure.name == "error":
            ax.set_yscale("log")
            ax.set_ylim(measure.level / 500, 6 * measure.level)  # an error that explodes leaves the picture
            plain_numbers(ax.yaxis)
        said.append(_said(run, job))
    _legend(figure, [*map(title, look)])
    return save(figure, run.folder / "figures" / "convergence.png",
                "The measure of success on held-out cases against updates, a panel a job, a line a seed, the first "
                f"seed's thicker. Medians of the seeds: {' '.join(said)}")


def final(run: Run) -> Path:
    config, look = run.config, looks(run.config)
    most = max(len(job["variants"]) for job in drawn_jobs(config))
    figure, axes = panels(drawn_jobs(config), 2, 0.8 + 0.2 * most, sharex=_alike(config))
    for ax, job in zip(axes, drawn_jobs(config)):
        measure, kinds = measure_of(part_config(config, job)), {"|": "median of the seeds"}
        for at, (variant, results) in enumerate(outcomes(run.parts, job).items()):
            colour = look[variant]["color"]
            for result in results:
                kind = "o" if result["stopped"] == "steps" else "x"
                kinds[kind] = EARLY if kind == "x" else "a seed"
                ax.plot(result["best"], at, kind, **MARK, ms=5, mew=1.5, color=colour, mfc="none")
            ax.plot(median(run.parts, job, variant, "best"), at, "|", **MARK, ms=12, mew=2, color=colour)
        for kind, label in kinds.items():
            ax.plot([], [], kind, **MARK, mew=1.5, color="black", mfc="none", label=label)
        ax.axvline(measure.level, **GREY, ls=":", label=measure.level_name)
        _label(ax, job_title(job), best_label(part_config(config, job)), "variant")
        ax.set_yticks(range(len(job["variants"])), [title(variant) for variant in job["variants"]])
        ax.set_ylim(len(job["variants"]) - 0.5, -0.5)
        if measure.name == "error":
            ax.set_xscale("log")
            plain_numbers(ax.xaxis)
    _legend(figure, ["a seed", "median of the seeds", EARLY], columns=5)
    return save(figure, run.folder / "figures" / "final.png",
                "The measure of success at the best evaluation, a panel a job, a row a variant, a dot a seed. "
                f"Medians of the seeds: {' '.join(_said(run, job) for job in drawn_jobs(config))}")


def gradients_through_time(run: Run, job: dict, variants) -> Path:
    """Of the first seed, at some updates from the start to the end; networks without the probe are left out."""
    found, shared = _probed(run, job, variants, "through_time"), part_config(run.config, job)
    every, last = shared["evaluate_every"], shared["updates"]
    updates = list(dict.fromkeys([every * round(share * last / every) for share in SHARES] + [last]))
    figure, axes = panels(found, 4, 2.0, sharey=True)
    said = []
    for ax, (variant, rows) in zip(axes, found.items()):
        norms = {row["step"]: np.array(row["through_time"], float) for row in rows}  # None becomes NaN
        for update, colour, dash, marker in zip(updates, COLOURS, DASHES, MARKERS):
            if update in norms:
                ax.semilogy(rows[0]["steps_shown"], norms[update], color=colour, ls=dash, lw=1.5, marker=marker, ms=4,
                            markevery=-(-len(norms[update]) // 8), label=f"update {update}")
        ends = dict.fromkeys((min(norms), max(norms)))
        numbers = ", ".join(f"{norms[k][0]:.2g} and {norms[k][-1]:.2g} at update {k}" for k in ends)
        said.append(f"{title(variant)}: {numbers}{_early(run, job, variant)}")
        _label(ax, title(variant) + _early(run, job, variant, "\n"), "step t", "norm of $dL_T/dh_t$")
    _legend(figure, [f"update {update}" for update in updates], job_title(job), columns=5)
    return save(figure, run.folder / "figures" / f"gradients_through_time-{prefix(job)}.png",
                f"{job_title(job)}: the norm of the gradient of the last output's loss with respect to the hidden "
                "state of step t, root mean square over cases, against t, a panel a variant, one logarithmic axis for "
                f"all, first seed. At the first and the last step: {'; '.join(said)}.")


def spectra(run: Run, job: dict, variants) -> Path:
    """Of the first seed.  A margin's limits are drawn where the singular values come near them."""
    found, said = _probed(run, job, variants, "s_mean"), []
    figure, axes = panels(found, 4, 2.0, width=9)
    for ax, (variant, rows) in zip(axes, found.items()):
        names = ("step", "s_mean", "s_min", "s_10", "s_90", "s_max")
        numbers = [[row.get(name, np.nan) for name in names] for row in rows]  # older runs have no quantiles: no band
        at, mean, least, low, high, most = np.array(numbers, float).T
        band = ax.fill_between(at, low, high, color=SKY, alpha=0.5, lw=0)
        band.set_label("four fifths of them")
        marker = "" if len(at) > 1 else "."  # a single evaluation has no line
        for values, colour, dash, name in ((mean, BLUE, SOLID, "mean"), (most, VERMILION, DASHED, "largest"),
                                           (least, BLACK, DASHED, "smallest")):
            ax.plot(at, values, color=colour, ls=dash, marker=marker, markevery=1, label=name)
        margin, reach = part_config(run.config, job, variant)["margin"], np.nanmax(np.abs([least - 1, most - 1]))
        if margin is not None and margin <= NEAR * reach:
            for side in (1 - margin, 1 + margin):
                ax.axhline(side, **GREY, ls=SOLID, lw=0.8, label="margin 1 ± m, where in view")
        bottom, top = ax.get_ylim()
        ax.set_ylim(min(bottom, 1 - LEAST), max(top, 1 + LEAST))
        ax.ticklabel_format(axis="y", useOffset=False)
        _label(ax, title(variant) + _early(run, job, variant, "\n"), "updates", "singular values")
        _all_of_training(ax, part_config(run.config, job))
        numbers = f"{least[-1]:.6g} to {most[-1]:.6g}, mean {mean[-1]:.6g}"
        said.append(f"{title(variant)}: {numbers}{_early(run, job, variant)}")
    _legend(figure, ["mean", "four fifths of them", "largest", "smallest"],
            f"{job_title(job)}; each panel has a vertical scale of its own", columns=5)
    return save(figure, run.folder / "figures" / f"spectra-{prefix(job)}.png",
                f"{job_title(job)}: mean, smallest and largest of the transition's singular values and a band that "
                "holds four fifths of them, against updates, a panel a variant, each with a vertical scale of its own, "
                f"first seed. At the last evaluation: {'; '.join(said)}.")


def evaluated(run: Run, job: dict, variant: str, seed: int) -> list[dict]:
    """The rows of a part in which its network was evaluated."""
    return measured(read_rows(run.folder / part_name(job, variant, seed)), "test_loss")


def _probed(run: Run, job: dict, variants, probe: str) -> dict[str, list[dict]]:
    """variant -> evaluated rows of its first seed, of those variants that the job has and that have the probe."""
    rows = {variant: evaluated(run, job, variant, 0) for variant in variants if variant in job["variants"]}
    found = {variant: measured(these, probe) for variant, these in rows.items()}
    found = {variant: these for variant, these in found.items() if these}
    if not found:
        raise RunError(f"of {', '.join(variants)} none is a variant of {prefix(job)} with {probe!r} in its rows")
    return found


def _alike(config: dict) -> bool:
    """Whether all jobs measure the same, so that their panels can share an axis."""
    return len({measure_of(part_config(config, job)) for job in config["jobs"]}) == 1


def _label(ax, about: str, x: str, y: str) -> None:
    """Titles and labels; the vertical axis only where no axes to the left shares it."""
    ax.set_title(about, fontsize=10)
    ax.set_xlabel(x, fontsize=9)
    if ax.get_subplotspec().is_first_col() or len(ax.get_shared_y_axes().get_siblings(ax)) == 1:
        ax.set_ylabel(y, fontsize=9)
    ax.tick_params(labelsize=8, labelbottom=True)


def _all_of_training(ax, shared: dict) -> None:
    """The same updates on every panel, however early training ended."""
    ax.set_xlim(-0.03 * shared["updates"], 1.03 * shared["updates"])


def _legend(figure, first: list[str], about: str | None = None, columns: int = 4) -> None:
    """One legend for all panels, row after row: the labels `first`, in their order, then the others.

    What looks alike is one entry.
    """
    from matplotlib.lines import Line2D

    handles, entries = labelled(figure), {}
    for label in sorted(handles, key=lambda label: first.index(label) if label in first else len(first)):
        handle = handles[label]
        line = isinstance(handle, Line2D)
        look = (handle.get_color(), handle.get_linestyle(), handle.get_marker()) if line else label
        entries.setdefault(look, []).append(label)
    names = [(" or ".join(alike), handles[alike[0]]) for alike in entries.values()]
    in_columns = [entry for column in range(columns) for entry in names[column::columns]]  # as matplotlib fills them
    legend_above(figure, columns, dict(in_columns), title=about, title_fontsize=9, columnspacing=1.2, handlelength=3)


def _early(run: Run, job: dict, variant: str, before: str = ", ") -> str:
    result = run.parts[part_name(job, variant, 0)]
    return "" if result["stopped"] == "steps" else f"{before}ended at update {result['updates']}"


def _said(run: Run, job: dict) -> str:
    """The job's numbers, for those who do not see them: medians of the seeds, and which of these ended early."""
    measure, said, early = measure_of(part_config(run.config, job)), [], []
    for variant, results in outcomes(run.parts, job).items():
        goal = median(run.parts, job, variant, "reached")
        said.append(f"{title(variant)}: {median(run.parts, job, variant, 'best'):.3g}"
                    + (f" ({measure.goal:.3g} after {goal:g} updates)" if np.isfinite(goal) else ""))
        early += [f"{title(variant)}, seed {seed}, after {result['updates']} updates ({result['stopped']})"
                  for seed, result in enumerate(results) if result["stopped"] != "steps"]
    label = best_label(part_config(run.config, job))
    return (f"{job_title(job)}, {label} ({measure.level_name}: {measure.level:.3g}): {'; '.join(said)}."
            + (f" Ended early, marked by a cross: {'; '.join(early)}." if early else ""))
