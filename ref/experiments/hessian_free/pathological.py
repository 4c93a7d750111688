"""hf-pathological: Elman networks on tasks whose answer hangs on a few early steps, trained by Hessian-free and by first-order methods.

    parts     "TASK-T-hf-SEED"                     Hessian-free with structural damping
              "TASK-T-hf-plain-SEED"               and without
              "TASK-T-METHOD-RATE-SEED"            gradient descent, Nesterov, Adam at each rate of a grid, with the first seed, for the tuning budget
              "TASK-T-METHOD-SEED"                 each of them at its best rate

Every method of a task begins with the seed's parameters, never sees a sequence twice, and ends when it has solved the task or
spent the budget: the task's own, in gradient-equivalents (gradients of one sequence), the same for all methods.
Solved: `wrong` on the seed's fixed test sequences is below the task's threshold (ref.tasks.sequences.pathological).
"""

import numpy as np

from ref.experiments.hessian_free import pathological_figures, pathological_report
from ref.experiments.hessian_free.pathological_report import prefix
from ref.experiments.hessian_free.pathological_training import train_part
from ref.experiments.sweep import sweep

NAME = "hf-pathological"
KERNELS = ("numpy", "cpu")
SUMMARY = "Elman networks on long-term-dependency tasks: Hessian-free with and without structural damping, first-order methods."

SETTINGS = {
    "dtype": "float32", "n_hidden": 100, "initialisation": "sparse", "weight_decay": 2e-5, "n_test": 10_000, "chunk": 500,
    "sequences": 500, "batches": 4, "minibatch": 100, "evaluate_every": 500, "tuning_share": 0.2, "momentum": 0.99,
    "hf": {"damping": 0.1, "max_iterations": 150, "structural": 0.03},
    "grid": {"gradient-descent": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3], "nesterov": [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01],
             "adam": [0.0001, 0.0003, 0.001, 0.003]},
}
OTHERS = ("multiplication", "xor", "temporal_order_3bit", "random_permutation", "memorisation_5bit", "memorisation_20bit")


def job(task: str, T: int, budget: float, hf: int, plain: int = 0, first_order: int = 0, variant: str = "", **settings) -> dict:
    """One task at one length; how many seeds each kind of method has, and settings other than the preset's.

    variant   what tells it from another job of the same task and length
    """
    return {"task": task, "T": T, "variant": variant, "budget": budget, "seeds": {"hf": hf, "hf-plain": plain, "first-order": first_order}, "settings": settings}


PRESETS = {
    "quick": {**SETTINGS, "n_test": 2000, "jobs": [job("temporal_order", 30, 6e5, hf=1, plain=1, first_order=1, sequences=250)]},
    "standard": {**SETTINGS, "jobs": [
        job("temporal_order", 50, 1.5e6, hf=5, plain=3, first_order=3),
        job("addition", 50, 4e6, hf=5, plain=1, first_order=1),
        job("temporal_order", 100, 4e6, hf=5, initialisation="orthogonal"),
        job("temporal_order", 100, 2e6, hf=1, variant="sparse"),
        job("temporal_order", 200, 1e6, hf=1, initialisation="orthogonal"),
        *(job(task, 30, 2e6, hf=1) for task in OTHERS),
    ]},
    "paper": {**SETTINGS, "sequences": 1000, "batches": 10, "hf": {**SETTINGS["hf"], "max_iterations": 300}, "jobs": [
        job(task, T, 4e6 * T, hf=5, plain=5, first_order=5) for task in ("addition", "temporal_order", *OTHERS) for T in (30, 50, 100, 200)
    ]},
}

figures, report = pathological_figures.draw, pathological_report.section


def of_job(config: dict, job: dict, method: str, seed: int, rate: float | None = None) -> dict:
    """The configuration of one part: the run's with the job's own settings, the method, its rate and its budget."""
    whole = {name: value for name, value in {**config, **job["settings"]}.items() if name not in ("jobs", "grid", "tuning_share")}
    return {**whole, "task": job["task"], "T": job["T"], "method": method, "rate": rate, "part_seed": config["seed"] + seed, "budget": job["budget"]}


def part_name(job: dict, method: str, seed: int, rate: float | None = None) -> str:
    return "-".join([prefix(job), method, *([] if rate is None else [f"{rate:g}"]), str(seed)])


def tuning_parts(config: dict) -> dict[str, dict]:
    """Each first-order method at each rate of its grid, with the first seed and a share of the budget."""
    return {part_name(job, method, 0, rate): {**of_job(config, job, method, 0, rate), "budget": config["tuning_share"] * job["budget"]}
            for job in config["jobs"] if job["seeds"]["first-order"] for method, rates in config["grid"].items() for rate in rates}


def best_rate(config: dict, job: dict, method: str, results: dict[str, dict]) -> float:
    """A rate that solved the task, the fastest first; otherwise the one with the lowest test loss; one that diverged loses."""
    def key(rate: float) -> tuple:
        result = results[part_name(job, method, 0, rate)]
        if result["solved"]:
            return 0, result["gradient_equivalents"]
        return 1, result["test_loss"] if result["stopped"] == "gradient_equivalents" else np.inf

    return min(config["grid"][method], key=key)


def main_parts(config: dict, tuned: dict[str, dict]) -> dict[str, dict]:
    """All methods of all jobs with all their seeds, the best rates given by the tuning parts' results."""
    parts = {}
    for job in config["jobs"]:
        for method in methods(config, job):
            first_order = method in config["grid"]
            rate = best_rate(config, job, method, tuned) if first_order else None
            for seed in range(job["seeds"]["first-order" if first_order else method]):
                parts[part_name(job, method, seed)] = of_job(config, job, method, seed, rate)
    return parts


def methods(config: dict, job: dict) -> list[str]:
    """The methods that a job has seeds for."""
    return [method for method in ("hf", "hf-plain", *config["grid"]) if job["seeds"].get(method, job["seeds"]["first-order"])]


def run(config: dict, folder, workers: int) -> dict:
    """The rates' grid; then everything else side by side."""
    results = sweep(train_part, tuning_parts(config), folder, workers, threads=config["threads"])
    return {"parts": results | sweep(train_part, main_parts(config, results), folder, workers, threads=config["threads"])}
