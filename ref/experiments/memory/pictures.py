"""What a trained network does with its memory in one sequence, as a picture over time.

From above, against the steps: what came in, what was asked for, what the network answered (a cross: a wrong bit), where
it wrote and where it read; black is 1 and white 0.  Of several heads that write, or read, the largest weight is drawn.
At the right the memory's contents, the same locations in the same rows: when the question had been put, and at the end.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ref.experiments.figures import COLOURS, legend_above, save
from ref.experiments.jobs import part_name, prefix
from ref.experiments.memory.figures import curves, harder
from ref.experiments.memory.models import title as model_title
from ref.experiments.memory.study import outcomes, part_config, title
from ref.experiments.memory.tasks import TEST, shown
from ref.experiments.memory.training import network_of, start
from ref.experiments.recording import read_checkpoint
from ref.experiments.run import Run, read_run
from ref.layers.logistic import sigma
from ref.networks.memory_rnn import MemoryRNN

Array = np.ndarray
MOST = 32  # locations that are drawn without leaving any out
USED = 0.1  # a location is left out if no weight on it is as large


class Trace(NamedTuple):
    """One sequence: time last, so that each is a picture."""

    x: Array  # (D, T)
    t: Array  # (C, T)
    p: Array  # (C, T) the network's answers, zero where none is asked for
    wrong: Array  # (C, T) of booleans
    write: Array  # (L, T)
    read: Array  # (L, T)
    M: Array  # (T, L, W)
    asked: Array  # (T,) of booleans: where an answer is asked for


def traced(run: Run, job: dict, model: str, seed: int) -> Trace | None:
    """The seed's trained network on the sequence that is drawn; None of a network without a memory."""
    config = {**part_config(run.config, job, model, seed), "kernels": "numpy"}
    network = network_of(config)
    if not isinstance(network, MemoryRNN):
        return None
    theta = start(config, network).like(read_checkpoint(run.folder / part_name(job, model, seed)).theta)
    x, t, mask = shown(config)
    z, cache = network.forward(theta, x)
    states, asked = network.trace(cache), mask[:, 0]
    wrong = ((z > 0) != (t > 0.5))[:, 0] & asked[:, None]
    return Trace(x[:, 0].T, t[:, 0].T, (sigma(z[:, 0]) * asked[:, None]).T, wrong.T,
                 written(network, states), largest(states.w_read[1:, 0]), states.M[1:, 0], asked)


def drawn(folder) -> list[Path]:
    """The experiments' `figures`: the two of all networks, and a picture of every job's models that have a memory."""
    done = read_run(folder)
    found = (memory(done, job, model) for job in done.config["jobs"] for model in job["models"])
    return [curves(done), harder(done), *(path for path in found if path is not None)]


def memory(run: Run, job: dict, model: str) -> Path | None:
    """Of the seed that pays least on the test sequences."""
    bits = [result["tests"][TEST]["bits"] for result in outcomes(run.parts, job)[model]]
    seed = int(np.nanargmin(bits)) if np.isfinite(bits).any() else 0
    trace = traced(run, job, model, seed)
    if trace is None:
        return None
    about = f"{title(job)}; {model_title(model)}, seed {run.config['seed'] + seed}"
    path = run.folder / "figures" / f"memory-{prefix(job)}-{model}.png"
    return save(_figure(trace, about), path, _said(trace, about))


def largest(w: Array) -> Array:
    """The weights (L, T) of one head (T, L), or the largest of several (T, K, L)."""
    return (w if w.ndim == 2 else w.max(axis=1)).T


def written(network, states) -> Array:
    """The weights (L, T) of writing.  LRUA's state has none: they are what its usage grew by beside reading, the sum
    over its heads (ref.memory.least_used)."""
    if "w_write" in states._fields:
        return largest(states.w_write[1:, 0])
    u, read = states.u[:, 0], states.w_read[1:, 0].sum(axis=1)
    return (u[1:] - network.design.usage_decay * u[:-1] - read).T


def used(trace: Trace) -> slice:
    """The locations that are drawn: all, or the stretch in which some weight is large."""
    L = len(trace.write)
    rows = np.flatnonzero(np.maximum(trace.write, trace.read).max(axis=1) >= USED)
    if L <= MOST or not len(rows):
        return slice(0, L)
    return slice(int(rows[0]), int(rows[-1]) + 1)


