"""The figures of the orthogonality experiments.

    convergence                the measure of success against updates, a panel a job, a line a seed
    final                      the best of every seed, a panel a job
    gradients_through_time     the norm of dL_T/dh_t against t, L_T the loss of the last output, a panel a variant
    spectra                    the transition's singular values against updates, a panel a variant

A variant looks alike in all of them.  Colours: the margins from blue (m = 0) to vermilion (m = 1), black without a
margin, purple other networks; a variant of a variant has its colour, and another dash and marker.
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, new_figure, plain_numbers, save
from ref.experiments.orthogonality.report import job_title, median, title
from ref.experiments.orthogonality.sweep import TITLES, outcomes, part_config, part_name, prefix
from ref.experiments.orthogonality.tasks import baseline, measure_of
from ref.experiments.recording import read_rows
from ref.experiments.run import RunError

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
    names = list(dict.fromkeys(variant for job in config["jobs"] for variant in job["variants"]))
    names = [name for name in TITLES if name in names] + [name for name in names if name not in TITLES]
    strengths = list(dict.fromkeys(name.partition("=")[2] for name in names if name not in LOOKS))
    found = {}
    for name in names:
        colour, dash, marker = LOOKS.get(name) or STRENGTHS[strengths.index(name.partition("=")[2]) % len(STRENGTHS)]
        found[name] = {"color": colour, "ls": dash, "marker": marker, "ms": 4}
    return found


def convergence(folder: Path, config: dict, parts: dict) -> Path:
    look, said = looks(config), []
    figure, panels = _panels(config["jobs"], 2, 2.8, sharey=_alike(config))
    for ax, job in zip(panels, config["jobs"]):
        shared = part_config(config, job)
        measure, (level, name) = measure_of(shared), baseline(shared)
        for k, (variant, results) in enumerate(outcomes(parts, job).items()):
            for seed, result in enumerate(results):
                rows = evaluated(folder, job, variant, seed)
                at, value = np.array([(row["step"], row[measure.name]) for row in rows], float).T
                apart = -(-len(rows) // 7)  # of markers; those of two variants seldom meet
                own = {"lw": 0.5, "marker": "", "alpha": 0.6} if seed else {"lw": 1.5, "markevery": (k % apart, apart)}
                ax.plot(at, value, **{**look[variant], **own}, label="_" if seed else title(variant))
                if result["stopped"] != "steps":
                    end = np.flatnonzero(np.isfinite(value))[-1:]
                    ax.plot(at[end], value[end], "x", **MARK, ms=8, mew=2, color="black", zorder=5, label=EARLY)
        ax.axhline(level, **GREY, ls=":", label=name)
        _label(ax, job_title(job), "updates", measure.label)
        _all_of_training(ax, shared)
        if measure.name == "error":
            ax.set_yscale("log")
            ax.set_ylim(level / 500, 6 * level)  # an error that explodes leaves the picture
            plain_numbers(ax.yaxis)
        said.append(_said(config, parts, job))
    _legend(figure, [*map(title, look)])
    return save(figure, folder / "figures" / "convergence.png",
                "The measure of success on held-out cases against updates, a panel a job, a line a seed, the first "
                f"seed's thicker. Best values, median of the seeds: {' '.join(said)}")


def final(folder: Path, config: dict, parts: dict) -> Path:
    look, most = looks(config), max(len(job["variants"]) for job in config["jobs"])
    figure, panels = _panels(config["jobs"], 2, 0.8 + 0.2 * most, sharex=_alike(config))
    for ax, job in zip(panels, config["jobs"]):
        shared = part_config(config, job)
        measure, (level, name) = measure_of(shared), baseline(shared)
        kinds = {"|": "median of the seeds"}
        for at, (variant, results) in enumerate(outcomes(parts, job).items()):
            colour = look[variant]["color"]
            for result in results:
                kind = "o" if result["stopped"] == "steps" else "x"
                kinds[kind] = EARLY if kind == "x" else "a seed"
                ax.plot(result["best"], at, kind, **MARK, ms=5, mew=1.5, color=colour, mfc="none")
            ax.plot(median(parts, job, variant, "best"), at, "|", **MARK, ms=12, mew=2, color=colour)
        for kind, label in kinds.items():
            ax.plot([], [], kind, **MARK, mew=1.5, color="black", mfc="none", label=label)
        ax.axvline(level, **GREY, ls=":", label=name)
        _label(ax, job_title(job), f"best {measure.label}", "variant")
        ax.set_yticks(range(len(job["variants"])), [title(variant) for variant in job["variants"]])
        ax.set_ylim(len(job["variants"]) - 0.5, -0.5)
        if measure.name == "error":
            ax.set_xscale("log")
            plain_numbers(ax.xaxis)
    _legend(figure, ["a seed", "median of the seeds", EARLY])
    return save(figure, folder / "figures" / "final.png",
                "The best value of the measure on held-out cases, a panel a job, a row a variant, a dot a seed. "
                f"Medians of the seeds: {' '.join(_said(config, parts, job) for job in config['jobs'])}")


def gradients_through_time(folder: Path, config: dict, parts: dict, job: dict, variants) -> Path:
    """Of the first seed, at some updates from the start to the end; networks without the probe are left out."""
    found, shared = _probed(folder, job, variants, "through_time"), part_config(config, job)
    every, last = shared["evaluate_every"], shared["updates"]
    updates = list(dict.fromkeys([every * round(share * last / every) for share in SHARES] + [last]))
    figure, panels = _panels(found, 4, 2.0, sharey=True)
    said = []
    for ax, (variant, rows) in zip(panels, found.items()):
        norms = {row["step"]: np.array(row["through_time"], float) for row in rows}  # None becomes NaN
        for update, colour, dash, marker in zip(updates, COLOURS, DASHES, MARKERS):
            if update in norms:
                ax.semilogy(rows[0]["steps_shown"], norms[update], color=colour, ls=dash, lw=1.5, marker=marker, ms=4,
                            markevery=-(-len(norms[update]) // 8), label=f"update {update}")
        ends = dict.fromkeys((min(norms), max(norms)))
        numbers = ", ".join(f"{norms[k][0]:.2g} and {norms[k][-1]:.2g} at update {k}" for k in ends)
        said.append(f"{title(variant)}: {numbers}{_early(parts, job, variant)}")
        _label(ax, title(variant) + _early(parts, job, variant, "\n"), "step t", "norm of $dL_T/dh_t$")
    _legend(figure, [f"update {update}" for update in updates], job_title(job))
    return save(figure, folder / "figures" / f"gradients_through_time-{prefix(job)}.png",
                f"{job_title(job)}: the norm of the gradient of the last output's loss with respect to the hidden "
                "state of step t, root mean square over cases, against t, a panel a variant, one logarithmic axis for "
                f"all, first seed. At the first and the last step: {'; '.join(said)}.")


def spectra(folder: Path, config: dict, parts: dict, job: dict, variants) -> Path:
    """Of the first seed.  A margin's limits are drawn where the singular values come near them."""
    found, said = _probed(folder, job, variants, "s_mean"), []
    figure, panels = _panels(found, 4, 2.0, width=9)
    for ax, (variant, rows) in zip(panels, found.items()):
        names = ("step", "s_mean", "s_spread", "s_min", "s_max")
        at, mean, spread, least, most = np.array([[row[name] for name in names] for row in rows], float).T
        band = ax.fill_between(at, mean - spread, mean + spread, color=SKY, alpha=0.5, lw=0)
        band.set_label("mean ± standard deviation")
        marker = "" if len(at) > 1 else "."  # a single evaluation has no line
        for values, colour, dash, name in ((mean, BLUE, SOLID, "mean"), (most, VERMILION, DASHED, "largest"),
                                           (least, BLACK, DASHED, "smallest")):
            ax.plot(at, values, color=colour, ls=dash, marker=marker, markevery=1, label=name)
        margin, reach = part_config(config, job, variant)["margin"], np.nanmax(np.abs([least - 1, most - 1]))
        if margin is not None and margin <= NEAR * reach:
            for side in (1 - margin, 1 + margin):
                ax.axhline(side, **GREY, ls=SOLID, lw=0.8, label="margin 1 ± m, where in view")
        low, high = ax.get_ylim()
        ax.set_ylim(min(low, 1 - LEAST), max(high, 1 + LEAST))
        ax.ticklabel_format(axis="y", useOffset=False)
        _label(ax, title(variant) + _early(parts, job, variant, "\n"), "updates", "singular values")
        _all_of_training(ax, part_config(config, job))
        numbers = f"{least[-1]:.6g} to {most[-1]:.6g}, mean {mean[-1]:.6g}"
        said.append(f"{title(variant)}: {numbers}{_early(parts, job, variant)}")
    _legend(figure, ["mean", "mean ± standard deviation", "largest", "smallest"],
            f"{job_title(job)}; each panel has a vertical scale of its own")
    return save(figure, folder / "figures" / f"spectra-{prefix(job)}.png",
                f"{job_title(job)}: mean, standard deviation, smallest and largest of the transition's singular values "
                "against updates, a panel a variant, each with a vertical scale of its own, first seed. At the last "
                f"evaluation: {'; '.join(said)}.")


