"""The figures of an autoencoder run: learning curves, CG's inner loops, damping, reconstructions, the ablation."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import legend_above, new_figure, plain_numbers, save
from ref.experiments.hessian_free.autoencoder import ABLATION, images, network
from ref.experiments.hessian_free.autoencoder_report import TITLES, curve
from ref.experiments.recording import measured, read_checkpoint, read_rows
from ref.experiments.run import Run, read_run
from ref.losses.logistic_cross_entropy import prediction
from ref.parameters import Parameters

AXES = {"epochs": "epochs: passes of the gradient over the data", "gradient_equivalents": "work (epochs of gradients)",
        "seconds": "time (seconds, one thread)"}
ERROR = "train error (squared, summed over pixels)"


def figures(folder) -> list[Path]:
    run = read_run(folder)
    methods = ["hf", *run.config["grid"]]
    return [learning_curves(run, methods), inner_loops(run), damping(run), reconstructions(run, methods), ablation(run)]


def learning_curves(run: Run, methods: list[str]) -> Path:
    figure = curves_against(run, methods, AXES, columns=6)
    plain_numbers(figure.axes[0].yaxis)
    return save(figure, run.folder / "figures" / "learning_curves.png",
                "Training error against epochs, work and time, on logarithmic axes, for four methods, with a line at "
                f"the error of the mean image. Errors at the end: {_ends(run, methods)}.")


def curves_against(run: Run, methods: list[str], against: dict[str, str], columns: int):
    """A figure with a panel for each column of the rows (against: column -> label); columns: the legend's."""
    figure, axes = new_figure(1, len(against), width=11, height=3.6, sharey=True)
    for ax, (name, label) in zip(axes, against.items()):
        for method in methods:
            at, error = curve(run, method, name)
            ax.semilogy(at[at > 0], error[at > 0], label=TITLES[method])
        level = run.result["mean_image_error"]["train"]
        ax.axhline(level, color="grey", lw=0.8, marker="", ls="-", label="mean image")
        ax.set_xlabel(label)
        ax.set_xscale("log")
    axes[0].set_ylabel(ERROR)
    legend_above(figure, columns)
    return figure


def inner_loops(run: Run) -> Path:
    rows = measured(read_rows(run.folder / "hf"), "phis")
    figure, ax = new_figure(width=6.4)
    shown = [rows[int(i)] for i in np.linspace(0, len(rows) - 1, min(5, len(rows)))]
    for row in shown:
        _inner_loop(ax, row)
    ax.set_xscale("symlog", linthresh=1)
    longest = max(row["cg_iterations"] for row in shown)
    ticks = [i for i in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500) if i <= longest]
    ax.set_xticks(ticks, labels=ticks)
    ax.minorticks_off()
    ax.set(xlabel="CG iteration", ylabel="phi, as a share of the run's decrease",
           title="dots: stored iterates; circle: the one that backtracking chose")
    ax.legend(fontsize=8)
    lengths = ", ".join(str(row["cg_iterations"]) for row in shown)
    return save(figure, run.folder / "figures" / "inner_loops.png",
                "The quadratic's value against CG iteration for five Hessian-free steps from the first to the last; "
                "each curve falls fast, then slowly, until the stopping rule ends it. Lengths of the runs: "
                f"{lengths} iterations.")


def _inner_loop(ax, row: dict) -> None:
    phis, chosen = np.array(row["phis"]), row["backtracked"]
    decrease = (phis - phis[0]) / max(phis[0] - phis[-1], 1e-30)
    label = f"step {row['step']}: {row['cg_iterations']} iterations, update from {chosen}"
    line, = ax.plot(np.arange(len(phis)), decrease, marker="", label=label)
    stored = np.unique(np.minimum(np.ceil(1.3 ** np.arange(40)), row["cg_iterations"]).astype(int))
    ax.plot(stored, decrease[stored], ".", color=line.get_color(), ms=5, markevery=1, label="_")
    ax.plot(chosen, decrease[chosen], "o", mfc="none", mec=line.get_color(), ms=10, markevery=1, label="_")


def damping(run: Run) -> Path:
    rows = measured(read_rows(run.folder / "hf"), "rho")
    figure, (top, bottom) = new_figure(2, 1, width=6.4, height=5, sharex=True)
    step, rho, values = (np.array([row[name] for row in rows]) for name in ("step", "rho", "damping"))
    top.semilogy(step, values, marker="")
    top.set_ylabel("damping lambda")
    bottom.plot(step, np.clip(rho, -1, 2), ".", ls="", markevery=1, label="rho (cut at -1 and 2)")
    for level, dash, what in ((0.25, "--", "grows below"), (0.75, ":", "falls above")):
        bottom.axhline(level, color="black", lw=0.8, ls=dash, marker="", label=f"{level}: lambda {what}")
    bottom.set(ylabel="reduction ratio rho", xlabel="Hessian-free step")
    bottom.legend(fontsize=8)
    return save(figure, run.folder / "figures" / "damping.png",
                f"Above, the damping lambda over {len(rows)} Hessian-free steps, between {values.min():.2g} and "
                f"{values.max():.2g}; below, the reduction ratio rho of each step with the two levels of the "
                "Levenberg-Marquardt rule.")


def reconstructions(run: Run, methods: list[str]) -> Path:
    net, shown = network(run.config), images(run.config)[1][:10]
    figure, axes = new_figure(len(methods) + 1, len(shown), width=8, height=0.85 * (len(methods) + 1))
    rows = [("test image", shown)]
    for method in methods:
        theta = Parameters.from_vector(read_checkpoint(run.folder / method).theta, net.shapes)
        rows.append((TITLES[method], prediction(net.forward(theta, shown)[0])))
    for line, (title, pictures) in zip(axes, rows):
        for ax, picture in zip(line, pictures):
            ax.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
            ax.axis("off")
        line[0].set_title(title, loc="left", fontsize=8)
    return save(figure, run.folder / "figures" / "reconstructions.png",
                f"Ten test images and their reconstructions from a code of {run.config['encoder'][-1]} numbers by each "
                "method after training.")


def ablation(run: Run) -> Path:
    figure, ax = new_figure(width=6.4)
    for part in ("hf", *ABLATION):
        at, error = curve(run, part, "gradient_equivalents")
        until = at <= 1.1 * run.config["ablation_epochs"]
        ax.semilogy(at[until], error[until], label=TITLES[part])
    plain_numbers(ax.yaxis)
    ax.set(xlabel=AXES["gradient_equivalents"], ylabel=ERROR)
    ax.legend(fontsize=8)
    return save(figure, run.folder / "figures" / "ablation.png",
                "Training error against work for Hessian-free and four variants that each lack one component. "
                f"Variants at the end: {_ends(run, ABLATION)}.")


def _ends(run: Run, parts) -> str:
    return ", ".join(f"{TITLES[part]} {run.parts[part]['train_error']:.2f}" for part in parts)
