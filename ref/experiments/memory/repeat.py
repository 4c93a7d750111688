"""ntm-repeat: a sequence of random vectors has to be said several times, and then that it is over.

The paper trains on 1 to 10 vectors of eight bits, 1 to 10 times, with RMSprop at 1e-4; the preset `paper` has its
sizes.  The optimiser is ntm-copy's.  How often to repeat is a number normalised by the training's range, so that more
repeats are a number that was never seen.
"""

from ref.experiments.memory import study
from ref.experiments.memory.claims import cheaper, faster, solved
from ref.experiments.memory.pictures import drawn
from ref.experiments.memory.report import report_of
from ref.experiments.memory.study import PAPERS, SETTINGS, job, ntms
from ref.experiments.tables import Claim

NAME = "ntm-repeat"
KERNELS = ("numpy", "cpu")

LONGER, MORE = "twice as long", "twice as often"


def repeats(most: int, bits: int, **settings) -> dict:
    sizes = {"length": [1, most], "repeats": [1, most], "bits": bits, "normalized_by": [1, most]}
    return job("repeat_copy", most, sizes, {LONGER: {"length": 2 * most, "repeats": most},
                                            MORE: {"length": most, "repeats": 2 * most}}, **settings)


PRESETS = {
    "quick": {**SETTINGS, "n_hidden": 32, "n_locations": 16, "width": 8, "n_validation": 50, "n_harder": 50,
              "jobs": [repeats(3, 4, seeds=2, updates=1500)]},
    "standard": {**SETTINGS, "jobs": [repeats(10, 8, seeds=3, shown={"length": 6, "repeats": 4}, updates=5000)]},
    "paper": {**PAPERS, "jobs": [repeats(10, 8, seeds=5, shown={"length": 6, "repeats": 4}, updates=30_000)]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    found = []
    for one in config["jobs"]:
        for model in ntms(one):
            found += [solved(parts, one, model, config["goal"]), faster(parts, one, model, "lstm"),
                      cheaper(parts, one, model, "lstm", LONGER), cheaper(parts, one, model, "lstm", MORE)]
    return found


NOTE = ("Bits a sequence; median of the seeds, and their range in brackets. Seen in the paper's figures: solved after "
        "about 50,000 sequences by the NTM with an LSTM, 100,000 with a feed-forward controller, 150,000 by the LSTM; "
        "longer sequences than in training are repeated, but beyond about 11 times the network loses count.")
run, figures, report = study.run, drawn, report_of(NOTE, claims)
