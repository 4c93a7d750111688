"""What the five orthogonality experiments share: their variants, their settings, and the run of all parts.

A run's configuration has the settings of ref.experiments.orthogonality.training and a list of jobs, a panel of its
figures each, that have besides what all jobs have (ref.experiments.jobs)

    variants    name -> settings that make the variant; they overrule the job's, as those overrule the run's
    seeds       name -> how many

Its parts are "TASK-T[-LABEL]-VARIANT-SEED".  All variants of a job and seed see the same sequences in the same order;
those with the same scheme start from the same matrices.
"""

from functools import partial
from operator import itemgetter

from ref.experiments import jobs
from ref.experiments.orthogonality.training import train_part
from ref.experiments.sweep import Sweep

MARGINS = {f"m={margin:g}": {"network": "factorized", "margin": margin} for margin in (0.0, 0.001, 0.01, 0.1, 1.0)}
NO_MARGIN = {"network": "factorized", "margin": None}
VARIANTS = {
    "lstm": {"network": "lstm"},
    **MARGINS,
    "none": NO_MARGIN,
    "none-glorot": {**NO_MARGIN, "scheme": "glorot"},
    "none-identity": {**NO_MARGIN, "scheme": "identity"},
    "geodesic": {"network": "geodesic"},
    "elman-orthogonal": {"network": "elman"},
    "elman-identity": {"network": "elman", "scheme": "identity"},
    "elman-glorot": {"network": "elman", "scheme": "glorot"},
    "m=1-wrong-side": {**MARGINS["m=1"], "side": "wrong"},
}
TITLES = {
    "lstm": "LSTM", **{name: name.replace("=", " = ") for name in MARGINS}, "none": "no margin",
    "none-glorot": "no margin, Glorot", "none-identity": "no margin, identity", "geodesic": "W itself by Cayley steps",
    "elman-orthogonal": "Elman, orthogonal", "elman-identity": "Elman, identity", "elman-glorot": "Elman, Glorot",
    "m=1-wrong-side": "m = 1, wrong side",
}
PAPERS = ("m=0", "m=0.001", "m=0.01", "m=0.1", "m=1", "none")

RATE = "-rate="

SETTINGS = {
    "dtype": "float32", "n_hidden": 128, "network": "factorized", "margin": None, "scheme": "orthogonal",
    "input_range": 0.01, "activation": "identity", "rate": 1e-4, "orthogonal_rate": 1e-6, "side": "left",
    "spectrum": {"method": "rmsprop", "rate": 1e-4}, "soft": 0.0, "prior": 0.0, "weight_decay": 1e-4, "clip": 100.0,
    "lstm_clip": 1.0, "minibatch": 50, "chunk": 500, "n_test": 200, "evaluate_every": 100, "updates": 1000,
}


def job(task: str, T: int, variants, seeds: int = 1, fewer: dict[str, int] | None = None, label: str = "",
        **settings) -> dict:
    """variants: names of VARIANTS, or name -> settings; fewer: variants that have another number of seeds."""
    variants = dict(variants) if isinstance(variants, dict) else {name: VARIANTS[name] for name in variants}
    return {"task": task, "T": T, "label": label, "variants": variants, "settings": settings,
            "seeds": {name: (fewer or {}).get(name, seeds) for name in variants}}


def at_rates(names, rates) -> dict[str, dict]:
    """Variants "lstm-rate=0.0001", trained at that rate instead of the job's."""
    return {f"{name}{RATE}{rate:g}": {**VARIANTS[name], "rate": rate} for name in names for rate in rates}


def base(variant: str) -> str:
    """The variant without the rate in its name."""
    return variant.partition(RATE)[0]


def title(variant: str) -> str:
    name, at, rate = variant.partition(RATE)
    return TITLES.get(name, name.replace("=", " = ")) + (f", rate {rate}" if at else "")


def part_config(config: dict, job: dict, variant: str = "", seed: int = 0) -> dict:
    """The configuration of one part, or, without a variant, what all of the job's parts share."""
    own = job["variants"].get(variant, {})
    return jobs.part_config(config, job, own, seed, without=("jobs", "experiment", "preset"))


def parts(config: dict) -> dict[str, dict]:
    return jobs.parts(config["jobs"], itemgetter("seeds"), partial(part_config, config))


def outcomes(parts: dict[str, dict], job: dict) -> dict[str, list[dict]]:
    """variant -> results of its seeds, in their order."""
    return jobs.outcomes(parts, job, job["seeds"])


def run(config: dict, sweep: Sweep) -> dict:
    return {"parts": sweep(train_part, parts(config))}
