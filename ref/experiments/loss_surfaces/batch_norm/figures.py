"""The figures of surfaces-batchnorm, of each network; a panel or column a policy, and one without batch norm.

    starts-..., optimisers-..., seeds-...    training loss on the lines from start to end, between the ends of two
                                             optimisers, and between one optimiser's ends from two starts
    numbers-...                              barriers, plateau, largest rise, and how far two seeds' lines are apart
    scaled-...                               the lines from start to end, with the weights before batch norms scaled
    sheet-...                                a triangle and a patch (ref.experiments.loss_surfaces.sheets.relief)
"""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, legend_above, panels, plain_numbers, save
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import barriers, ends_of, highest, plateaus, rises, seeds_apart
from ref.experiments.loss_surfaces.lines.looking import START, frozen_corner
from ref.experiments.loss_surfaces.lines.numbers import line_of, looks, pairs
from ref.experiments.loss_surfaces.optimizers.figures import LEAST, LOOKS, median, of_seed
from ref.experiments.loss_surfaces.sheets import relief
from ref.experiments.loss_surfaces.sheets.relief import GUESS, corner_title
from ref.experiments.loss_surfaces.study import part_config
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

Array = np.ndarray
HIGHEST = 10  # times the loss of a guess, above which the axes do not go
LINE = 140  # letters below a figure
Lines = dict[tuple[str, ...], list[tuple[Array, Array]]]  # method, or two -> (alphas, losses) of each line


def draw(run: Run) -> list[Path]:
    found = []
    for ways, without in pairs_of(run.config):
        jobs = [*ways, without]
        found += [along(run, jobs, "starts", "0 the start, 1 the end", "the end", _from_start),
                  along(run, jobs, "optimisers", "0 the end named first, 1 the other", "the one named first", _of_two)]
        if without["seeds"] > 1:
            found.append(along(run, jobs, "seeds", "0 the first seed's end, 1 another's", "the first", _of_seeds))
        found += [numbers(run, jobs), scaled(run, ways), *sheets(run, jobs)]
    return found


def way_title(job: dict) -> str:
    """"frozen", "no batch norm"."""
    return job["settings"]["policy"] if job["settings"]["batch_norm"] else "no batch norm"


def settings(run: Run, job: dict, frozen: str) -> str:
    """frozen: whose statistics are frozen."""
    return (f"{job['task']}, {job['T']}: loss of {part_config(run.config, job, '')['n_surface']} training images, no "
            f"dropout, no augmentation; batch-norm statistics as named, frozen: of {frozen}")


def look_of(job: dict, who: tuple[str, ...]) -> dict:
    """A method's own look; one of the others for two methods."""
    if len(who) == 1:
        return LOOKS[who[0]]
    others = [k for k, method in enumerate(LOOKS) if method not in job["methods"]] or range(len(COLOURS))
    k = others[pairs(job).index(who) % len(others)]
    return {"color": COLOURS[k], "ls": DASHES[k], "marker": MARKERS[k], "ms": 4}


def who_title(who: tuple[str, ...]) -> str:
    return " and ".join(map(method_title, who))


def _from_start(run: Run, job: dict) -> Lines:
    return {(method,): [line_of(look, START, method) for look in looks(run, job)] for method in job["methods"]}


def _of_two(run: Run, job: dict) -> Lines:
    return {pair: [line_of(look, *pair) for look in looks(run, job)] for pair in pairs(job)}


def _of_seeds(run: Run, job: dict) -> Lines:
    seen = {method: run.parts[part_name(job, "seeds", method)] for method in job["methods"]}
    return {(method,): [(np.array(look["alphas"]), np.array(line["surface_loss"], float))
                        for line in look["lines"].values()] for method, look in seen.items()}


def along(run: Run, jobs: list[dict], name: str, alpha: str, frozen: str, lines_of: Callable[[Run, dict], Lines]
          ) -> Path:
    figure, axes = panels(jobs, 3, 2.6, width=9.0, sharey=True)
    said = []
    for ax, job in zip(axes, jobs):
        for k, (who, lines) in enumerate(lines_of(run, job).items()):
            for seed, (alphas, losses) in enumerate(lines):
                ax.plot(alphas, np.maximum(losses, LEAST),
                        **of_seed(look_of(job, who), who_title(who), seed, k, len(alphas)))
            said.append(f"{way_title(job)}, {who_title(who)}: {median([losses.max() for _, losses in lines])}.")
        _label(ax, job)
    said_of = settings(run, jobs[0], frozen)
    _finish(figure, axes, f"alpha: {alpha}", said_of)
    return save(figure, run.folder / "figures" / f"{name}-{jobs[0]['T']}.png",
                f"Training loss on lines, a panel a policy and one without batch norm, a line a seed, the first one's "
                f"thicker (alpha: {alpha}; {said_of}). The highest on the line, medians in nats: {' '.join(said)}")


def _label(ax, job: dict) -> None:
    ax.set(title=way_title(job), yscale="log", xlabel="alpha", ylabel="training loss (nats)")
    plain_numbers(ax.yaxis)


