"""ntm-copy: a sequence of random vectors has to be said again, by neural Turing machines, a DNC and an LSTM.

The paper trains on 1 to 20 vectors of eight bits, with RMSprop at 1e-4, momentum 0.9 and every entry of the gradient
clipped to ±10, and a memory of 128 locations of 20; the preset `paper` has its sizes.  Ours in all presets: Adam, at a
rate that is chosen from three, and a gradient clipped by its norm.
"""

from ref.experiments.memory import study
from ref.experiments.memory.claims import cheaper, faster, solved
from ref.experiments.memory.pictures import drawn
from ref.experiments.memory.report import report_of
from ref.experiments.memory.study import COMPILED, PAPERS, SETTINGS, job, ntms
from ref.experiments.tables import Claim

NAME = "ntm-copy"
KERNELS = ("numpy", "cpu")

TWICE, FIVE = "twice as long", "five times as long"


def copies(most: int, bits: int, **settings) -> dict:
    return job("copy", most, {"length": [1, most], "bits": bits},
               {TWICE: {"length": 2 * most}, FIVE: {"length": 5 * most}}, **settings)


PRESETS = {
    "quick": {**SETTINGS, "n_hidden": 32, "n_locations": 26, "width": 8, "n_validation": 50, "n_harder": 50,
              "jobs": [copies(5, 4, seeds=3, updates=1000)]},
    "standard": {**SETTINGS, "n_locations": 104, "jobs": [copies(20, 8, models=COMPILED, seeds=5, updates=5000)]},
    "paper": {**PAPERS, "jobs": [copies(20, 8, seeds=5, updates=60_000)]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    found = []
    for one in config["jobs"]:
        for model in ntms(one):
            found += [solved(parts, one, model, config["goal"]), faster(parts, one, model, "lstm"),
                      solved(parts, one, model, 1.0, TWICE), cheaper(parts, one, model, "lstm", TWICE),
                      cheaper(parts, one, model, "lstm", FIVE)]
    return found


NOTE = ("Bits a sequence; median of the seeds, and their range in brackets. Seen in the paper's figures: near zero "
        "before 100,000 sequences, when an LSTM of three layers of 256 units has 4.8 bits left; right up to 50 vectors "
        "and mostly to 120, trained on 20 at most.")
run, figures, report = study.run, drawn, report_of(NOTE, claims)
