"""ortho-soft: soft constraints on copy memory, four panels as in the paper's figure of them.

    elman       λ |WᵀW - I|² on an Elman network's W, all of it by RMSprop
    factorized  the same on the composed W of a factorised network without a margin
    prior       a Gaussian prior γ Σ (s - 1)² on free singular values, trained by plain descent
    margin      the prior beside the margin m = 1

The paper's strengths stand in legends that could not be read: those here are our choice.  So are two rates, ten and a
hundred times the paper's, for our runs are short: 1e-4 on the ordinary network, where the paper goes down to
1e-5, and 1e-3 for descent on s, where it has 1e-5.  At 1e-5, 1,500 updates move no singular value by more than 0.002.
T = 200 in all panels; the paper's second has 500.
"""

from pathlib import Path

from ref.experiments.orthogonality import variants
from ref.experiments.orthogonality.figures import convergence, spectra
from ref.experiments.orthogonality.report import Claim, increasing, report_of
from ref.experiments.orthogonality.variants import MARGINS, NO_MARGIN, SETTINGS, VARIANTS, job
from ref.experiments.run import read_run

NAME = "ortho-soft"
KERNELS = ("numpy", "cpu")

SOFT = (0.0, 0.001, 0.01, 0.1, 1.0)
PRIOR = (0.0, 0.01, 0.1, 1.0, 10.0)


def strengths(name: str, values, settings: dict) -> dict[str, dict]:
    """Variants "soft=0.1" or "prior=0.1"."""
    return {f"{name}={value:g}": {**settings, name: value} for value in values}


def jobs(T: int, updates: int, soft=SOFT, prior=PRIOR) -> list[dict]:
    return [
        job("copy", T, strengths("soft", soft, VARIANTS["elman-orthogonal"]), label="elman", updates=updates),
        job("copy", T, strengths("soft", soft, NO_MARGIN), label="factorized", updates=updates),
        *priors(T, updates, prior),
    ]


def priors(T: int, updates: int, prior=PRIOR, rate: float = 1e-3) -> list[dict]:
    """The prior without and with the margin 1; a rate of descent other than 1e-3 is in the labels."""
    spectrum, other = {"method": "descent", "rate": rate}, "" if rate == 1e-3 else f"-rate-{rate:g}"
    return [job("copy", T, strengths("prior", prior, {**kind, "spectrum": spectrum}), label=f"{label}{other}",
                updates=updates) for label, kind in (("prior", NO_MARGIN), ("margin", MARGINS["m=1"]))]


PRESETS = {
    "quick": {**SETTINGS, "jobs": jobs(50, 600, (0.0, 0.01, 1.0), (0.0, 10.0))},
    "standard": {**SETTINGS, "jobs": jobs(200, 1500)},
    "paper": {**SETTINGS, "jobs": jobs(200, 15_000)[:1] + jobs(500, 15_000)[1:2] + jobs(200, 15_000)[2:]},
    "long": {**SETTINGS, "jobs": jobs(200, 15_000)[:1] + jobs(500, 15_000)[1:2] + [
        one for rate in (1e-5, 1e-3, 1e-2) for one in priors(200, 15_000, rate=rate)]},
}


def claims(config: dict, parts: dict) -> list[Claim]:
    """Weaker constraints converge faster, and too strong ones slowly."""
    found = []
    for one in config["jobs"]:
        weakest, *_, strongest = one["variants"]
        found.append(increasing(parts, one, (strongest, weakest), "best",
                                "the strongest constraint recalls less than none"))
    return found


def figures(folder) -> list[Path]:
    done = read_run(folder)
    return [convergence(done),
            *(spectra(done, one, tuple(one["variants"])) for one in done.config["jobs"])]


NOTE = ("Accuracy of the ten recalled symbols on 200 held-out sequences; goal: 99 %. soft: λ of λ |WᵀW - I|²; prior: "
        "γ of γ Σ (s - 1)². One seed.")
run, report = variants.run, report_of(NOTE, claims)
