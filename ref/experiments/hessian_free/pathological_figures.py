"""The figures of an hf-pathological run: success rates, learning curves, gradients and hidden states through time."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import COLOURS, DASHES, legend_above, new_figure, panels, plain_numbers, save
from ref.experiments.hessian_free.pathological_report import TITLES, outcomes
from ref.experiments.hessian_free.pathological_training import objective_of, start, task_of
from ref.experiments.hessian_free.trajectory import Trajectory, trajectory
from ref.experiments.jobs import part_name, title
from ref.experiments.recording import measured, read_checkpoint, read_rows
from ref.experiments.run import Run, read_config, read_run
from ref.experiments.training import held_out
from ref.parameters import Parameters

COLOUR = dict(zip(TITLES, COLOURS))
LOOK = {method: {"color": colour, "ls": dash} for method, colour, dash in zip(TITLES, COLOURS, DASHES)}


def figures(folder) -> list[Path]:
    run = read_run(folder)
    return [success(run), learning_curves(run), gradients_through_time(run), trajectories(run)]


def success(run: Run) -> Path:
    jobs = run.config["jobs"]
    figure, ax = new_figure(width=7.5, height=1.2 + 0.65 * len(jobs))
    height, said, drawn = 0.8 / len(TITLES), [], set()
    for row, job in enumerate(jobs):
        found = outcomes(run, job)
        for k, (method, results) in enumerate(found.items()):
            solved = sum(result["solved"] for result in results)
            at, share = row + (k - (len(found) - 1) / 2) * height, solved / len(results)
            label = f"_{method}" if method in drawn else TITLES[method]
            ax.barh(at, share, 0.9 * height, color=COLOUR[method], label=label)
            ax.text(share + 0.01, at, f"{solved}/{len(results)}", va="center", fontsize=6)
            drawn.add(method)
            said.append(f"{title(job)}, {TITLES[method]}: {solved} of {len(results)}")
    ax.set_yticks(range(len(jobs)), [title(job) for job in jobs])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.1)
    ax.set(xlabel="share of seeds that solved the task", ylabel="task")
    legend_above(figure, 3)
    return save(figure, run.folder / "figures" / "success.png",
                f"Bars: the share of seeds that solved each task. {'; '.join(said)}.")


def learning_curves(run: Run) -> Path:
    jobs, config = run.config["jobs"], run.config
    figure, axes = panels(jobs, 3, 2.6, width=max(3.6 * min(3, len(jobs)), 7.2), above=0.5)
    for ax, job in zip(axes, jobs):
        for method, results in outcomes(run, job).items():
            for seed in range(len(results)):
                rows = measured(read_rows(run.folder / part_name(job, method, seed)), "wrong")
                work = np.array([row["gradient_equivalents"] for row in rows]) / 1000
                wrong = np.maximum([row["wrong"] for row in rows], 1 / config["n_test"])
                ax.loglog(work[1:], wrong[1:], **LOOK[method], marker="", lw=1 if seed else 1.8,
                          label=f"_{seed}" if seed else TITLES[method])
        ax.axhline(task_of({**config, **job}).threshold, color="grey", ls=":", marker="", lw=1, label="solved below")
        ax.set(title=title(job), xlabel="work (thousands of gradients)", ylabel="share of wrong answers")
        plain_numbers(ax.xaxis)
        ax.tick_params(labelsize=7)
    legend_above(figure, 3)
    ends = [result["solved"] for job in jobs for results in outcomes(run, job).values() for result in results]
    return save(figure, run.folder / "figures" / "learning_curves.png",
                "The share of wrong answers against work, a panel a task, a line a seed, both axes logarithmic; "
                f"{sum(ends)} of {len(ends)} lines end below the threshold.")


def shown_part(run: Run) -> tuple[dict, int]:
    """The job and seed to look into: addition if Hessian-free solved it, or the first that it solved, or the first."""
    jobs = sorted(run.config["jobs"], key=lambda job: job["task"] != "addition")
    for job in jobs:
        for seed, result in enumerate(outcomes(run, job)["hf"]):
            if result["solved"]:
                return job, seed
    return jobs[0], 0


def look_into(run: Run, job: dict, seed: int, n: int):
    """The part's objective, its parameters before and after training, and n of its test sequences."""
    part = run.folder / part_name(job, "hf", seed)
    config = read_config(part)
    objective = objective_of({**config, "kernels": "numpy"})
    thetas = start(config, objective), Parameters.from_vector(read_checkpoint(part).theta, objective.network.shapes)
    return objective, thetas, held_out(task_of(config), config["part_seed"], n)


