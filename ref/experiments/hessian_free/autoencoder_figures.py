"""The figures of an autoencoder run: learning curves, CG's inner loops, damping, reconstructions, the ablation."""

from pathlib import Path

import numpy as np

from ref.experiments.figures import new_figure, plain_numbers, save
from ref.experiments.hessian_free.autoencoder import ABLATION, images, network
from ref.experiments.hessian_free.autoencoder_report import TITLES, curve
from ref.experiments.recording import read_checkpoint, read_rows
from ref.experiments.run import finished, read_config
from ref.losses.logistic_cross_entropy import prediction
from ref.parameters import Parameters

AXES = {"epochs": "epochs: passes of the gradient over the data", "gradient_equivalents": "work (epochs of gradients)",
        "seconds": "time (seconds, one thread)"}


def draw(folder) -> list[Path]:
    folder = Path(folder)
    config, result = read_config(folder), finished(folder)
    drawings = [learning_curves, inner_loops, damping, reconstructions, ablation]
    return [drawing(folder, config, result) for drawing in drawings]


def learning_curves(folder: Path, config: dict, result: dict) -> Path:
    figure, axes = new_figure(1, 3, width=11, height=3.6, sharey=True)
    methods = ["hf", *config["grid"]]
    for ax, (against, label) in zip(axes, AXES.items()):
        for method in methods:
            at, error = curve(folder, method, against)
            ax.semilogy(at[at > 0], error[at > 0], label=TITLES[method])
        ax.axhline(result["mean_image_error"]["train"], color="grey", lw=0.8, marker="", ls="-", label="mean image")
        ax.set_xlabel(label)
        ax.set_xscale("log")
    axes[0].set_ylabel("train error (squared, summed over pixels)")
    plain_numbers(axes[0].yaxis)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, fontsize=8)
    ends = ", ".join(f"{TITLES[method]} {result['parts'][method]['train_error']:.2f}" for method in methods)
    return save(figure, folder / "figures" / "learning_curves.png",
                "Training error against epochs, work and time, on logarithmic axes, for four methods, with a line at the error of the "
                f"mean image. Errors at the end: {ends}.")


def inner_loops(folder: Path, config: dict, result: dict) -> Path:
    rows = [row for row in read_rows(folder / "hf") if "phis" in row]
    figure, ax = new_figure(width=6.4)
    shown = [rows[int(i)] for i in np.linspace(0, len(rows) - 1, min(5, len(rows)))]
    for row in shown:
        phis = np.array(row["phis"])
        i = np.arange(len(phis))
        share = (phis - phis[0]) / max(phis[0] - phis[-1], 1e-30)
        line, = ax.plot(i, share, marker="", label=f"step {row['step']}: {row['cg_iterations']} iterations, update from {row['backtracked']}")
        stored = np.unique(np.minimum(np.ceil(1.3 ** np.arange(40)), row["cg_iterations"]).astype(int))
        ax.plot(stored, share[stored], ".", color=line.get_color(), ms=5, markevery=1, label="_")
        ax.plot(row["backtracked"], share[row["backtracked"]], "o", mfc="none", mec=line.get_color(), ms=10, markevery=1, label="_")
    ax.set_xscale("symlog", linthresh=1)
    longest = max(row["cg_iterations"] for row in shown)
    ticks = [i for i in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500) if i <= longest]
    ax.set_xticks(ticks, labels=ticks)
    ax.minorticks_off()
    ax.set_xlabel("CG iteration")
    ax.set_ylabel("phi, as a share of the run's decrease")
    ax.set_title("dots: stored iterates; circle: the one that backtracking chose")
    ax.legend(fontsize=8)
    lengths = ", ".join(str(row["cg_iterations"]) for row in shown)
    return save(figure, folder / "figures" / "inner_loops.png",
                "The quadratic's value against CG iteration for five Hessian-free steps from the first to the last; each curve falls "
                f"fast, then slowly, until the stopping rule ends it. Lengths of the runs: {lengths} iterations.")


def damping(folder: Path, config: dict, result: dict) -> Path:
    rows = [row for row in read_rows(folder / "hf") if "rho" in row]
    figure, (top, bottom) = new_figure(2, 1, width=6.4, height=5, sharex=True)
    step = [row["step"] for row in rows]
    rho = np.array([row["rho"] for row in rows])
    top.semilogy(step, [row["damping"] for row in rows], marker="")
    top.set_ylabel("damping lambda")
    bottom.plot(step, np.clip(rho, -1, 2), ".", ls="", markevery=1, label="rho (cut at -1 and 2)")
    for level, dash in ((0.25, "--"), (0.75, ":")):
        bottom.axhline(level, color="black", lw=0.8, ls=dash, marker="", label=f"{level}: lambda {'grows below' if level < 0.5 else 'falls above'}")
    bottom.set_ylabel("reduction ratio rho")
    bottom.set_xlabel("Hessian-free step")
    bottom.legend(fontsize=8)
    low, high = min(row["damping"] for row in rows), max(row["damping"] for row in rows)
    return save(figure, folder / "figures" / "damping.png",
                f"Above, the damping lambda over {len(rows)} Hessian-free steps, between {low:.2g} and {high:.2g}; below, the reduction "
                "ratio rho of each step with the two levels of the Levenberg-Marquardt rule.")


def reconstructions(folder: Path, config: dict, result: dict) -> Path:
    _, x_test = images(config)
    net = network(config)
    shown = x_test[:10]
    methods = ["hf", *config["grid"]]
    figure, axes = new_figure(len(methods) + 1, len(shown), width=8, height=0.85 * (len(methods) + 1))
    rows = [("test image", shown)]
    for method in methods:
        theta = Parameters.from_vector(read_checkpoint(folder / method).theta, net.shapes)
        rows.append((TITLES[method], prediction(net.forward(theta, shown)[0])))
    for line, (title, pictures) in zip(axes, rows):
        for ax, picture in zip(line, pictures):
            ax.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
            ax.axis("off")
        line[0].set_title(title, loc="left", fontsize=8)
    return save(figure, folder / "figures" / "reconstructions.png",
                f"Ten test images and their reconstructions from a code of {config['encoder'][-1]} numbers by each method after training.")


def ablation(folder: Path, config: dict, result: dict) -> Path:
    figure, ax = new_figure(width=6.4)
    for part in ("hf", *ABLATION):
        at, error = curve(folder, part, "gradient_equivalents")
        until = at <= 1.1 * config["ablation_epochs"]
        ax.semilogy(at[until], error[until], label=TITLES[part])
    plain_numbers(ax.yaxis)
    ax.set_xlabel(AXES["gradient_equivalents"])
    ax.set_ylabel("train error (squared, summed over pixels)")
    ax.legend(fontsize=8)
    ends = ", ".join(f"{TITLES[part]} {result['parts'][part]['train_error']:.2f}" for part in ABLATION)
    return save(figure, folder / "figures" / "ablation.png",
                f"Training error against work for Hessian-free and four variants that each lack one component. Variants at the end: {ends}.")
