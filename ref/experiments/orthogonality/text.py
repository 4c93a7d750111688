"""ortho-text: the next character of Shakespeare's tragedies, and of a Markov source whose entropy is known.

The paper's Penn Treebank cannot be shipped; for a user's own copy there is ref.tasks.text.penn_treebank.  Windows of
75 and of 300 characters, as the lines of the released code are at most that long.  Rates are our choice: 1e-3 for all
weights, 1e-3/2m for the spectrum, 1e-4 for the Cayley steps; tanh.  Beside the networks stand n-gram models, counted on
the same training part and asked of the same windows.
"""

from pathlib import Path

import numpy as np

from ref.experiments.orthogonality import variants
from ref.experiments.orthogonality.figures import convergence, final, spectra
from ref.experiments.orthogonality.report import Claim, report_of
from ref.experiments.orthogonality.tasks import codes, held_out, letters, source
from ref.experiments.orthogonality.variants import PAPERS, SETTINGS, job
from ref.experiments.run import read_run
from ref.random import stream
from ref.tasks.text.characters import windows
from ref.tasks.text.ngrams import bits_by_context

NAME = "ortho-text"
KERNELS = ("numpy", "cpu")

ALL = ("lstm", *PAPERS, "none-glorot", "elman-orthogonal", "elman-identity", "elman-glorot")
OURS = {**SETTINGS, "activation": "tanh", "rate": 1e-3, "orthogonal_rate": 1e-4,
        "spectrum": {"method": "rmsprop", "rate": 1e-3}, "evaluate_every": 200, "n_test": 500}
COUNTED = 2000  # sequences of the Markov source that n-gram models are counted on
FEW = ("lstm", "m=0", "m=0.1", "m=1", "none")

PRESETS = {
    "quick": {**OURS, "evaluate_every": 100, "jobs": [job("markov", 50, ("m=0", "m=0.1", "none"), updates=1000)]},
    "standard": {**OURS, "jobs": [
        job("tragedies", 75, ALL, updates=2000),
        job("tragedies", 300, FEW, updates=800),
        job("markov", 100, FEW, updates=1500),
    ]},
    "paper": {**OURS, "jobs": [job("tragedies", T, ALL, seeds=3, updates=50_000) for T in (75, 300)]},
    "long": {**OURS, "jobs": [
        job("tragedies", 75, ("lstm", *PAPERS, "none-glorot", "none-identity", "elman-orthogonal", "elman-glorot"),
            updates=20_000),
        job("tragedies", 300, ("lstm", *PAPERS), updates=10_000),
    ]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    """None: what the paper says of text could not be read."""
    return []


def counted(shared: dict) -> dict[str, float]:
    """Bits of n-gram models for the held-out cases; shared: what a job's parts share."""
    if shared["task"] == "tragedies":
        train, test = codes()
        train, test, C = train[None], windows(test, shared["T"]), len(letters())
    else:
        x, t, _ = held_out(shared)
        train = source(shared).sample(stream(shared["seed"], 0, "fresh cases"), COUNTED, shared["T"] + 1)
        test, C = np.concatenate([x[:1], t]).argmax(axis=2).T, x.shape[2]
    return {f"counted, {k} known": bits for k, bits in enumerate(bits_by_context(train, test, C, most=3))}


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [convergence(done), final(done),
            spectra(done, done.config["jobs"][0], (*PAPERS, "none-glorot"))]


NOTE = ("Bits a character on the test part of the tragedies (in windows, each begun anew), or on fresh sequences of "
        "the source. The paper used Penn Treebank; its numbers are not known to us for sure, and none stands here. "
        "Median of the seeds, and their range in brackets. Counted: n-gram models on the training part (of the source, "
        "on 2,000 sequences) that know the last 0 to 3 characters, interpolated after Witten and Bell. A network above "
        "'counted, 2 known' does worse than a table of what follows each pair of characters.")
run, report = variants.run, report_of(NOTE, claims, levels=counted)
