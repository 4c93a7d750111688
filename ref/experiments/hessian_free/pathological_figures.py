"""The figures of an hf-pathological run: success rates, learning curves, gradients through time, trajectories of the hidden state."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, new_figure, plain_numbers, save
from ref.experiments.hessian_free.pathological_report import TITLES, outcomes, prefix, task_title
from ref.experiments.hessian_free.pathological_training import held_out_sequences, objective_of, start, task_of
from ref.experiments.recording import read_checkpoint, read_rows
from ref.experiments.run import finished, read_config
from ref.parameters import Parameters

COLOUR = dict(zip(TITLES, COLOURS))
LOOK = {method: {"color": colour, "ls": dash} for method, colour, dash in zip(TITLES, COLOURS, DASHES)}


def draw(folder) -> list[Path]:
    folder = Path(folder)
    config, parts = read_config(folder), finished(folder)["parts"]
    return [success(folder, config, parts), learning_curves(folder, config, parts), gradients_through_time(folder, config, parts),
            trajectories(folder, config, parts)]


def success(folder: Path, config: dict, parts: dict) -> Path:
    jobs = config["jobs"]
    figure, ax = new_figure(width=7.5, height=1.2 + 0.65 * len(jobs))
    height, said, drawn = 0.8 / len(TITLES), [], set()
    for row, job in enumerate(jobs):
        found = outcomes(config, parts, job)
        for k, (method, results) in enumerate(found.items()):
            solved = sum(r["solved"] for r in results)
            at = row + (k - (len(found) - 1) / 2) * height
            ax.barh(at, solved / len(results), 0.9 * height, color=COLOUR[method], label=f"_{method}" if method in drawn else TITLES[method])
            ax.text(max(solved / len(results), 0) + 0.01, at, f"{solved}/{len(results)}", va="center", fontsize=6)
            drawn.add(method)
            said.append(f"{task_title(job)}, {TITLES[method]}: {solved} of {len(results)}")
    ax.set_yticks(range(len(jobs)), [task_title(job) for job in jobs])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.1)
    ax.set_xlabel("share of seeds that solved the task")
    ax.set_ylabel("task")
    figure.legend(loc="outside upper center", ncols=3, fontsize=8)
    return save(figure, folder / "figures" / "success.png", f"Bars: the share of seeds that solved each task. {'; '.join(said)}.")


def learning_curves(folder: Path, config: dict, parts: dict) -> Path:
    jobs = config["jobs"]
    columns = min(3, len(jobs))
    rows = -(-len(jobs) // columns)
    figure, axes = new_figure(rows, columns, width=max(3.6 * columns, 7.2), height=2.6 * rows + 0.5, squeeze=False)
    for ax, job in zip(axes.flat, jobs):
        for method, results in outcomes(config, parts, job).items():
            for seed in range(len(results)):
                row = [r for r in read_rows(folder / f"{prefix(job)}-{method}-{seed}") if "wrong" in r]
                work = np.array([r["gradient_equivalents"] for r in row]) / 1000
                wrong = np.maximum([r["wrong"] for r in row], 1 / config["n_test"])
                ax.loglog(work[1:], wrong[1:], **LOOK[method], marker="", lw=1 if seed else 1.8,
                          label=f"_{seed}" if seed else TITLES[method])
        ax.axhline(task_of({**config, **job}).threshold, color="grey", ls=":", marker="", lw=1, label="solved below")
        ax.set_title(task_title(job))
        ax.set_xlabel("work (thousands of gradients)")
        ax.set_ylabel("share of wrong answers")
        plain_numbers(ax.xaxis)
        ax.tick_params(labelsize=7)
    for ax in axes.flat[len(jobs):]:
        ax.axis("off")
    handles = {label: handle for ax in axes.flat for handle, label in zip(*ax.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=3, fontsize=8)
    solved = sum(r["solved"] for job in jobs for results in outcomes(config, parts, job).values() for r in results)
    of = sum(len(results) for job in jobs for results in outcomes(config, parts, job).values())
    return save(figure, folder / "figures" / "learning_curves.png",
                f"The share of wrong answers against work, a panel a task, a line a seed, both axes logarithmic; {solved} of {of} lines end below the "
                "threshold.")


def shown_part(config: dict, parts: dict) -> tuple[dict, int]:
    """The job and seed to look into: addition if Hessian-free solved it, or the first that it solved, or the first."""
    jobs = sorted(config["jobs"], key=lambda job: job["task"] != "addition")
    for job in jobs:
        for seed, result in enumerate(outcomes(config, parts, job)["hf"]):
            if result["solved"]:
                return job, seed
    return jobs[0], 0


def look_into(folder: Path, job: dict, seed: int):
    """The part's configuration, objective, and parameters before and after training."""
    part = folder / f"{prefix(job)}-hf-{seed}"
    config = read_config(part)
    objective = objective_of({**config, "kernels": "numpy"})
    return config, objective, start(config, objective), Parameters.from_vector(read_checkpoint(part).theta, objective.network.shapes)


