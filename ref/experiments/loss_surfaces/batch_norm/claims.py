"""What is said of batch norm and its statistics, in a form that runs can show or contradict; each for every policy.

    one shape       Im, Tao & Branson 2016: with batch norm the lines of an optimiser's seeds are more alike than without,
                    in the median pair of seeds, for every optimiser; contradicted where for most they are less
    late drop       the same: without batch norm more of the line from the start stays above 0.9 of the start's loss, in
                    the median seed, for every optimiser; contradicted where for most it is less
    policy          a barrier's height depends on the policy: the highest is at least FACTOR times the lowest, for all ends
                    in every seed; contradicted where it is so for fewer than half of them.  What is below LIMIT, a share of
                    the loss of a guess, counts as LIMIT
    scale           weights before a batch norm may be scaled where statistics are made anew: no point of a line from start
                    to end moves by STILL nats; contradicted where most lines do.  They may not where statistics are held:
                    every line moves by more than LIMIT; contradicted where fewer than half do

The first two are the paper's, on CIFAR-10 with NIN and VGG; all limits are ours.
"""

import numpy as np

from ref.experiments.loss_surfaces.batch_norm.looking import pairs_of
from ref.experiments.loss_surfaces.batch_norm.numbers import LIMIT, barriers_of, ends_of, factors, moved, unlike
from ref.experiments.loss_surfaces.optimizers.claims import claim, late_drop
from ref.experiments.loss_surfaces.study import title, trained_as
from ref.experiments.run import Run
from ref.experiments.tables import Claim

FACTOR, STILL = 2.0, 0.02
HELD = ("interpolate", "frozen")


def claims(run: Run) -> list[Claim]:
    found = []
    for ways, without in pairs_of(run.config):
        found += [one_shape(run, way, without) for way in ways if way["seeds"] > 1]
        found += [late_drop(run, way, without) for way in ways]
        found += [policy(run, ways, n) for n in (2, 1) if any(len(ends) == n for ends in ends_of(ways[0]))]
        found += [scale(run, way) for way in ways]
    return found


def one_shape(run: Run, with_: dict, without: dict) -> Claim:
    apart = [[float(np.median(unlike(run, job, method))) for job in (with_, without)] for method in with_["methods"]]
    closer = [a < b for a, b in apart]
    a, b = np.median(apart, axis=0)
    return claim(f"{title(with_)}: the lines of an optimiser's seeds are more alike than without batch norm",
                 all(closer), 2 * sum(a > b for a, b in apart) > len(apart),
                 f"{sum(closer)} of {len(closer)} optimisers; two seeds are apart by {a:.2g} with, {b:.2g} without")


def policy(run: Run, ways: list[dict], n: int) -> Claim:
    """n: of two optimisers' ends, or of one's from two starts."""
    every = [ends for ends in ends_of(ways[0]) if len(ends) == n]
    values = np.concatenate([factors(run, ways, ends) for ends in every])
    depends = values >= FACTOR
    heights = ", ".join(f"{way['settings']['policy']} "
                        f"{np.median(np.concatenate([barriers_of(run, way, ends) for ends in every])):.2g}"
                        for way in ways)
    who = {2: "two optimisers' ends", 1: "one optimiser's ends from two starts"}[n]
    return claim(f"{title(trained_as(ways[0]))}: the barrier of {who} is {FACTOR:g} times as high under one policy as "
                 f"under another", depends.all(), 2 * depends.sum() < len(depends),
                 f"{depends.sum()} of {len(depends)} lines; median factor {np.median(values):.2g}, from "
                 f"{values.min():.2g} to {values.max():.2g}; medians in nats {heights}")


def scale(run: Run, way: dict) -> Claim:
    values = np.concatenate([moved(run, way, method) for method in way["methods"]])
    if way["settings"]["policy"] in HELD:
        text, holds, limit = "moves", values > LIMIT, LIMIT
    else:
        text, holds, limit = "does not move", values < STILL, STILL
    return claim(f"{title(way)}: scaling the weights before batch norms {text} the loss on the lines from start to end",
                 holds.all(), 2 * holds.sum() < len(holds),
                 f"{holds.sum()} of {len(holds)} lines; median of the largest change {np.median(values):.2g} nats, limit "
                 f"{limit:.2g}")