def _finish(figure, axes, alpha: str, said: str) -> None:
    axes[0].set_ylim(None, min(axes[0].get_ylim()[1], HIGHEST * GUESS))
    legend_above(figure, 3)
    figure.supxlabel(f"{alpha}; losses below {LEAST:g} are drawn there\n{fill(said, LINE)}", fontsize=8)


def numbers(run: Run, jobs: list[dict]) -> Path:
    """A panel a number, a mark a line or pair of lines."""
    lines, ends = [(method,) for method in jobs[0]["methods"]], ends_of(jobs[0])
    of_two = [who for who in ends if len(who) == 2]

    def of_method(of) -> dict:
        return {who: [of(run, job, *who) for job in jobs] for who in lines}

    def of_ends(of, which: list) -> dict:
        return {who: [of(run, job, who) for job in jobs] for who in which}

    shown = {
        ("above the higher end: optimisers", "nats"): of_ends(barriers, of_two),
        ("above the higher end: two seeds", "nats"): of_ends(barriers, [who for who in ends if who not in of_two]),
        ("highest: optimisers", "nats"): of_ends(highest, of_two),
        ("plateau from the start", "share of the line"): of_method(plateaus),
        ("largest rise from start to end", "nats"): of_method(rises),
        ("seeds apart: lines of two", "share of the start's loss"): of_method(seeds_apart),
    }
    shown = {panel: values for panel, values in shown.items() if values}
    figure, axes = panels(list(shown), 3, 2.9, width=9.0)
    said = []
    for ax, ((what, unit), values) in zip(axes, shown.items()):
        for k, (who, of_jobs) in enumerate(values.items()):
            for x, of_job in enumerate(of_jobs):
                at = x + 0.22 * (k - (len(values) - 1) / 2)
                ax.plot([at] * len(of_job), of_job, **{**look_of(jobs[0], who), "ls": ""}, mfc="none", markevery=1,
                        label=who_title(who))
        ax.set_xticks(range(len(jobs)), [way_title(job) for job in jobs], fontsize=8, rotation=40, ha="right")
        ax.set(ylabel=f"{unit}, training loss" if unit == "nats" else unit, xlabel="statistics")
        ax.set_title(what, fontsize=9)
        if what.startswith("highest"):
            ax.set_yscale("log")
            plain_numbers(ax.yaxis)
        medians = ((job, [value for of_jobs in values.values() for value in of_jobs[x]]) for x, job in enumerate(jobs))
        said.append(f"{what}: " + ", ".join(f"{way_title(job)} {median(of_job)}" for job, of_job in medians if of_job)
                    + ".")
    legend_above(figure, 6)
    said_of = settings(run, jobs[0], "the end, or the first end (which raises the other)")
    figure.supxlabel(fill(said_of, LINE), fontsize=8)
    return save(figure, run.folder / "figures" / f"numbers-{jobs[0]['T']}.png",
                f"Numbers of lines by policy and without batch norm, a mark a line or, where two seeds are compared, a "
                f"pair of lines; trainings that have not learnt are left out ({said_of}). Medians: {' '.join(said)}")


def scaled(run: Run, ways: list[dict]) -> Path:
    """The lines of the last of the methods, the first seed's."""
    method, scales = ways[0]["methods"][-1], run.config["scales"]
    figure, axes = panels(ways, 3, 2.6, width=9.0, sharey=True)
    said = []
    for ax, way in zip(axes, ways):
        alphas, losses = line_of(looks(run, way)[0], START, method)
        lines = run.parts[part_name(way, "scaled", 0)][method]
        of_scale = {1.0: losses, **{s: np.array(line["surface_loss"], float) for s, line in zip(scales, lines)}}
        for k, (s, values) in enumerate(of_scale.items()):
            ax.plot(alphas, np.maximum(values, LEAST), color=COLOURS[k], ls=DASHES[k], marker=MARKERS[k], ms=4,
                    markevery=(k, len(of_scale)), label=f"weights before batch norms times {s:g}")
        said.append(f"{way_title(way)} {max(np.abs(values - losses).max() for values in of_scale.values()):.2g}.")
        _label(ax, way)
    said_of = settings(run, ways[0], "the end as it was")
    _finish(figure, axes, f"alpha: 0 the start, 1 the end of {method_title(method)}, first seed", said_of)
    return save(figure, run.folder / "figures" / f"scaled-{ways[0]['T']}.png",
                f"Training loss on the line from start to end with the weights before batch norms scaled, a panel a "
                f"policy ({method_title(method)}, first seed; {said_of}). The largest change in nats: {' '.join(said)}")


def sheets(run: Run, jobs: list[dict]) -> list[Path]:
    return [relief.draw(run, f"sheet-{number}-{jobs[0]['T']}", number, corners, jobs,
                        settings(run, jobs[0], corner_title(frozen_corner(corners))), alike=True)
            for number, corners in enumerate(run.config["sheets"]) if part_name(jobs[0], "sheet", number) in run.parts]