def gradients_through_time(folder: Path, config: dict, parts: dict) -> Path:
    job, seed = shown_part(config, parts)
    part, objective, *thetas = look_into(folder, job, seed)
    x, t, mask = held_out_sequences(part, 200)
    figure, ax = new_figure(width=6.4)
    ends = []
    for theta, label in zip(thetas, ("before training", "after training")):
        z, cache = objective.network.forward(theta, x)
        dh = objective.network.state_gradients(objective.loss.gradient(z, t, mask), cache)
        norms = np.sqrt(np.sum(np.square(dh, dtype=np.float64), axis=2).mean(axis=1)) * x.shape[1]
        ax.semilogy(np.arange(1, len(norms) + 1), np.maximum(norms, 1e-30), label=label)
        ends.append(f"{label} {norms[0]:.1e} at step 1 and {norms.max():.1e} at most")
    ax.set_xlabel("step t")
    ax.set_ylabel("norm of dL/dh_t\n(root mean square over sequences)")
    ax.set_title(task_title(job))
    ax.legend()
    return save(figure, folder / "figures" / "gradients_through_time.png",
                f"The norm of the loss's gradient with respect to the hidden state against the step, {task_title(job)}: {'; '.join(ends)}.")


def trajectories(folder: Path, config: dict, parts: dict) -> Path:
    """Hidden states of test sequences in the plane of their first two principal components, and the readout through time."""
    job, seed = shown_part(config, parts)
    part, objective, _, theta = look_into(folder, job, seed)
    x, t, mask = held_out_sequences(part, 100)
    z, cache = objective.network.forward(theta, x)
    h = cache.elman.h[1:]
    end = mask.shape[0] - 1 - np.argmax(mask[::-1], axis=0)
    cases = np.arange(x.shape[1])
    answer = t[end, cases]
    value = answer[:, 0] if answer.shape[1] == 1 else np.argmax(answer, axis=1)
    states = np.concatenate([h[: end[n] + 1, n] for n in cases])
    centre = states.mean(axis=0)
    axes_of = np.linalg.svd(states - centre, full_matrices=False)[2][:2]
    figure, (left, right) = new_figure(1, 2, width=10, height=4)
    for n, colour in zip(cases[:3], COLOURS):
        steps = np.arange(1, end[n] + 2)
        out = z[: end[n] + 1, n, int(value[n]) if answer.shape[1] > 1 else 0]
        wanted = f"target {value[n]:.2f}" if answer.shape[1] == 1 else f"class {value[n]}"
        left.plot(steps, out, "-", marker="", color=colour, label=f"sequence {n + 1}: {wanted}")
        if x.shape[2] == 2:
            marked = np.flatnonzero(x[: end[n] + 1, n, 1] == 1)
            left.plot(marked + 1, out[marked], "o", ls="", color=colour, markevery=1, label="_")
    left.set_xlabel("step t")
    left.set_ylabel("output" if answer.shape[1] == 1 else "output of the right class, before softmax")
    left.legend(fontsize=8)
    left.set_title("readout through time" + ("; dots: marked steps" if x.shape[2] == 2 else ""))
    for n in cases[:12]:
        path = (h[: end[n] + 1, n] - centre) @ axes_of.T
        right.plot(*path.T, "-", marker="", color="grey", lw=0.4, label="_")
    last = (h[end, cases] - centre) @ axes_of.T
    points = right.scatter(*last.T, c=value, cmap="viridis", s=18, zorder=3)
    figure.colorbar(points, ax=right, label="target" if answer.shape[1] == 1 else "class",
                    ticks=None if answer.shape[1] == 1 else range(answer.shape[1]))
    right.set_xlabel("first principal component")
    right.set_ylabel("second principal component")
    right.set_title("hidden states: paths (grey) and ends (coloured)")
    right.legend(handles=[points], labels=["end of a sequence"], fontsize=8)
    return save(figure, folder / "figures" / "trajectories.png",
                f"Left, the readout of three test sequences of {task_title(job)} against the step. Right, hidden states in the plane of their first two "
                "principal components: paths of twelve sequences, and the last states of a hundred, coloured by the target.")
