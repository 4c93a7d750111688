"""ortho-adding: two of T numbers are marked, and their sum is asked for at the end.

The paper's text on this task could not be read: the task is the released code's, but with the plain sum as its target.
Rates are our choice, the same for all variants: RMSprop's of 1e-3 for all weights, 1e-3/2m for the spectrum, and 1e-4
for the Cayley steps; tanh as in the paper's images.
"""

from pathlib import Path

from ref.experiments import ortho_figures
from ref.experiments.ortho_report import Claim, beats_baseline, below, report_of
from ref.experiments.ortho_sweep import PAPERS, SETTINGS, job, run
from ref.experiments.run import finished, read_config
from ref.tasks import adding

NAME = "ortho-adding"
SUMMARY = "Adding: factorised networks by margin on their singular values, Elman networks, LSTM."

ALL = ("lstm", *PAPERS, "none-glorot", "geodesic", "elman-orthogonal", "elman-identity", "elman-glorot")
OURS = {**SETTINGS, "activation": "tanh", "rate": 1e-3, "orthogonal_rate": 1e-4, "spectrum": {"method": "rmsprop", "rate": 1e-3}}

PRESETS = {
    "quick": {**OURS, "jobs": [job("adding", 50, ("m=0", "m=0.1", "m=1", "none", "elman-glorot"), updates=1000)]},
    "standard": {**OURS, "jobs": [
        job("adding", 100, ALL, seeds=2, fewer={"lstm": 1}, updates=3000),
        job("adding", 200, ALL, seeds=2, fewer={"lstm": 1}, updates=4000),
        job("adding", 100, ("m=0", "m=0.1", "m=1", "none", "elman-identity"), label="relu", activation="relu", updates=3000),
        job("adding", 100, ("m=0", "m=0.1", "m=1", "none"), label="oplu", activation="oplu", updates=2000, kernels="numpy"),
    ]},
    "paper": {**OURS, "jobs": [job("adding", T, ALL, seeds=5, updates=15_000) for T in (200, 500, 1000)]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    """The paper beats the baseline; the rest is a question of ours."""
    found = []
    for one in config["jobs"]:
        found.append(beats_baseline(config, parts, one, "best", adding.baseline(), "the mean's squared error of 1/6 is beaten"))
        if "m=0" in one["variants"]:
            found.append(below(parts, one, PAPERS[1:-1], "m=0", "best", "every margin above 0 ends with a smaller error than m = 0 (our question)"))
    return found


def figures(folder) -> list[Path]:
    folder = Path(folder)
    config, parts = read_config(folder), finished(folder)["parts"]
    first = config["jobs"][0]
    return [ortho_figures.convergence(folder, config, parts),
            ortho_figures.gradients_through_time(folder, config, parts, first, (*PAPERS, "elman-glorot")),
            ortho_figures.spectra(folder, config, parts, first, (*PAPERS, "none-glorot"))]


NOTE = ("Mean squared error on 200 held-out sequences; the best constant answer has 1/6. Goal: a tenth of it. Median of the seeds, "
        "and their range in brackets.")
report = report_of(NOTE, claims)
