"""ortho-copy: ten symbols remembered over T steps, by factorised networks with a margin and by others.

The paper's rates: 1e-6 for the bases, 1e-4/2m for the spectrum and 1e-4 for all else; a linear transition.  "Wrong
side" is the released code's step.  Jobs with a label:

    tanh                              a squashing transition, at the paper's rates
    tanh-rate-0.001, relu-rate-0.001  the same, and rectified units, at ten times the rate of all but the bases
    descent                           free singular values by plain descent at three rates, with nothing that holds them
    rates                             the margins at three rates and three of the bases, each until it recalls 99 %;
                                      also the step on the wrong side, at a rate at which the bases move
"""

from itertools import pairwise
from math import inf
from pathlib import Path

from ref.experiments.jobs import title as job_title
from ref.experiments.orthogonality import rates, variants
from ref.experiments.orthogonality.figures import convergence, drawn_jobs, gradients_through_time, spectra
from ref.experiments.orthogonality.rates import grid_job
from ref.experiments.orthogonality.rates_figure import rates_figure
from ref.experiments.orthogonality.report import Claim, beats_baseline, below, increasing, report_of
from ref.experiments.orthogonality.variants import NO_MARGIN, PAPERS, SETTINGS, VARIANTS, job, outcomes, title
from ref.experiments.run import read_run
from ref.tasks.sequences import copy_memory
from ref.training.train import NOT_FINITE

NAME = "ortho-copy"
KERNELS = ("numpy", "cpu")

ALL = [name for name in VARIANTS if name not in ("elman-identity", "none-identity")]
ONCE = dict.fromkeys(("lstm", "none-glorot", "elman-glorot"), 1)  # seeds of those that fail or take long
TANH = ("m=0", "m=0.01", "m=1", "none", "elman-orthogonal")
BENT = (*PAPERS, "elman-orthogonal")  # variants with a nonlinearity, at a rate at which it can be learnt
FAST = {"rate": 1e-3, "spectrum": {"method": "rmsprop", "rate": 1e-3}}
DESCENT = {f"descent={rate:g}": {**NO_MARGIN, "spectrum": {"method": "descent", "rate": rate}}
           for rate in (1e-3, 1e-2, 1e-1)}
GRID = {"variants": ["m=0", "m=0.01", "m=1", "none"], "rates": [1e-4, 3e-4, 1e-3], "cayley": [1e-6, 1e-3, 1e-2],
        "wrong": {"variants": ["m=0", "m=1"], "cayley": [1e-2]}}



def bent_jobs(T: int, seeds: int = 1, **settings) -> list[dict]:
    return [job("copy", T, BENT, seeds, label=f"{bent}-rate-0.001", activation=bent, **FAST, **settings)
            for bent in ("tanh", "relu")]


