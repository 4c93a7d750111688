"""The numbers of a job under a policy, of lines between trainings that have learnt: study.has_learnt.

    plateau, rise     of the line from the start to the end; a value a seed
    seeds_apart       of two seeds' lines from the start, f and g: |f(alpha)/f(0) - g(alpha)/g(0)|, mean over alpha; a
                      value a pair of seeds
    barrier, highest  of the line between two ends: above the higher end, and the loss itself; a value a line
    own               how far the loss of the line's second end is from that of the network that was trained: none but
                      under "frozen", which has there the statistics of the first; a value a line
    factor            the highest barrier of a policy that has both networks as they were trained, over the lowest, both
                      taken as LIMIT where they are lower; a value a line
    moved             how far scaled filters move the loss of the line from the start, at most; a value a seed and scale
"""

from itertools import combinations

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import SURFACE_LOSS as LOSS, from_start, line_of, looks, pairs
from ref.experiments.loss_surfaces.optimizers.claims import LIMIT
from ref.experiments.loss_surfaces.study import has_learnt, outcomes, trained_as
from ref.experiments.run import Run
from ref.loss_surfaces.measures import barrier

Array = np.ndarray


def learnt(run: Run, job: dict, method: str) -> list[bool]:
    """Of each seed."""
    return [has_learnt(result) for result in outcomes(run.parts, trained_as(job))[method]]


def plateaus(run: Run, job: dict, method: str) -> list[float]:
    return _of_learnt(run, job, method, "plateau")


def rises(run: Run, job: dict, method: str) -> list[float]:
    return _of_learnt(run, job, method, "monotonicity")


def _of_learnt(run: Run, job: dict, method: str, what: str) -> list[float]:
    return [value for value, counts in zip(from_start(run, job, method)[what], learnt(run, job, method)) if counts]


def seeds_apart(run: Run, job: dict, method: str) -> list[float]:
    shapes = []
    for look, counts in zip(looks(run, job), learnt(run, job, method)):
        _, losses = line_of(look, START, method)
        shapes += [losses / losses[0]] if counts else []
    return [float(np.abs(f - g).mean()) for f, g in combinations(shapes, 2)]


def ends_of(job: dict) -> list[tuple[str, ...]]:
    """(a, b): ends of two methods from each start; (method,): ends of one from the first start and from each other."""
    return [*pairs(job), *((method,) for method in job["methods"] if job["seeds"] > 1)]


def between(run: Run, job: dict, ends: tuple[str, ...], of: str = LOSS) -> list[tuple[Array, Array]]:
    """(alphas, losses) of each line that counts."""
    if len(ends) == 2:
        counts = [all(both) for both in zip(*(learnt(run, job, method) for method in ends))]
        return [line_of(look, *ends, of) for look, one in zip(looks(run, job), counts) if one]
    first, *others = learnt(run, job, *ends)
    look = run.parts[part_name(job, "seeds", *ends)]
    return [(np.array(look["alphas"]), np.array(line[of], float))
            for line, other in zip(look["lines"].values(), others) if first and other]


def barriers(run: Run, job: dict, ends: tuple[str, ...], of: str = LOSS) -> list[float]:
    return [barrier(*line) for line in between(run, job, ends, of)]


def highest(run: Run, job: dict, ends: tuple[str, ...], of: str = LOSS) -> list[float]:
    return [float(losses.max()) for _, losses in between(run, job, ends, of)]


def own(run: Run, job: dict, settled: dict, ends: tuple[str, ...]) -> list[float]:
    """settled: the job under a policy that has both networks as they were trained."""
    return [float(losses[-1] - there[-1]) for (_, losses), (_, there) in zip(between(run, job, ends),
                                                                            between(run, settled, ends))]


def factors(run: Run, ways: list[dict], ends: tuple[str, ...]) -> list[float]:
    """ways: one job under several policies."""
    heights = np.maximum([barriers(run, way, ends) for way in ways], LIMIT)  # (policies, lines)
    return (heights.max(axis=0) / heights.min(axis=0)).tolist()


def moved(run: Run, job: dict, method: str) -> list[float]:
    found = []
    for seed, look in enumerate(looks(run, job)):
        _, losses = line_of(look, START, method)
        for line in run.parts[part_name(job, "scaled", seed)][method]:
            found.append(float(np.abs(np.array(line[LOSS], float) - losses).max()))
    return found
