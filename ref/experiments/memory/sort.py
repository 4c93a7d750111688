"""ntm-sort: random vectors with a priority each; those of highest priority have to be said, the highest first.

The paper trains on 20 vectors of which 16 are asked for, with eight heads and 512 units for the feed-forward controller
and five heads for the LSTM, which has two layers of 100 units; the preset `paper` has these sizes, but one layer.  The
optimiser is ntm-copy's.
"""

from ref.experiments.memory import study
from ref.experiments.memory.claims import cheaper
from ref.experiments.memory.pictures import drawn
from ref.experiments.memory.report import report_of
from ref.experiments.memory.study import PAPERS, SETTINGS, job, ntms
from ref.experiments.tables import Claim

NAME = "ntm-sort"
KERNELS = ("numpy", "cpu")

MORE = "more vectors"


def sorts(length: int, answers: int, bits: int, more: int, **settings) -> dict:
    """more: vectors of a test that is harder, with as many answers."""
    return job("priority_sort", length, {"length": length, "answers": answers, "bits": bits},
               {MORE: {"length": more}}, **settings)


PRESETS = {
    "quick": {**SETTINGS, "n_hidden": 32, "n_locations": 16, "width": 8, "n_validation": 50, "n_harder": 50,
              "jobs": [sorts(4, 3, 4, 6, seeds=2, updates=1500)]},
    "standard": {**SETTINGS, "heads": 2, "jobs": [sorts(20, 16, 8, 25, seeds=3, updates=5000)]},
    "paper": {**PAPERS, "jobs": [sorts(20, 16, 8, 25, seeds=5, updates=60_000, models={
        "ntm": {"heads": 5}, "ntm-ff": {"heads": 8, "n_hidden": 512}, "dnc": {"heads": 5}, "lstm": {"heads": 5}})]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    return [cheaper(parts, one, model, "lstm") for one in config["jobs"] for model in ntms(one)]


NOTE = ("Bits a sequence; median of the seeds, and their range in brackets. Seen in the paper's figures: both NTMs are "
        "far below the LSTM. Its sizes: 20 vectors of eight bits, the 16 of highest priority asked for.")
run, figures, report = study.run, drawn, report_of(NOTE, claims)
