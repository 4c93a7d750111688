"""What is said of ends and what joins them, in a form that runs can show or contradict.

    a barrier counts where the loss is above both ends by LIMIT, a share of the loss of a guess
    curves          Garipov et al. 2018: ends that a barrier parts on the line are joined by a curve without one.  Shown
                    where it holds of every pair that the line parts; contradicted where of fewer than half
    alignment       Entezari et al. 2022, Ainsworth et al. 2023: units in one order lower the barrier of ends from
                    different starts.  Of every pair that the line parts; contradicted where for more than half it is
                    no lower
    one basin       the same: none is left.  Of every pair; contradicted where of fewer than half
    statistics      Jordan et al. 2022: statistics that are made anew lower the barrier beside mixed ones, after
                    alignment.  Of every pair; contradicted where for more than half it is no lower

The limits are ours, and so are network, images and seeds: those papers' networks are larger.
"""

import numpy as np

from ref.experiments.loss_surfaces.connectivity.joining import couples
from ref.experiments.loss_surfaces.connectivity.numbers import CURVE, barriers, settled, ways
from ref.experiments.loss_surfaces.optimizers.claims import LIMIT, claim
from ref.experiments.loss_surfaces.study import title
from ref.experiments.run import Run
from ref.experiments.tables import Claim

Array = np.ndarray
MIXED, MENDED = "interpolate", "repair"
KINDS = {"starts": "ends of one optimiser from different starts", "methods": "ends of two optimisers from one start"}


def claims(run: Run) -> list[Claim]:
    found = []
    for job in run.config["jobs"]:
        for kind in KINDS:
            if any(couple.startswith(kind) for couple in couples(job)):
                found.append(curves(run, job, kind))
        if job["seeds"] > 1:
            found += [alignment(run, job), one_basin(run, job)]
            if {f"aligned {MIXED}", f"aligned {MENDED}"} <= set(ways(run, job)):
                found.append(statistics(run, job))
    return found


def curves(run: Run, job: dict, kind: str) -> Claim:
    lines, curved = of_kind(run, job, kind, f"line {settled(run, job)}"), of_kind(run, job, kind, CURVE)
    parted = lines > LIMIT
    joined = curved[parted] < LIMIT
    return _of_most(f"{title(job)}: {KINDS[kind]}, parted by a barrier on the line, are joined by a curve without one",
                    joined, f"{_medians(lines[parted], curved[parted], 'line', 'curve')}; {_parted(parted)}")


def alignment(run: Run, job: dict) -> Claim:
    before, after = _of_starts(run, job)
    parted = before > LIMIT
    return _of_most(f"{title(job)}: alignment lowers the barrier of {KINDS['starts']}", (after < before)[parted],
                    f"{_medians(before[parted], after[parted], 'before', 'after')}; {_parted(parted)}")


def one_basin(run: Run, job: dict) -> Claim:
    before, after = _of_starts(run, job)
    return _of_most(f"{title(job)}: after alignment no barrier is left between {KINDS['starts']}", after < LIMIT,
                    f"limit {LIMIT:.2g} nats; {_medians(before, after, 'before', 'after')}")


def statistics(run: Run, job: dict) -> Claim:
    mixed, mended = (of_kind(run, job, "starts", f"aligned {policy}") for policy in (MIXED, MENDED))
    return _of_most(f"{title(job)}: after alignment REPAIR lowers the barrier beside mixed batch-norm statistics",
                    mended < mixed, _medians(mixed, mended, MIXED, MENDED))


def of_kind(run: Run, job: dict, kind: str, way: str) -> Array:
    """The barriers of all pairs of that kind."""
    return np.array([value for couple in couples(job) if couple.startswith(kind)
                     for value in barriers(run, job, couple, way)])


def _of_starts(run: Run, job: dict) -> tuple[Array, Array]:
    return tuple(of_kind(run, job, "starts", f"{way} {settled(run, job)}") for way in ("line", "aligned"))


def _of_most(text: str, holds: Array, numbers: str) -> Claim:
    """Shown where it holds of all, contradicted where of fewer than half; neither where there is none to ask."""
    return claim(text, len(holds) and holds.all(), len(holds) and 2 * holds.sum() < len(holds),
                 f"{holds.sum()} of {len(holds)} pairs{'; ' if numbers else ''}{numbers}")


def _medians(a: Array, b: Array, of_a: str, of_b: str) -> str:
    return f"medians {np.median(a):.2g} nats {of_a}, {np.median(b):.2g} {of_b}" if len(a) else "no pair"


def _parted(parted: Array) -> str:
    return f"the line parts {parted.sum()} of {len(parted)} pairs by more than {LIMIT:.2g} nats"
