"""What the five orthogonality experiments share: their variants, their settings, and the sweep over all parts.

A run's configuration has the settings of ref.experiments.orthogonality.training and

    jobs    a list of {"task", "T", "label", "variants", "seeds", "settings"}: a panel of its figures each.  variants:
            name -> settings that make the variant; seeds: name -> how many; settings: the job's own.  A variant's
            settings come before the job's, and those before the run's.

Its parts are "JOB-VARIANT-SEED", JOB = "TASK-T" or "TASK-T-LABEL".  All variants of a job and seed see the same
sequences in the same order; those with the same scheme start from the same matrices.
"""

from ref.experiments.orthogonality.training import train_part
from ref.experiments.sweep import sweep

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


def prefix(job: dict) -> str:
    """What the names of the job's parts begin with."""
    return "-".join([job["task"], str(job["T"]), *filter(None, [job["label"]])])


def part_name(job: dict, variant: str, seed: int) -> str:
    return f"{prefix(job)}-{variant}-{seed}"


def part_config(config: dict, job: dict, variant: str = "", seed: int = 0) -> dict:
    """The configuration of one part, or, without a variant, what all of the job's parts share."""
    own = {**job["settings"], **job["variants"].get(variant, {})}
    whole = {name: value for name, value in {**config, **own}.items() if name not in ("jobs", "experiment", "preset")}
    return {**whole, "task": job["task"], "T": job["T"], "part_seed": config["seed"] + seed}


def parts(config: dict) -> dict[str, dict]:
    """Seed after seed, so that a run that is killed has some of everything."""
    most = max(max(job["seeds"].values()) for job in config["jobs"])
    return {part_name(job, variant, seed): part_config(config, job, variant, seed) for seed in range(most)
            for job in config["jobs"] for variant in job["variants"] if seed < job["seeds"][variant]}


def run(config: dict, folder, workers: int) -> dict:
    return {"parts": sweep(train_part, parts(config), folder, workers, threads=config["threads"])}


def outcomes(parts: dict[str, dict], job: dict) -> dict[str, list[dict]]:
    """variant -> results of its seeds, in their order."""
    return {variant: [parts[part_name(job, variant, seed)] for seed in range(n)] for variant, n in job["seeds"].items()}
