"""What Im, Tao & Branson 2016 infer, in a form that Hessians can show or contradict.

    saddles     they speak of a plethora of saddle points, even near where training converges: at the end of every
                training an eigenvalue is below -BELOW of the highest; contradicted where at none.  A training counts
                whose end is better than a guess

An eigenvalue below zero is a way down at second order; a saddle point has no gradient besides, and a training that was
ended has one: the report says how large.  The limit is ours.
"""

import numpy as np

from ref.experiments.loss_surfaces.optimizers.claims import claim
from ref.experiments.loss_surfaces.spectrum.numbers import at_end, panels_of
from ref.experiments.loss_surfaces.study import learnt, title
from ref.experiments.run import Run
from ref.experiments.tables import Claim

BELOW = 0.01


def claims(run: Run) -> list[Claim]:
    return [saddles(run, job, which) for job, which in panels_of(run)]


def saddles(run: Run, job: dict, which: str) -> Claim:
    shares = np.array([low / high for method in job["methods"] for low, high, loss in zip(
        at_end(run, job, which, method, "lowest"), at_end(run, job, which, method, "highest"),
        at_end(run, job, which, method, "loss")) if learnt(loss)])
    below = shares < -BELOW
    median = f"; median {np.median(shares):.2g} of it" if len(shares) else ""
    return claim(f"{hessian_title(job, which)}: at the end of training the Hessian has negative eigenvalues",
                 len(below) and below.all(), len(below) and not below.any(),
                 f"{below.sum()} of {len(below)} trainings below -{BELOW:g} of the highest{median}")


def hessian_title(job: dict, which: str) -> str:
    """"digits, nin-tiny, batch norm, no dropout, statistics recompute"."""
    return title(job) + (f", statistics {which}" if job["settings"]["batch_norm"] else "")
