"""What is said of batch norm and its statistics, in a form that runs can show or contradict; each for every policy.

    one shape       with batch norm the lines of an optimiser's seeds are more alike than without, in the median pair of
                    seeds, for every optimiser; contradicted where for most they are less
    late drop       without batch norm more of the line from the start stays above 0.9 of the start's loss, in the
                    median seed, for every optimiser; contradicted where for most it is less
    policy          a barrier's height depends on the policy, though all have both ends as they were trained: on every
                    line the highest is FACTOR times the lowest; contradicted where on fewer than half.  What is below
                    LIMIT, a share of the loss of a guess, counts as LIMIT
    another end     statistics frozen at one end are wrong at the other: its loss is higher by LIMIT, on every line;
                    contradicted where on fewer than half
    scale           weights before a batch norm may be scaled where statistics are made anew: no point of a line from
                    start to end moves by STILL nats.  They may not where statistics are held: every line moves by
                    LIMIT.  Either is contradicted where it holds of fewer than half of the lines

The first two are what Im, Tao & Branson 2016 say, on CIFAR-10 with NIN and VGG; an optimiser counts that has learnt
with batch norm and without.  All limits are ours.
"""

import numpy as np

from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import (
    LIMIT,
    barriers,
    ends_of,
    factors,
    moved,
    own,
    plateaus,
    seeds_apart,
)
from ref.experiments.loss_surfaces.optimizers.claims import claim
from ref.experiments.loss_surfaces.study import statistics, title, trained_as
from ref.experiments.run import Run
from ref.experiments.tables import Claim

FACTOR, STILL = 2.0, 0.02
HELD, FROZEN = ("interpolate", "frozen"), "frozen"
WHO = {2: "two optimisers' ends", 1: "one optimiser's ends from two starts"}


def claims(run: Run) -> list[Claim]:
    found = []
    for ways, without in pairs_of(run.config):
        exact = [way for way in ways if way["settings"]["policy"] != FROZEN]
        kinds = [n for n in WHO if any(len(ends) == n for ends in ends_of(without))]
        found += [one_shape(run, way, without) for way in ways if way["seeds"] > 1]
        found += [late_drop(run, way, without) for way in ways]
        found += [policy(run, exact, n) for n in kinds]
        found += [another_end(run, way, exact[0], n) for way in ways if way not in exact for n in kinds]
        found += [scale(run, way) for way in ways]
    return found


def one_shape(run: Run, with_: dict, without: dict) -> Claim:
    return _of_optimisers(f"{title(with_)}: the lines of an optimiser's seeds are more alike than without batch norm",
                          _medians(seeds_apart, run, with_, without),
                          "two seeds are apart by {:.2g} with, {:.2g} without")


def late_drop(run: Run, with_: dict, without: dict) -> Claim:
    return _of_optimisers(f"{title(without)}: a wider plateau around the start than with batch norm"
                          f"{statistics(with_)}",
                          _medians(plateaus, run, with_, without), "medians {:.2g} with, {:.2g} without of the line")


def _medians(of, run: Run, with_: dict, without: dict) -> list[list[float]]:
    """(with, without) of each optimiser that has both."""
    values = ([of(run, job, method) for job in (with_, without)] for method in without["methods"])
    return [[float(np.median(of_job)) for of_job in both] for both in values if all(both)]


def _of_optimisers(text: str, pairs: list[list[float]], numbers: str) -> Claim:
    less = [a < b for a, b in pairs]
    said = "; " + numbers.format(*np.median(pairs, axis=0)) if pairs else ""
    return claim(text, pairs and all(less), 2 * sum(a > b for a, b in pairs) > len(pairs),
                 f"{sum(less)} of {len(less)} optimisers that have learnt{said}")


def policy(run: Run, ways: list[dict], n: int) -> Claim:
    """ways: under the policies that have both ends as they were trained."""
    every = _ends(ways[0], n)
    values = np.concatenate([factors(run, ways, ends) for ends in every])
    heights = [np.concatenate([barriers(run, way, ends) for ends in every]) for way in ways]
    return _of_lines(f"{title(trained_as(ways[0]))}: the barrier of {WHO[n]} is {FACTOR:g} times as high under one "
                     f"policy as under another", values >= FACTOR,
                     f"factor {np.median(values):.2g}, {values.min():.2g} to {values.max():.2g}; medians in nats "
                     + ", ".join(f"{way['settings']['policy']} {np.median(of_way):.2g}"
                                 for way, of_way in zip(ways, heights)) if len(values) else "")


def another_end(run: Run, frozen: dict, settled: dict, n: int) -> Claim:
    values = np.concatenate([own(run, frozen, settled, ends) for ends in _ends(frozen, n)])
    return _of_lines(f"{title(frozen)}: of {WHO[n]} the second is not the network that was trained, with the "
                     f"statistics of the first", values > LIMIT, f"its loss is higher by {np.median(values):.2g} nats, "
                     f"{values.min():.2g} to {values.max():.2g}" if len(values) else "")


def scale(run: Run, way: dict) -> Claim:
    values = np.concatenate([moved(run, way, method) for method in way["methods"]])
    if way["settings"]["policy"] in HELD:
        text, holds, limit = "moves", values > LIMIT, LIMIT
    else:
        text, holds, limit = "does not move", values < STILL, STILL
    return _of_lines(f"{title(way)}: scaling the weights before batch norms {text} the loss on the lines from start to "
                     f"end", holds, f"largest changes {np.median(values):.2g} nats, {values.min():.2g} to "
                     f"{values.max():.2g}, limit {limit:.2g}")


def _ends(job: dict, n: int) -> list[tuple[str, ...]]:
    return [ends for ends in ends_of(job) if len(ends) == n]


def _of_lines(text: str, holds: np.ndarray, numbers: str) -> Claim:
    """Shown where it holds of all, contradicted where of fewer than half; neither where there is none to ask."""
    return claim(text, len(holds) and holds.all(), len(holds) and 2 * holds.sum() < len(holds),
                 f"{holds.sum()} of {len(holds)} lines{'; ' if numbers else ''}{numbers}")
