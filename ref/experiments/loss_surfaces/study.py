"""What the loss-surface experiments share: their jobs and settings, the choice of a rate, and the run of all parts.

A run's configuration has the settings of ref.experiments.loss_surfaces.training.part and lines.looking and

    rates           method -> those that are tried with the first seed for a share (tuning_share) of the epochs; the one
                    whose loss on the validation images is least goes on
    jobs            a panel of the figures each: a task, a network ("T", which names the parts with the task), with and
                    without batch norm and dropout, with all methods and so many seeds

Its parts are "TASK-NETWORK-LABEL-METHOD-RATE-0", which try the rates, "TASK-NETWORK-LABEL-METHOD-SEED", and what
ref.experiments.loss_surfaces.lines and sheets look at when these have ended.
"""

import numpy as np

from ref.experiments import grid, jobs
from ref.experiments.jobs import part_name, prefix
from ref.experiments.loss_surfaces.training.data import GUESS
from ref.experiments.loss_surfaces.training.methods import ALL, METHODS
from ref.experiments.loss_surfaces.training.part import train_part
from ref.experiments.run import Run
from ref.experiments.sweep import Sweep

SETTINGS = {
    "dtype": "float32", "initialization": "uniform", "minibatch": 100, "flips": False, "shift": 0, "kept_back": 0.1,
    "n_training": None, "n_test": None, "n_surface": 500,
    "epochs": 30, "kept": [], "evaluate_every": 2, "tuning_share": 0.3, "begin": None,
    "rates": {name: list(method.rates) for name, method in METHODS.items()},
    "policy": "recompute", "alphas": 11, "beyond": 2.0, "sheet": 8, "sheets": [],
}
LEARNT = 0.9  # of a guess's loss
OF_THE_RUN = ("jobs", "rates", "tuning_share", "experiment", "preset")


def job(task: str, network: str, batch_norm: bool, dropout: bool, seeds: int, methods=ALL, **settings) -> dict:
    """settings: the job's own, which overrule the run's."""
    label = "-".join([*(["bn"] if batch_norm else ["plain"]), *(["dropout"] if dropout else [])])
    own = {"network": network, "batch_norm": batch_norm, "dropout": dropout, **settings}
    return {"task": task, "T": network, "label": label, "methods": list(methods), "seeds": seeds, "settings": own}


def under(job: dict, policy: str) -> dict:
    """The job, looked at under that policy for the statistics of batch norm; its trainings are those of the job."""
    return {**job, "label": f"{job['label']}-{policy}", "trained": job["label"],
            "settings": {**job["settings"], "policy": policy}}


def trained_as(job: dict) -> dict:
    """The job whose parts are the trainings of this one."""
    own = {name: value for name, value in job.items() if name != "trained"}
    return {**own, "label": job.get("trained", job["label"])}


def statistics(job: dict) -> str:
    """" (frozen)" of a job under a policy, else ""."""
    return f" ({job['settings']['policy']})" if "trained" in job else ""


def title(job: dict) -> str:
    """"digits, nin-tiny, batch norm, no dropout"; under a policy "..., batch norm (frozen), no dropout"."""
    own = job["settings"]
    norm, dropout = (f"{'' if own[name] else 'no '}{name.replace('_', ' ')}" for name in ("batch_norm", "dropout"))
    return f"{job['task']}, {job['T']}, {norm}{statistics(job)}, {dropout}"


def part_config(config: dict, job: dict, method: str, seed: int = 0, rate: float = 0.0, share: float = 1.0) -> dict:
    """share: of the epochs."""
    whole = jobs.part_config(config, job, {"method": method, "rate": rate}, seed, OF_THE_RUN)
    return {**whole, "epochs": max(1, round(share * whole["epochs"]))}


def rates_of(config: dict, job: dict) -> dict[str, list]:
    return {method: config["rates"][method] for method in job["methods"]}


def tried(config: dict, job: dict) -> dict[str, tuple[str, list]]:
    """name -> (method, [rate]) of all that the job tries."""
    return grid.tried(rates_of(config, job))


def tuning_parts(config: dict) -> dict[str, dict]:
    parts = {}
    for job in config["jobs"]:
        for name, (method, (rate,)) in tried(config, job).items():
            one = part_config(config, job, method, 0, rate, config["tuning_share"])
            parts[part_name(job, name, 0)] = {**one, "kept": []}
    return parts


def best_rates(config: dict, job: dict, results: dict[str, dict]) -> dict[str, list]:
    """method -> [rate]: of those whose training went on to its end the one with the least validation loss."""
    def key(result: dict) -> float:
        return or_infinite(result["validation_loss"]) if result["stopped"] == "steps" else np.inf

    return grid.best(rates_of(config, job), {name: results[part_name(job, name, 0)] for name in tried(config, job)},
                     key)


def or_infinite(value: float | None) -> float:
    """What is not a number, or not there, is infinite: it is no better than anything."""
    return np.inf if value is None or np.isnan(value) else value


def learnt(loss: float) -> bool:
    """Whether an end is better than a guess: one that is not is nobody's end, and no claim is about it."""
    return loss < LEARNT * GUESS


def has_learnt(result: dict) -> bool:
    """Of a training: it went on to its end and has learnt."""
    return result["stopped"] == "steps" and learnt(or_infinite(result["surface_loss"]))


def time_taken(run: Run) -> str:
    """The last line of a report."""
    seconds = sum(result.get("processor_seconds", 0.0) for result in run.parts.values())
    return f"All that was trained took {seconds / 60:.0f} processor minutes."


def training_parts(config: dict, tuned: dict[str, dict]) -> dict[str, dict]:
    """All methods of all jobs with all their seeds; tuned: the results of those that try the rates."""
    rates = {prefix(job): best_rates(config, job, tuned) for job in config["jobs"]}

    def of_part(job: dict, method: str, seed: int) -> dict:
        return part_config(config, job, method, seed, *rates[prefix(job)][method])

    return jobs.parts(config["jobs"], seeds_of, of_part)


def seeds_of(job: dict) -> dict[str, int]:
    return dict.fromkeys(job["methods"], job["seeds"])


def outcomes(parts: dict[str, dict], job: dict) -> dict[str, list[dict]]:
    """method -> results of its seeds, in their order."""
    return jobs.outcomes(parts, job, seeds_of(job))


def train_all(config: dict, sweep: Sweep) -> dict[str, dict]:
    """The rates; then all trainings side by side."""
    results = sweep(train_part, tuning_parts(config))
    return results | sweep(train_part, training_parts(config, results))
