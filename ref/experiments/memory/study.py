"""What the five memory experiments share: their jobs and settings, the choice of a rate, and the run of all parts.

A run's configuration has the settings of ref.experiments.memory.training and

    rates           model -> those that are tried with the first seed for a share (tuning_share) of the updates; the one
                    that costs least on the validation sequences goes on
    jobs            a panel of the figures each, which have besides what all jobs have (ref.experiments.jobs)

        T                       the largest size of training, which names the job's parts
        sizes, harder, shown    of ref.experiments.memory.tasks
        models                  name -> settings of its own, which overrule the job's
        seeds                   how many, of every model

Its parts are "TASK-T[-LABEL]-MODEL-RATE-0", which try the rates, and "TASK-T[-LABEL]-MODEL-SEED".  All models of a job
and seed see the same sequences in the same order.
"""

import numpy as np

from ref.experiments import grid, jobs
from ref.experiments.jobs import label, part_name, prefix
from ref.experiments.memory.models import MODELS
from ref.experiments.memory.training import train_part
from ref.experiments.sweep import Sweep

ALL = tuple(MODELS)


def rates(*tried: float) -> dict[str, list]:
    """The same for all models."""
    return {model: list(tried) for model in MODELS}


SETTINGS = {
    "dtype": "float32", "n_hidden": 64, "n_locations": 48, "width": 12, "heads": 1, "learnt": [], "forget_bias": -1.0,
    "rates": rates(1e-3, 3e-3, 1e-2), "tuning_share": 0.25, "falls": True, "clip": 1.0, "minibatch": 16, "chunk": 100,
    "n_validation": 100, "n_test": 200, "n_harder": 100, "evaluate_every": 250, "goal": 0.1, "updates": 1000,
}
PAPERS = {**SETTINGS, "n_hidden": 100, "n_locations": 128, "width": 20, "rates": rates(3e-4, 1e-3, 3e-3),
          "evaluate_every": 1000}
OF_THE_RUN = ("jobs", "rates", "tuning_share", "experiment", "preset")


def job(task: str, T: int, sizes: dict, harder: dict[str, dict], models=ALL, seeds: int = 1, label: str = "",
        shown: dict | None = None, **settings) -> dict:
    """models: names, or name -> settings of its own."""
    models = models if isinstance(models, dict) else dict.fromkeys(models, {})
    models = {name: {**MODELS[name].settings, **own} for name, own in models.items()}
    return {"task": task, "T": T, "label": label, "sizes": sizes, "harder": harder, "shown": shown or {},
            "models": models, "seeds": seeds, "settings": settings}


def ntms(job: dict) -> list[str]:
    """Those of the job's models that the paper's claims are about."""
    return [model for model in ("ntm", "ntm-ff") if model in job["models"]]


def title(job: dict) -> str:
    """"copy: length 1 to 20, bits 8"."""
    sizes = (f"{name} {size[0]} to {size[1]}" if isinstance(size, list) else f"{name} {size}"
             for name, size in job["sizes"].items())
    return f"{job['task'].replace('_', ' ')}: {', '.join(sizes)}" + (f", {label(job)}" if label(job) else "")


def part_config(config: dict, job: dict, model: str, seed: int = 0, rate: float = 0.0, share: float = 1.0) -> dict:
    """share: of the updates."""
    own = {"model": model, "rate": rate, **{name: job[name] for name in ("sizes", "harder", "shown")},
           **job["models"][model]}
    whole = jobs.part_config(config, job, own, seed, OF_THE_RUN)
    return {**whole, "updates": max(1, round(share * whole["updates"]))}


def tried(config: dict, job: dict) -> dict[str, tuple[str, list]]:
    """name -> (model, [rate]) of all that the job tries."""
    return grid.tried(rates_of(config, job))


def rates_of(config: dict, job: dict) -> dict[str, list]:
    return {model: config["rates"][model] for model in job["models"]}


def tuning_parts(config: dict) -> dict[str, dict]:
    return {part_name(job, name, 0): part_config(config, job, model, 0, rate, config["tuning_share"])
            for job in config["jobs"] for name, (model, (rate,)) in tried(config, job).items()}


def best_rates(config: dict, job: dict, results: dict[str, dict]) -> dict[str, list]:
    """model -> [rate]: of those whose training went on to its end the one that is best on the validation sequences."""
    def key(result: dict) -> float:
        return or_infinite(result["validation"]) if result["stopped"] == "steps" else np.inf

    return grid.best(rates_of(config, job), {name: results[part_name(job, name, 0)] for name in tried(config, job)},
                     key)


def or_infinite(value: float | None) -> float:
    """What is not a number, or not there, is infinite: it is no better than anything."""
    return np.inf if value is None or np.isnan(value) else value


def main_parts(config: dict, tuned: dict[str, dict]) -> dict[str, dict]:
    """All models of all jobs with all their seeds; tuned: the results of those that try the rates."""
    rates = {prefix(job): best_rates(config, job, tuned) for job in config["jobs"]}

    def of_part(job: dict, model: str, seed: int) -> dict:
        return part_config(config, job, model, seed, *rates[prefix(job)][model])

    return jobs.parts(config["jobs"], seeds_of, of_part)


def seeds_of(job: dict) -> dict[str, int]:
    return dict.fromkeys(job["models"], job["seeds"])


def outcomes(parts: dict[str, dict], job: dict) -> dict[str, list[dict]]:
    """model -> results of its seeds, in their order."""
    return jobs.outcomes(parts, job, seeds_of(job))


def run(config: dict, sweep: Sweep) -> dict:
    """The rates; then everything else side by side."""
    results = sweep(train_part, tuning_parts(config))
    return {"parts": results | sweep(train_part, main_parts(config, results))}
