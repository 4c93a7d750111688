"""ntm-recall: a list of items, one of them again, and the item that followed it has to be said.

The paper trains on 2 to 6 items of three vectors of six bits, with four heads for the feed-forward controller of 256
units and one for the LSTM of 100; the preset `paper` has these sizes.  The optimiser is ntm-copy's.

`standard` was first tried with 5,000 updates, one head each and rates up to 1e-2, which all models preferred: the DNC
ended at 0.6 bits, the others at 9.7 and above.
"""

from ref.experiments.memory import study
from ref.experiments.memory.claims import cheaper, faster, solved
from ref.experiments.memory.pictures import drawn
from ref.experiments.memory.report import report_of
from ref.experiments.memory.study import PAPERS, SETTINGS, job, ntms, rates
from ref.experiments.tables import Claim

NAME = "ntm-recall"
KERNELS = ("numpy", "cpu")

TWICE = "twice as many items"


def recalls(most: int, vectors: int, bits: int, more: dict[str, int], **settings) -> dict:
    """more: name -> items of a test that is harder."""
    sizes = {"items": [2, most], "vectors": vectors, "bits": bits}
    return job("associative_recall", most, sizes, {name: {"items": items} for name, items in more.items()}, **settings)


PAPERS_MORE = {TWICE: 12, "15 items": 15}
PRESETS = {
    "quick": {**SETTINGS, "n_hidden": 32, "n_locations": 16, "width": 8, "n_validation": 50, "n_harder": 50,
              "jobs": [recalls(3, 1, 6, {TWICE: 6}, seeds=2, updates=1500)]},
    "standard": {**SETTINGS, "rates": rates(3e-3, 1e-2, 3e-2), "evaluate_every": 500, "jobs": [
        recalls(6, 3, 6, PAPERS_MORE, seeds=3, updates=12_000, models={
            "ntm": {}, "ntm-ff": {"heads": 4}, "dnc": {}, "lrua": {}, "lstm": {}})]},
    "paper": {**PAPERS, "jobs": [recalls(6, 3, 6, PAPERS_MORE, seeds=5, updates=60_000, models={
        "ntm": {}, "ntm-ff": {"heads": 4, "n_hidden": 256}, "dnc": {}, "lstm": {}})]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    found = []
    for one in config["jobs"]:
        for model in ntms(one):
            found += [solved(parts, one, model, config["goal"]), faster(parts, one, model, "lstm"),
                      cheaper(parts, one, model, "lstm", TWICE)]
        if len(ntms(one)) == 2:
            found.append(faster(parts, one, "ntm-ff", "ntm"))
        if "ntm-ff" in one["models"] and "15 items" in one["harder"]:
            found.append(solved(parts, one, "ntm-ff", 1.0, "15 items"))
    return found


NOTE = ("Bits a sequence; median of the seeds, and their range in brackets. The paper: near zero after about 30,000 "
        "sequences, sooner with a feed-forward controller, while the LSTM is not there after a million; the "
        "feed-forward NTM is right at 12 items, trained on 6 at most, and below 1 bit at 15.")
run, figures, report = study.run, drawn, report_of(NOTE, claims)
