"""ortho-adding: two of T numbers are marked, and their sum is asked for at the end.

The paper's text on this task could not be read: the task is the released code's, but with the plain sum as its target.
Sizes and rates are our choice, the same for all variants: 64 units, tanh, input weights within ±0.3, no weight decay;
3e-4 for RMSprop, 3e-4/2m for the spectrum, 0.3 for the Cayley steps, whose gradient no running mean enlarges.  With
±0.01, 1e-3 and 1e-4 in their places, 3,000 updates at T = 100 did not get below the mean's error.
"""

from pathlib import Path

from ref.experiments.orthogonality import variants
from ref.experiments.orthogonality.figures import convergence, gradients_through_time, spectra
from ref.experiments.orthogonality.report import Claim, beats_baseline, below, report_of
from ref.experiments.orthogonality.variants import PAPERS, SETTINGS, job
from ref.experiments.run import read_run
from ref.tasks.sequences import adding

NAME = "ortho-adding"
KERNELS = ("numpy", "cpu")

ALL = ("lstm", *PAPERS, "none-glorot", "geodesic", "elman-orthogonal", "elman-identity", "elman-glorot")
OURS = {
    **SETTINGS, "n_hidden": 64, "activation": "tanh", "input_range": 0.3, "weight_decay": 0.0, "rate": 3e-4,
    "orthogonal_rate": 0.3, "spectrum": {"method": "rmsprop", "rate": 3e-4}, "n_test": 500, "evaluate_every": 250,
}
FEW = ("m=0", "m=0.1", "m=1", "none")

PRESETS = {
    "quick": {**OURS, "jobs": [job("adding", 20, (*FEW, "elman-identity"), updates=3000)]},
    "standard": {**OURS, "jobs": [
        job("adding", 50, ALL, seeds=2, fewer={"lstm": 1}, updates=12_000),
        job("adding", 100, (*FEW, "elman-orthogonal"), updates=12_000),
        job("adding", 50, (*FEW, "elman-identity"), label="relu", activation="relu", updates=12_000),
        job("adding", 50, FEW, label="oplu", activation="oplu", updates=6000, kernels="numpy"),
    ]},
    "paper": {**OURS, "n_hidden": 128, "jobs": [job("adding", T, ALL, seeds=5, updates=50_000)
                                                for T in (200, 500, 1000)]},
    "long": {**OURS, "n_hidden": 128, "jobs": [
        job("adding", 200, (*PAPERS, "none-identity", "geodesic", "elman-orthogonal"), seeds=2, updates=20_000),
        job("adding", 750, (*FEW, "elman-orthogonal"), updates=20_000),
    ]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    """That the baseline is beaten, and a question of ours."""
    found = []
    for one in config["jobs"]:
        found.append(beats_baseline(parts, one, "best", adding.baseline(), "the error of answering the mean is beaten"))
        if "m=0" in one["variants"]:
            found.append(below(parts, one, PAPERS[1:-1], "m=0", "best",
                               "every margin above 0 has a smaller least error than m = 0 (our question)"))
    return found


def figures(folder) -> list[Path]:
    done = read_run(folder)
    first = done.config["jobs"][0]
    return [convergence(done),
            gradients_through_time(done, first, (*PAPERS, "elman-glorot")),
            spectra(done, first, (*PAPERS, "none-glorot"))]


NOTE = ("Mean squared error on 500 held-out sequences; the best constant answer has 1/6. Goal: half of it. Median of "
        "the seeds, and their range in brackets. What the paper's text says of this task is not known to us.")
run, report = variants.run, report_of(NOTE, claims)