def evaluated(folder: Path, job: dict, variant: str, seed: int) -> list[dict]:
    """The rows of a part in which its network was evaluated."""
    return [row for row in read_rows(folder / part_name(job, variant, seed)) if "test_loss" in row]


def _probed(folder: Path, job: dict, variants, probe: str) -> dict[str, list[dict]]:
    """variant -> evaluated rows of its first seed, of those variants that the job has and that have the probe."""
    rows = {variant: evaluated(folder, job, variant, 0) for variant in variants if variant in job["variants"]}
    found = {variant: [row for row in these if probe in row] for variant, these in rows.items()}
    found = {variant: these for variant, these in found.items() if these}
    if not found:
        raise RunError(f"of {', '.join(variants)} none is a variant of {prefix(job)} with {probe!r} in its rows")
    return found


def _alike(config: dict) -> bool:
    """Whether all jobs measure the same, so that their panels can share an axis."""
    shared = [part_config(config, job) for job in config["jobs"]]
    return len({(measure_of(job), baseline(job)) for job in shared}) == 1


def _panels(what, most: int, height: float, width: float = 8.0, **subplots):
    """A figure with an axes for each, at most so many in a row.  In inches: a panel's height, the figure's width."""
    rows = -(-len(what) // most)
    columns = -(-len(what) // rows)
    figure, axes = new_figure(rows, columns, width=width, height=height * rows + 0.8, squeeze=False, **subplots)
    for ax in axes.flat[len(what):]:
        ax.axis("off")
    return figure, list(axes.flat[: len(what)])


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


def _legend(figure, first: list[str], about: str | None = None) -> None:
    """One legend for all panels, row after row: the labels `first`, in their order, then the others.  What looks alike
    is one entry.
    """
    handles = {label: handle for ax in figure.axes for handle, label in zip(*ax.get_legend_handles_labels())}
    entries = {}
    for label in sorted(handles, key=lambda label: first.index(label) if label in first else len(first)):
        handle = handles[label]
        line = hasattr(handle, "get_marker")
        look = (handle.get_color(), handle.get_linestyle(), handle.get_marker()) if line else label
        entries.setdefault(look, []).append(label)
    labels = [" or ".join(alike) for alike in entries.values()]
    handles = [handles[alike[0]] for alike in entries.values()]
    widths = {n: sum(43 + 4.3 * max(map(len, labels[k::n])) for k in range(n)) for n in range(1, len(labels) + 1)}
    columns = max(n for n, points in widths.items() if n == 1 or points <= 72 * figure.get_figwidth())
    order = [k for column in range(columns) for k in range(column, len(labels), columns)]  # matplotlib fills columns
    figure.legend([handles[k] for k in order], [labels[k] for k in order], loc="outside upper center", ncols=columns,
                  fontsize=8, title=about, title_fontsize=9, columnspacing=1.2, handlelength=3)


def _early(parts: dict, job: dict, variant: str, before: str = ", ") -> str:
    result = parts[part_name(job, variant, 0)]
    return "" if result["stopped"] == "steps" else f"{before}ended at update {result['updates']}"


def _said(config: dict, parts: dict, job: dict) -> str:
    """The job's numbers, for those who do not see them: medians of the seeds, and which of these ended early."""
    measure, (level, name) = measure_of(part_config(config, job)), baseline(part_config(config, job))
    said, early = [], []
    for variant, results in outcomes(parts, job).items():
        goal = median(parts, job, variant, "reached")
        said.append(f"{title(variant)}: {median(parts, job, variant, 'best'):.3g}"
                    + (f" ({measure.goal:.3g} after {goal:g} updates)" if np.isfinite(goal) else ""))
        early += [f"{title(variant)}, seed {seed}, after {result['updates']} updates ({result['stopped']})"
                  for seed, result in enumerate(results) if result["stopped"] != "steps"]
    return (f"{job_title(job)}, {measure.label} ({name}: {level:.3g}): {'; '.join(said)}."
            + (f" Ended early, marked by a cross: {'; '.join(early)}." if early else ""))
