"""The Hessian along a training: its ends, how much of it is below zero, its density at the end, and sharpness.

    "...-spectrum-METHOD-SEED"     of one training
    "...-dense-METHOD-0"           all eigenvalues at the end of the job's first method and seed, where it has "dense"

A part's configuration is that of training, and

    points          [[part, step, epoch], ...]: what of the training is looked at; the last one is its end
    n_curvature     how many of the surface's images the Hessian is of, the first
    path_runs, path_steps       of the Lanczos quadrature at every point, which gives index and mean
    density_runs, density_steps of the density at the end
    epsilon         of the sharpness's box

With batch norm there are two Hessians, of the same images and, at the point itself, of the same loss:

    recompute       the statistics are gathered first, and then held: the derivative does not go through them
    batch           the statistics are those of the one whole batch, and the derivative goes through them

All is in float64, whatever the training was in.
"""

import numpy as np

from ref.batch import Batch
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.study import part_config
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import LOSS, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.recording import FolderRecorder
from ref.loss_surfaces.batch_norm import policies
from ref.loss_surfaces.distances import norm
from ref.loss_surfaces.negative_curvature import along
from ref.loss_surfaces.sharpness import sharpness
from ref.loss_surfaces.spectral_density import spectrum
from ref.objective import Objective
from ref.parameters import Parameters
from ref.random import stream

Array = np.ndarray
HELD, BATCH = "recompute", "batch"


def hessians(job: dict) -> list[str]:
    return [HELD, BATCH] if job["settings"]["batch_norm"] else [HELD]


def dense_method(job: dict) -> str:
    """The method whose end has all eigenvalues, or ""."""
    return job["methods"][0] if job["settings"].get("dense") else ""


def looking_parts(config: dict, trained: dict[str, dict]) -> dict[str, dict]:
    """trained: the results of all trainings."""
    parts = {}
    for job in config["jobs"]:
        for seed in range(job["seeds"]):
            for method in job["methods"]:
                own = part_config(config, job, method, seed)
                name, a = part_name(job, method, seed), trained[part_name(job, method, seed)]["steps_an_epoch"]
                last = trained[name]["last"] / a
                points = [[name, round(a * epoch), epoch] for epoch in [0, *own["kept"], last]]
                parts[part_name(job, f"spectrum-{method}", seed)] = {**own, "points": points,
                                                                     "hessians": hessians(job)}
    return parts


def dense_parts(looked_at: dict[str, dict], config: dict) -> dict[str, dict]:
    """looked_at: the configurations of `looking_parts`."""
    return {part_name(job, f"dense-{dense_method(job)}", 0): looked_at[part_name(job, f"spectrum-{dense_method(job)}",
                                                                                 0)]
            for job in config["jobs"] if dense_method(job)}


def look_part(config: dict, recorder: FolderRecorder) -> dict:
    """By Hessian: "rows", one a point, and "nodes" and "weights" of the density at the end."""
    batch = batch_of(config)
    thetas = points(config, recorder)
    found = {"n_parameters": thetas[0].size}
    for which in config["hessians"]:
        rng = stream(config["part_seed"], 0, "directions")

        def hessian(theta: Parameters, which=which):
            return objective_at(config, theta, batch, which).curvature(theta, batch, "hessian")

        rows = along(thetas, hessian, rng, config["path_runs"], config["path_steps"])
        for theta, row, (_, _, epoch) in zip(thetas, rows, config["points"]):
            objective = objective_at(config, theta, batch, which)
            loss, gradient = objective.value_and_gradient(theta, batch)
            row |= {"epoch": epoch, "loss": loss, "gradient": norm(gradient),
                    "sharpness": sharpness(objective, theta, batch, rng, config["epsilon"])}
        density = spectrum(hessian(thetas[-1]).matvec, thetas[-1].size, rng, config["density_runs"],
                           config["density_steps"])
        found[which] = {"rows": rows, "nodes": density.nodes.tolist(), "weights": density.weights.tolist()}
    return found


def dense_part(config: dict, recorder: FolderRecorder) -> dict:
    """By Hessian: all eigenvalues at the end, ascending, from a product with every unit vector."""
    batch, theta = batch_of(config), points(config, recorder)[-1]
    found = {}
    for which in config["hessians"]:
        H = objective_at(config, theta, batch, which).curvature(theta, batch, "hessian")
        matrix = np.empty((theta.size, theta.size))
        unit = np.zeros(theta.size)
        for k in range(theta.size):
            unit[k] = 1
            matrix[k] = H.matvec(unit)
            unit[k] = 0
        found[which] = {"eigenvalues": np.linalg.eigvalsh((matrix + matrix.T) / 2).tolist(),
                        "asymmetry": float(np.abs(matrix - matrix.T).max() / np.abs(matrix).max())}
    return found


def batch_of(config: dict) -> Batch:
    return data_of({**config, "dtype": "float64"}).surface.cases(slice(0, config["n_curvature"]))


def points(config: dict, recorder: FolderRecorder) -> list[Parameters]:
    return [kept(recorder.folder.parent / part, step).astype(np.float64) for part, step, _ in config["points"]]


def objective_at(config: dict, theta: Parameters, batch: Batch, which: str) -> Objective:
    """All cases in one chunk."""
    network, x = network_of(config, batch.inputs[0].shape[1:]), batch.inputs[0]
    policy = policies.make(which, network, {"theta": theta}, x, chunk=len(x))
    return Objective(policy.at(theta, (1.0,)), LOSS, chunk=4 * len(x))