PRESETS = {
    "quick": {**SETTINGS, "jobs": [job("copy", 50, ("m=0", "m=0.01", "m=1", "none", "elman-glorot"), updates=1200)]},
    "standard": {**SETTINGS, "jobs": [
        job("copy", 100, ALL, seeds=2, fewer=ONCE, updates=3000),
        job("copy", 200, ALL, seeds=2, fewer=ONCE, updates=3000),
        job("copy", 500, ("m=0", "m=0.01", "m=1"), updates=1500),
        job("copy", 100, TANH, label="tanh", activation="tanh", updates=2000),
        *bent_jobs(100, seeds=2, updates=3000),
        job("copy", 100, DESCENT, seeds=3, label="descent", evaluate_every=25, updates=1500),
        grid_job("copy", 200, GRID, evaluate_every=50, updates=1500),
    ]},
    "paper": {**SETTINGS, "jobs": [job("copy", T, ALL, seeds=5, updates=15_000) for T in (200, 500, 1000, 10_000)]},
    "long": {**SETTINGS, "jobs": [
        *bent_jobs(200, seeds=2, updates=10_000),
        *bent_jobs(500, updates=10_000),
        *(job("copy", T, ("none-identity", "elman-identity"), seeds=2, updates=3000) for T in (100, 200)),
        job("copy", 1000, (*PAPERS, "none-identity"), seeds=2, updates=3000),
        job("copy", 10_000, ("m=0", "m=0.001", "m=0.01", "none"), updates=3000),
    ]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    found = []
    for one in config["jobs"]:
        if "grid" in one:
            found += of_rates(parts, one)
            continue
        if one["label"] == "descent":
            found.append(unstable(parts, one))
        elif one["label"].endswith("-rate-0.001"):
            found += [
                below(parts, one, ("m=0.1", "m=1"), "elman-orthogonal", "reached",
                      "margins of 0.1 and 1 recall 99 %, and the Elman network later or not at all"),
                below(parts, one, PAPERS[:3], "elman-orthogonal", "reached", "so do smaller margins"),
                below(parts, one, ("none",), "elman-orthogonal", "reached", "so does no margin (our question)"),
            ]
        elif one["label"] == "tanh":
            found.append(below(parts, one, ("m=0",), "elman-orthogonal", "reached",
                               "m = 0 recalls 99 %, and the Elman network later or not at all"))
        elif "m=0" in one["variants"]:
            found += [
                below(parts, one, PAPERS[1:-1], "m=0", "reached",
                      "every margin above 0 recalls 99 % after fewer updates than m = 0"),
                increasing(parts, one, PAPERS[:-1], "reached",
                           "each larger margin needs fewer updates than the one before", -1),
            ]
        found.append(beats_baseline(parts, one, "test_loss", copy_memory.baseline(one["T"]),
                                    "the loss without memory is beaten"))
    return found


def unstable(parts: dict, one: dict) -> Claim:
    """Which free spectra end in a loss that is not finite."""
    ends = {variant: [result["updates"] for result in results if result["stopped"] in NOT_FINITE]
            for variant, results in outcomes(parts, one).items()}
    numbers = "; ".join(f"{title(variant)}: {len(at)} of {one['seeds'][variant]} seeds"
                        + (f", after {', '.join(map(str, sorted(at)))} updates" if at else "")
                        for variant, at in ends.items())
    return Claim(f"{job_title(one)}: free singular values that nothing holds end in a loss that is not finite",
                 any(ends.values()), numbers)


def of_rates(parts: dict, one: dict) -> list[Claim]:
    """Whether the order of the margins is that of one pair of rates, and what a rate does beside a margin."""
    margins = [name for name in PAPERS[:-1] if name in one["grid"]["variants"]]
    pairs = [(rate, cayley) for side, rate, cayley, _ in rates.rows_of(one["grid"]) if side == "left"]
    values = {pair: [rates.reached(parts, one, name, "left", *pair) for name in margins] for pair in pairs}
    ordered = [pair for pair in pairs if all(b < a for a, b in pairwise(values[pair]))]
    others = [f"{rate:g} and {cayley:g}" for rate, cayley in pairs if (rate, cayley) not in ordered]
    numbers = f"{len(ordered)} of {len(pairs)} pairs" + (f"; not at {', '.join(others)}" if others else "")
    low, high = min(pairs), (max(one["grid"]["rates"]), min(one["grid"]["cayley"]))
    said = {name: f"{at:g}" if at < inf else "not reached" for name, at in zip(margins, values[low])}
    ends = ", ".join(f"{title(name)} {text}" for name, text in said.items())
    return [Claim(f"{job_title(one)}: each larger margin needs fewer updates, at every pair of rates (our question)",
                  len(ordered) == len(pairs), numbers),
            Claim(f"{job_title(one)}: m = 0 at the rate {high[0]:g} needs fewer updates than any margin at {low[0]:g} "
                  "(our question)", values[high][0] < min(values[low]), f"{values[high][0]:g}; {ends}")]


def figures(folder) -> list[Path]:
    done = read_run(folder)
    jobs = done.config["jobs"]
    longest = max((one for one in drawn_jobs(done.config) if one["T"] <= 200), key=lambda one: one["T"])
    return [convergence(done),
            gradients_through_time(done, longest, (*PAPERS, "elman-glorot")),
            spectra(done, longest, (*PAPERS, "none-glorot")),
            *(spectra(done, one, tuple(one["variants"])) for one in jobs if one["label"] == "descent"),
            *(rates_figure(done, one) for one in jobs if "grid" in one)]


NOTE = ("Cross-entropy is the mean over all T + 20 steps; without memory it is 10 ln 8/(T + 20). Goal: 99 % of the "
        "ten symbols recalled on 200 held-out sequences. Median of the seeds, and their range in brackets. Without a "
        "margin, RMSprop moves singular values by the learning rate, within one by a quarter of it at most: part of "
        "what 'no margin' gains is a larger step (chapter 05).")
run, report = variants.run, report_of(NOTE, claims)
