"""The figures of surfaces-batchnorm, of each network; a panel or column a policy, and one without batch norm.

    starts-..., optimisers-..., seeds-...    training loss on the lines from start to end, between the ends of two
                                             optimisers, and between one optimiser's ends from two starts
    numbers-...                              barriers, plateau, largest rise, and how unlike two seeds' lines are
    scaled-...                               the lines from start to end, with the weights before batch norms scaled
    sheet-...                                a triangle and a patch (ref.experiments.loss_surfaces.sheets.relief)
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, legend_above, panels, plain_numbers, save
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import barriers_of, ends_of, unlike
from ref.experiments.loss_surfaces.lines.looking import START, frozen_corner
from ref.experiments.loss_surfaces.lines.numbers import from_start, line_of, looks, pairs
from ref.experiments.loss_surfaces.optimizers.figures import LEAST, LOOKS, median, of_seed
from ref.experiments.loss_surfaces.sheets import relief
from ref.experiments.loss_surfaces.sheets.relief import GUESS, corner_title
from ref.experiments.loss_surfaces.study import part_config, title
from ref.experiments.loss_surfaces.training.methods import title as method_title
from ref.experiments.run import Run

HIGHEST = 10  # times the loss of a guess, above which the axes do not go
Lines = list[tuple[str, dict, list[tuple[np.ndarray, np.ndarray]]]]  # (name, look, (alphas, losses) of each seed)


def draw(run: Run) -> list[Path]:
    found = []
    for ways, without in pairs_of(run.config):
        all_of_them = [*ways, without]
        found += [along(run, all_of_them, "starts", "0 the start, 1 the optimiser's end", _from_start),
                  along(run, all_of_them, "optimisers", "0 the end named first, 1 the other", _between_optimisers)]
        if without["seeds"] > 1:
            found.append(along(run, all_of_them, "seeds", "0 the first seed's end, 1 another's", _between_seeds))
        found += [numbers(run, all_of_them), scaled(run, ways), *sheets(run, all_of_them)]
    return found


def way_title(job: dict) -> str:
    """"frozen", "no batch norm"."""
    return job["settings"]["policy"] if job["settings"]["batch_norm"] else "no batch norm"


def settings(run: Run, job: dict, frozen: str) -> str:
    """frozen: whose statistics are frozen."""
    return (f"loss of {part_config(run.config, job, '')['n_surface']} training images, no dropout, no augmentation; "
            f"batch-norm statistics as named, frozen: those of {frozen}")


def _from_start(run: Run, job: dict) -> Lines:
    return [(method_title(method), LOOKS[method], [line_of(look, START, method) for look in looks(run, job)])
            for method in job["methods"]]


def _between_optimisers(run: Run, job: dict) -> Lines:
    return [(" and ".join(map(method_title, pair)), {"color": colour, "ls": dash, "marker": marker, "ms": 4},
             [line_of(look, *pair) for look in looks(run, job)])
            for pair, colour, dash, marker in zip(pairs(job), COLOURS, DASHES, MARKERS)]


def _between_seeds(run: Run, job: dict) -> Lines:
    found = []
    for method in job["methods"]:
        look = run.parts[part_name(job, "seeds", method)]
        found.append((method_title(method), LOOKS[method],
                      [(np.array(look["alphas"]), np.array(line["surface_loss"], float))
                       for line in look["lines"].values()]))
    return found


def along(run: Run, jobs: list[dict], name: str, alpha: str, lines_of: Callable[[Run, dict], Lines]) -> Path:
    figure, axes = panels(jobs, 3, 2.6, width=9.0, sharey=True)
    said = []
    for ax, job in zip(axes, jobs):
        for k, (label, look, lines) in enumerate(lines_of(run, job)):
            for seed, (alphas, losses) in enumerate(lines):
                ax.plot(alphas, np.maximum(losses, LEAST), **{**look, **of_seed(job["methods"][0], seed, k, len(alphas)),
                                                              **look, "label": "_" if seed else label})
            said.append(f"{way_title(job)}, {label}: {median([losses.max() for _, losses in lines])}.")
        ax.set(title=way_title(job), yscale="log", xlabel="alpha", ylabel="training loss (nats)")
        plain_numbers(ax.yaxis)
    axes[0].set_ylim(None, min(axes[0].get_ylim()[1], HIGHEST * GUESS))
    frozen = "the end" if name == "starts" else "the end at 0"
    legend_above(figure, 3)
    figure.supxlabel(f"alpha: {alpha}; {settings(run, jobs[0], frozen)}", fontsize=8)
    return save(figure, run.folder / "figures" / f"{name}-{jobs[0]['T']}.png",
                f"{_of_network(jobs)}: training loss on lines, a panel a policy and one without batch norm, a line a "
                f"seed, the first one's thicker (alpha: {alpha}; {settings(run, jobs[0], frozen)}). The highest on the "
                f"line, medians in nats: {' '.join(said)}")


def numbers(run: Run, jobs: list[dict]) -> Path:
    of_ends = [ends for ends in ends_of(jobs[0])]
    shown = {
        "barrier between optimisers (nats)": {ends: [barriers_of(run, job, ends) for job in jobs]
                                              for ends in of_ends if len(ends) == 2},
        "barrier between seeds (nats)": {ends: [barriers_of(run, job, ends) for job in jobs]
                                         for ends in of_ends if len(ends) == 1},
        "plateau from the start (share)": _of_lines(run, jobs, "plateau"),
        "largest rise from start to end (nats)": _of_lines(run, jobs, "monotonicity"),
        "unlike: lines of two seeds": {(method,): [unlike(run, job, method) for job in jobs]
                                       for method in jobs[0]["methods"]},
    }
    shown = {label: values for label, values in shown.items() if values}
    figure, axes = panels(list(shown), 3, 2.9, width=9.0)
    said = []
    for ax, (label, values) in zip(axes, shown.items()):
        for k, (who, of_jobs) in enumerate(values.items()):
            look = LOOKS[who[0]] if len(who) == 1 else dict(zip(("color", "marker"), (COLOURS[-1 - k], MARKERS[-1 - k])))
            for x, of_job in enumerate(of_jobs):
                at = x + 0.2 * (k - (len(values) - 1) / 2)
                ax.plot([at] * len(of_job), of_job, color=look["color"], marker=look["marker"], ls="", mfc="none", ms=4,
                        markevery=1, label=" and ".join(map(method_title, who)))
        ax.set_xticks(range(len(jobs)), [way_title(job) for job in jobs], fontsize=7, rotation=40, ha="right")
        ax.set(title=label, ylabel=label.rpartition("(")[2].rstrip(")") if "(" in label else "of the start's loss",
               xlabel="statistics")
        said.append(f"{label}: " + ", ".join(
            f"{way_title(job)} {median([value for of_jobs in values.values() for value in of_jobs[x]])}"
            for x, job in enumerate(jobs)) + ".")
    legend_above(figure, 3)
    figure.supxlabel(settings(run, jobs[0], "the end at 1, between ends that at 0"), fontsize=8)
    return save(figure, run.folder / "figures" / f"numbers-{jobs[0]['T']}.png",
                f"{_of_network(jobs)}: numbers of lines by policy and without batch norm, a mark a seed or pair of seeds "
                f"({settings(run, jobs[0], 'the end at 1, between ends that at 0')}). Medians: {' '.join(said)}")


def _of_lines(run: Run, jobs: list[dict], what: str) -> dict[tuple[str, ...], list[list[float]]]:
    return {(method,): [from_start(run, job, method)[what] for job in jobs] for method in jobs[0]["methods"]}


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
        moved = max(np.abs(values - losses).max() for values in of_scale.values())
        said.append(f"{way_title(way)} {moved:.2g}.")
        ax.set(title=way_title(way), yscale="log", xlabel="alpha", ylabel="training loss (nats)")
        plain_numbers(ax.yaxis)
    axes[0].set_ylim(None, min(axes[0].get_ylim()[1], HIGHEST * GUESS))
    legend_above(figure, 3)
    said_of = f"{method_title(method)}, first seed; {settings(run, ways[0], 'the end as it was')}"
    figure.supxlabel(f"alpha: 0 the start, 1 the end; {said_of}", fontsize=8)
    return save(figure, run.folder / "figures" / f"scaled-{ways[0]['T']}.png",
                f"{_of_network(ways)}: training loss on the line from start to end with the weights before batch norms "
                f"scaled, a panel a policy ({said_of}). The largest change in nats: {' '.join(said)}")


def sheets(run: Run, jobs: list[dict]) -> list[Path]:
    return [relief.draw(run, f"sheet-{number}-{jobs[0]['T']}", number, corners, jobs,
                        settings(run, jobs[0], corner_title(frozen_corner(corners))), alike=True)
            for number, corners in enumerate(run.config["sheets"]) if part_name(jobs[0], "sheet", number) in run.parts]


def _of_network(jobs: list[dict]) -> str:
    return title({**jobs[0], "settings": jobs[0]["settings"]}).partition(", batch norm")[0]
