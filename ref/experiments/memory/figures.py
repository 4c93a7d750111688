"""The figures of the memory experiments; those of the memory itself are in ref.experiments.memory.pictures.

    curves      bits a sequence on the validation sequences against sequences seen, a panel a job, a line a seed
    harder      bits a sequence on the test sequences, and on those that are harder than any in training

A model looks the same in both: it has a colour, a dash and a marker of its own.
"""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, MARKERS, legend_above, panels, plain_numbers, save
from ref.experiments.jobs import part_name
from ref.experiments.memory.models import MODELS, title as model_title
from ref.experiments.memory.study import outcomes, part_config, title
from ref.experiments.memory.tasks import TEST
from ref.experiments.recording import measured, read_rows
from ref.experiments.run import Run

LOOKS = {name: {"color": colour, "ls": dash, "marker": marker, "ms": 4}
         for name, colour, dash, marker in zip(MODELS, COLOURS, DASHES, MARKERS)}
GREY = {"color": "grey", "marker": "", "zorder": 1}
LEAST = 1e-3  # bits a sequence, below which the axes do not go


def curves(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.0)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        shared = part_config(run.config, job, next(iter(job["models"])))
        for k, (model, results) in enumerate(outcomes(run.parts, job).items()):
            for seed in range(len(results)):
                rows = evaluated(run, job, model, seed)
                at, bits = np.array([(row["step"] * shared["minibatch"] / 1000, row["bits"]) for row in rows], float).T
                apart = -(-len(rows) // 7)  # of markers; those of two models seldom meet
                own = {"lw": 0.6, "marker": "", "alpha": 0.7} if seed else {"lw": 1.6, "markevery": (k % apart, apart)}
                ax.plot(at, np.maximum(bits, LEAST), **{**LOOKS[model], **own},
                        label="_" if seed else model_title(model))
            said.append(f"{title(job)}, {model_title(model)}: {_bits(results, TEST)} on test sequences.")
        test = outcomes(run.parts, job)[shared["model"]][0]["tests"][TEST]
        ax.axhline(test["baseline"], **GREY, ls=":", label="without memory")
        least = test["floor"]
        if least:
            ax.axhline(least, **GREY, ls="-", label="optimum")
        ax.axhline(least + shared["goal"], **GREY, ls="--", label="goal")
        ax.set(title=title(job), xlabel="thousands of sequences seen", ylabel="bits a sequence")
        _scale(ax.yaxis, least)
    legend_above(figure, 3)
    return save(figure, run.folder / "figures" / "curves.png",
                "Bits a sequence on validation sequences against sequences seen in training, a panel a job, a line a "
                f"seed, the first seed's thicker. Medians and ranges of the seeds at the end: {' '.join(said)}")


def harder(run: Run) -> Path:
    figure, axes = panels(run.config["jobs"], 2, 3.0)
    said = []
    for ax, job in zip(axes, run.config["jobs"]):
        found = outcomes(run.parts, job)
        tests = [TEST, *job["harder"]]
        for k, (model, results) in enumerate(found.items()):
            beside = 0.16 * (k - (len(found) - 1) / 2)
            bits = np.array([[result["tests"][which]["bits"] for which in tests] for result in results], float)
            for of_seed in np.maximum(bits, LEAST):
                ax.plot(np.arange(len(tests)) + beside, of_seed, **{**LOOKS[model], "ls": ""}, mfc="none",
                        label="_")
            ax.plot(np.arange(len(tests)) + beside, np.maximum(np.median(bits, axis=0), LEAST),
                    **{**LOOKS[model], "marker": "_", "ms": 10}, lw=1, label="_")
            ax.plot([], [], **LOOKS[model], mfc="none", label=f"{model_title(model)}: seeds, and their median")
            said.append(f"{title(job)}, {model_title(model)}: "
                        + ", ".join(f"{_bits(results, which)} ({which})" for which in tests) + ".")
        levels, floors = ([next(iter(found.values()))[0]["tests"][which][name] for which in tests]
                          for name in ("baseline", "floor"))
        ax.plot(range(len(tests)), levels, **{**GREY, "marker": "x"}, ls=":", label="without memory")
        if floors[0]:
            ax.plot(range(len(tests)), floors, **{**GREY, "marker": "+"}, ls="-", label="optimum")
        ax.set(title=title(job), xlabel="test sequences", ylabel="bits a sequence")
        ax.set_xticks(range(len(tests)), ["as in training", *job["harder"]])
        ax.set_xlim(-0.5, len(tests) - 0.5)
        _scale(ax.yaxis, floors[0])
    legend_above(figure, 2)
    return save(figure, run.folder / "figures" / "harder.png",
                "Bits a sequence on test sequences of the sizes of training and on harder ones, a panel a job, a mark "
                f"a seed. Medians and ranges of the seeds: {' '.join(said)}")


def evaluated(run: Run, job: dict, model: str, seed: int) -> list[dict]:
    """The rows of a part in which its network was evaluated."""
    return measured(read_rows(run.folder / part_name(job, model, seed)), "bits")


def _bits(results: list[dict], which: str) -> str:
    bits = [result["tests"][which]["bits"] for result in results]
    return f"{np.median(bits):.3g} bits" + (f" [{min(bits):.3g}, {max(bits):.3g}]" if bits[1:] else "")


def _scale(axis, least: float) -> None:
    """Logarithmic where nothing need be paid; linear where the optimum pays something."""
    if not least:
        axis.axes.set_yscale("log")
        axis.axes.set_ylim(bottom=LEAST)
        plain_numbers(axis)