def _figure(trace: Trace, about: str):
    from matplotlib.figure import Figure

    here = used(trace)
    n = here.stop - here.start
    tall = max(1.3, min(2.6, 0.09 * n))
    heights = [max(0.35, 0.09 * len(part)) for part in (trace.x, trace.t, trace.p)] + [tall, tall]
    figure = Figure(figsize=(8.0, 1.9 + sum(heights)), layout="constrained")
    axes = figure.subplots(5, 2, gridspec_kw={"height_ratios": heights, "width_ratios": [4, 1]})
    time, contents = axes[:, 0], axes[3:, 1]
    for ax in time[1:]:
        ax.sharex(time[0])
    T, ends = len(trace.asked), (-0.5, trace.x.shape[1] - 0.5)
    parts = (("input", trace.x), ("asked for", trace.t), ("answer", trace.p))
    for ax, (name, part) in zip(time, parts):
        shade = ax.imshow(np.abs(part), cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        ax.set_yticks([])
    rows, at = np.nonzero(trace.wrong)
    time[2].plot(at, rows, "x", color=COLOURS[1], ms=5, mew=1.5, label="wrong bit")
    for ax, name, w in zip(time[3:], ("written to", "read from"), (trace.write, trace.read)):
        ax.imshow(w[here], cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest",
                  extent=(*ends, here.stop - 0.5, here.start - 0.5))
        ax.set_ylabel(f"{name}\nlocation", fontsize=9)
    asked = int(np.argmax(trace.asked))
    for ax in time:
        ax.axvline(asked - 0.5, color="grey", lw=0.8, ls=":", label="the answer begins")
        ax.tick_params(labelsize=8, labelbottom=ax is time[-1])
    time[-1].set_xlabel("step", fontsize=9)
    time[-1].xaxis.get_major_locator().set_params(integer=True)

    largest = float(np.abs(trace.M[:, here]).max())
    for ax, when, name in zip(contents, (max(asked - 1, 0), T - 1), ("before the answer", "at the end")):
        held = ax.imshow(trace.M[when][here], cmap="gray", vmin=-largest, vmax=largest, aspect="auto",
                         interpolation="nearest",
                         extent=(-0.5, trace.M.shape[2] - 0.5, here.stop - 0.5, here.start - 0.5))
        ax.set_title(f"contents\n{name}", fontsize=8)
        ax.set_xlabel("column", fontsize=8)
        ax.set_ylabel("location", fontsize=8)
        ax.tick_params(labelsize=8)
    for ax in axes[:3, 1]:
        ax.axis("off")
    for mappable, label, place in ((shade, "bit, or weight", (0.1, 0.55, 0.8, 0.2)),
                                   (held, "contents", (0.1, 0.3, 0.8, 0.2))):
        bar = figure.colorbar(mappable, cax=axes[0 if mappable is shade else 2, 1].inset_axes(place),
                              orientation="horizontal")
        bar.set_label(label, fontsize=8)
        bar.ax.tick_params(labelsize=7)
    legend_above(figure, 2, title=about, title_fontsize=10)
    return figure


def _said(trace: Trace, about: str) -> str:
    """For those who do not see it."""
    first = int(np.argmax(trace.asked))
    asked = np.flatnonzero(trace.asked)
    sharp = {name: float(np.median(w[:, steps].max(axis=0)))
             for name, w, steps in (("written", trace.write, slice(0, max(first, 1))), ("read", trace.read, asked))}
    where = {name: ", ".join(map(str, w[:, steps].argmax(axis=0)[:12]))
             for name, w, steps in (("written", trace.write, slice(0, max(first, 1))), ("read", trace.read, asked))}
    return (f"{about}: one test sequence of {len(trace.asked)} steps, against time: its input, what is asked for, the "
            f"network's answer with {int(trace.wrong.sum())} wrong bits of {trace.wrong[:, asked].size}, the weights "
            "of writing and of reading over the memory's locations; and the memory's contents before the answer and at "
            f"the end. Most was written at locations {where['written']} at the first steps (largest weight of a step, "
            f"median {sharp['written']:.2f}) and read at {where['read']} at the first steps of the answer "
            f"({sharp['read']:.2f}).")