def gradients_through_time(run: Run) -> Path:
    job, seed = shown_part(run)
    objective, thetas, (x, t, mask) = look_into(run, job, seed, 200)
    figure, ax = new_figure(width=6.4)
    ends = []
    for theta, label in zip(thetas, ("before training", "after training")):
        z, cache = objective.network.forward(theta, x)
        dh = objective.network.state_gradients(objective.loss.gradient(z, t, mask), cache)
        norms = np.sqrt(np.sum(np.square(dh, dtype=np.float64), axis=2).mean(axis=1)) * x.shape[1]
        ax.semilogy(np.arange(1, len(norms) + 1), np.maximum(norms, 1e-30), label=label)
        ends.append(f"{label} {norms[0]:.1e} at step 1 and {norms.max():.1e} at most")
    ax.set(xlabel="step t", ylabel="norm of dL/dh_t\n(root mean square over sequences)", title=title(job))
    ax.legend()
    return save(figure, run.folder / "figures" / "gradients_through_time.png",
                f"The norm of the loss's gradient with respect to the hidden state against the step, {title(job)}: "
                f"{'; '.join(ends)}.")


def trajectories(run: Run) -> Path:
    """Hidden states of test sequences in the plane of their first two principal components, and the readout."""
    job, seed = shown_part(run)
    objective, (_, theta), (x, t, mask) = look_into(run, job, seed, 100)
    z, cache = objective.network.forward(theta, x)
    found = trajectory(x, cache.elman.h[1:], z, t, mask)
    figure, (left, right) = new_figure(1, 2, width=10, height=4)
    draw_readout(left, found, n=3)
    draw_states(right, found, n=12)
    return save(figure, run.folder / "figures" / "trajectories.png",
                f"Left, the readout of three test sequences of {title(job)} against the step. Right, hidden states in "
                "the plane of their first two principal components: paths of twelve sequences, and the last states of "
                "a hundred, coloured by the target.")


def draw_readout(ax, trajectory: Trajectory, n: int) -> None:
    """The readout of the first n sequences."""
    for k, colour in zip(range(n), COLOURS):
        out, answer = trajectory.readout[k], trajectory.answers[k]
        wanted = f"class {answer}" if trajectory.classes else f"target {answer:.2f}"
        ax.plot(np.arange(1, len(out) + 1), out, "-", marker="", color=colour, label=f"sequence {k + 1}: {wanted}")
        if trajectory.marked:
            marked = trajectory.marked[k]
            ax.plot(marked + 1, out[marked], "o", ls="", color=colour, markevery=1, label="_")
    ax.set(xlabel="step t", ylabel="output of the right class, before softmax" if trajectory.classes else "output")
    ax.legend(fontsize=8)
    ax.set_title("readout through time" + ("; dots: marked steps" if trajectory.marked else ""))


def draw_states(ax, trajectory: Trajectory, n: int) -> None:
    """The paths of the first n sequences, and the last states of all."""
    for path in trajectory.paths[:n]:
        ax.plot(*path.T, "-", marker="", color="grey", lw=0.4, label="_")
    last = np.array([path[-1] for path in trajectory.paths])
    points = ax.scatter(*last.T, c=trajectory.answers, cmap="viridis", s=18, zorder=3)
    ax.figure.colorbar(points, ax=ax, label="class" if trajectory.classes else "target",
                       ticks=range(trajectory.classes) if trajectory.classes else None)
    ax.set(xlabel="first principal component", ylabel="second principal component",
           title="hidden states: paths (grey) and ends (coloured)")
    ax.legend(handles=[points], labels=["end of a sequence"], fontsize=8)
