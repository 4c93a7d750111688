"""The numbers of a job under a policy, beside those of ref.experiments.loss_surfaces.lines.numbers.

    unlike      of two seeds, how far their lines from start to end are apart: |f(alpha)/f(0) - g(alpha)/g(0)|, mean over
                alpha; a value a pair of seeds
    factor      of two ends, the highest barrier that a policy gives over the lowest, both taken as LIMIT where they are
                lower; a value a seed
    moved       how far scaled filters move the loss of the line from start to end, at most; a value a seed and scale
"""

from itertools import combinations

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import SURFACE, barriers, between_seeds, line_of, looks, pairs
from ref.experiments.loss_surfaces.optimizers.claims import HIGH
from ref.experiments.loss_surfaces.sheets.relief import GUESS
from ref.experiments.run import Run

Array = np.ndarray
LIMIT = HIGH * GUESS  # nats


def unlike(run: Run, job: dict, method: str) -> list[float]:
    shapes = []
    for look in looks(run, job):
        _, losses = line_of(look, START, method)
        shapes.append(losses / losses[0])
    return [float(np.abs(f - g).mean()) for f, g in combinations(shapes, 2)]


def ends_of(job: dict) -> list[tuple[str, ...]]:
    """(a, b): ends of two methods from each start; (method,): ends of one from the first start and from each other."""
    return [*pairs(job), *((method,) for method in job["methods"] if job["seeds"] > 1)]


def barriers_of(run: Run, job: dict, ends: tuple[str, ...], of: str = "surface_loss") -> list[float]:
    return barriers(run, job, *ends, of) if len(ends) == 2 else between_seeds(run, job, *ends, of)


def factors(run: Run, ways: list[dict], ends: tuple[str, ...]) -> list[float]:
    """ways: one job under each policy."""
    heights = np.maximum([barriers_of(run, way, ends) for way in ways], LIMIT)  # (policies, seeds)
    return (heights.max(axis=0) / heights.min(axis=0)).tolist()


def moved(run: Run, job: dict, method: str) -> list[float]:
    found = []
    for seed, look in enumerate(looks(run, job)):
        _, losses = line_of(look, START, method)
        for line in run.parts[part_name(job, "scaled", seed)][method]:
            found.append(float(np.abs(np.array(line[f"{SURFACE}_loss"], float) - losses).max()))
    return found
