"""hf-pathological: Elman networks on tasks whose answer hangs on a few early steps, by Hessian-free and others.

    parts     "TASK-T-hf-SEED"                     Hessian-free with structural damping
              "TASK-T-hf-plain-SEED"               and without
              "TASK-T-METHOD-RATE-SEED"            gradient descent, Nesterov, Adam at each rate of a grid, with the
                                                   first seed, for the tuning budget
              "TASK-T-METHOD-SEED"                 each of them at its best rate

Every method of a task begins with the seed's parameters, never sees a sequence twice, and ends when it has solved the
task or spent the budget: the task's own, in gradient-equivalents (gradients of one sequence), the same for all methods.
Solved: `wrong` on the seed's fixed test sequences is below the task's threshold (ref.tasks.sequences.pathological).
"""

from functools import partial

import numpy as np

from ref.experiments import grid, jobs
from ref.experiments.hessian_free import pathological_figures, pathological_report
from ref.experiments.hessian_free.pathological_training import seeds_of, train_part
from ref.experiments.jobs import part_name
from ref.experiments.sweep import Sweep
from ref.experiments.training import SPENT

NAME = "hf-pathological"
KERNELS = ("numpy", "cpu")

SETTINGS = {
    "dtype": "float32", "n_hidden": 100, "initialisation": "sparse", "weight_decay": 2e-5, "n_test": 10_000,
    "chunk": 500, "sequences": 500, "batches": 4, "minibatch": 100, "evaluate_every": 500, "tuning_share": 0.2,
    "momentum": 0.99, "hf": {"damping": 0.1, "max_iterations": 150, "structural": 0.03},
    "grid": {"gradient-descent": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
             "nesterov": [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01],
             "adam": [0.0001, 0.0003, 0.001, 0.003]},
}
OF_THE_RUN = ("jobs", "grid", "tuning_share")
OTHERS = ("multiplication", "xor", "temporal_order_3bit", "random_permutation", "memorisation_5bit",
          "memorisation_20bit")


def job(task: str, T: int, budget: float, hf: int, plain: int = 0, first_order: int = 0, variant: str = "",
        **settings) -> dict:
    """One task at one length; how many seeds each kind of method has, and settings other than the preset's.

    variant   what tells it from another job of the same task and length
    """
    return {"task": task, "T": T, "variant": variant, "budget": budget,
            "seeds": {"hf": hf, "hf-plain": plain, "first-order": first_order}, "settings": settings}


PRESETS = {
    "quick": {**SETTINGS, "n_test": 2000,
              "jobs": [job("temporal_order", 30, 6e5, hf=1, plain=1, first_order=1, sequences=250)]},
    "standard": {**SETTINGS, "jobs": [
        job("temporal_order", 50, 1.5e6, hf=5, plain=3, first_order=3),
        job("addition", 50, 4e6, hf=5, plain=1, first_order=1),
        job("temporal_order", 100, 4e6, hf=5, initialisation="orthogonal"),
        job("temporal_order", 100, 2e6, hf=1, variant="sparse"),
        job("temporal_order", 200, 1e6, hf=1, initialisation="orthogonal"),
        *(job(task, 30, 2e6, hf=1) for task in OTHERS),
    ]},
    "paper": {**SETTINGS, "sequences": 1000, "batches": 10, "hf": {**SETTINGS["hf"], "max_iterations": 300}, "jobs": [
        job(task, T, 4e6 * T, hf=5, plain=5, first_order=5)
        for task in ("addition", "temporal_order", *OTHERS) for T in (30, 50, 100, 200)
    ]},
}

figures, report = pathological_figures.figures, pathological_report.report


def part_config(config: dict, job: dict, method: str, seed: int, rate: float | None = None) -> dict:
    own = {"method": method, "rate": rate, "budget": job["budget"]}
    return jobs.part_config(config, job, own, seed, OF_THE_RUN)


def tuning_parts(config: dict) -> dict[str, dict]:
    """Each first-order method at each rate of its grid, with the first seed and a share of the budget."""
    return {part_name(job, name, 0): {**part_config(config, job, method, 0, *rate),
                                      "budget": config["tuning_share"] * job["budget"]}
            for job in config["jobs"] if job["seeds"]["first-order"]
            for name, (method, rate) in grid.tried(config["grid"]).items()}


def best_rates(config: dict, job: dict, results: dict[str, dict]) -> dict[str, list]:
    """Each method's [rate]: one that solved the task, the fastest first; otherwise the one with the lowest test loss;
    one that diverged loses."""
    def key(result: dict) -> tuple:
        if result["solved"]:
            return 0, result["gradient_equivalents"]
        return 1, result["test_loss"] if result["stopped"] == SPENT else np.inf

    ends = {name: results[part_name(job, name, 0)] for name in grid.tried(config["grid"])}
    return grid.best(config["grid"], ends, key)


def main_parts(config: dict, tuned: dict[str, dict]) -> dict[str, dict]:
    """All methods of all jobs with all their seeds, the best rates given by the tuning parts' results."""
    rates = {jobs.prefix(job): best_rates(config, job, tuned) for job in config["jobs"] if job["seeds"]["first-order"]}

    def of_part(job: dict, method: str, seed: int) -> dict:
        return part_config(config, job, method, seed, *rates.get(jobs.prefix(job), {}).get(method, []))

    return jobs.parts(config["jobs"], partial(seeds_of, config), of_part)


def run(config: dict, sweep: Sweep) -> dict:
    """The rates' grid; then everything else side by side."""
    results = sweep(train_part, tuning_parts(config))
    return {"parts": results | sweep(train_part, main_parts(config, results))}
