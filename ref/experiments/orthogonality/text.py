"""ortho-text: the next character of Shakespeare's tragedies, and of a Markov source whose entropy is known.

The paper's Penn Treebank cannot be shipped; for a user's own copy there is ref.tasks.text.penn_treebank.  Windows of
75 and of 300 characters, as the lines of the released code are at most that long.  Rates are our choice: 1e-3 for all
weights, 1e-3/2m for the spectrum, 1e-4 for the Cayley steps; tanh.
"""

from pathlib import Path

from ref.experiments.orthogonality import variants
from ref.experiments.orthogonality.figures import convergence, final, spectra
from ref.experiments.orthogonality.report import Claim, report_of
from ref.experiments.orthogonality.variants import PAPERS, SETTINGS, job
from ref.experiments.run import read_run

NAME = "ortho-text"
KERNELS = ("numpy", "cpu")

ALL = ("lstm", *PAPERS, "none-glorot", "elman-orthogonal", "elman-identity", "elman-glorot")
OURS = {**SETTINGS, "activation": "tanh", "rate": 1e-3, "orthogonal_rate": 1e-4,
        "spectrum": {"method": "rmsprop", "rate": 1e-3}, "evaluate_every": 200, "n_test": 500}
FEW = ("lstm", "m=0", "m=0.1", "m=1", "none")

PRESETS = {
    "quick": {**OURS, "evaluate_every": 100, "jobs": [job("markov", 50, ("m=0", "m=0.1", "none"), updates=1000)]},
    "standard": {**OURS, "jobs": [
        job("tragedies", 75, ALL, updates=2000),
        job("tragedies", 300, FEW, updates=800),
        job("markov", 100, FEW, updates=1500),
    ]},
    "paper": {**OURS, "jobs": [job("tragedies", T, ALL, seeds=3, updates=50_000) for T in (75, 300)]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    """None: what the paper says of text could not be read."""
    return []


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [convergence(done), final(done),
            spectra(done, done.config["jobs"][0], (*PAPERS, "none-glorot"))]


NOTE = ("Bits a character on the test part of the tragedies (in windows, each begun anew), or on fresh sequences of "
        "the source. The paper used Penn Treebank; its numbers are not known to us for sure, and none stands here. "
        "Median of the seeds, and their range in brackets.")
run, report = variants.run, report_of(NOTE, claims)
