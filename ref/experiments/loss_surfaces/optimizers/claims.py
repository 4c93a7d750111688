"""What Im, Tao & Branson 2016 say of optimisers and their ends, in a form that runs can show or contradict.

    a barrier counts where the loss between two ends is above both by HIGH of the start's loss
    different ends      such a barrier between the ends of every pair of optimisers, in every seed; contradicted where
                        fewer than half of the pairs have one in the median seed
    consistent norms    |theta| at the end differs more between optimisers than between seeds: Fisher's F above its
                        1 % point; contradicted where it is below 1
    other functions     of pairs that err equally often, to SAME of the test images, each gives more of them different
                        labels than that, in the median seed; contradicted where none does
    late drop           without batch norm more of the line from the start stays above 0.9 of the start's loss, for
                        every optimiser; contradicted where for most it is less
    one shape a method  with batch norm the lines of an optimiser's seeds are more alike, for every optimiser;
                        contradicted where for most they are less

All trainings count, those too that have not learnt.  The limits are ours.
The paper's words are about pictures, and about CIFAR-10 with NIN and VGG.
"""

import numpy as np

from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import (
    SURFACE,
    apart,
    barriers,
    from_start,
    line_of,
    looks,
    pairs,
    unlike,
)
from ref.experiments.loss_surfaces.study import outcomes, title
from ref.experiments.loss_surfaces.training.data import GUESS
from ref.experiments.run import Run
from ref.experiments.tables import Claim
from ref.loss_surfaces.spread import f_ratio

HIGH, SAME = 0.05, 0.01
LIMIT = HIGH * GUESS  # nats, where a claim is not about one start


def claims(run: Run) -> list[Claim]:
    found = []
    for job in run.config["jobs"]:
        found += [different_ends(run, job), other_functions(run, job)]
        if job["seeds"] > 1:
            found.append(consistent_norms(run, job))
    for with_, without in batch_norm_pairs(run.config["jobs"]):
        found.append(late_drop(run, with_, without))
        if min(with_["seeds"], without["seeds"]) > 1:
            found.append(one_shape(run, with_, without))
    return found


def batch_norm_pairs(jobs: list[dict]) -> list[tuple[dict, dict]]:
    """Jobs that differ in batch norm alone: (with, without)."""
    def rest(job: dict) -> tuple:
        return job["task"], job["T"], job["settings"]["dropout"]

    return [(a, b) for a in jobs for b in jobs if a["settings"]["batch_norm"] and not b["settings"]["batch_norm"]
            and rest(a) == rest(b)]


def different_ends(run: Run, job: dict) -> Claim:
    high = HIGH * np.median([line_of(look, START, job["methods"][0])[1][0] for look in looks(run, job)])
    heights = {pair: barriers(run, job, *pair) for pair in pairs(job)}
    every = [np.array(values) > high for values in heights.values()]
    median = [np.median(values) > high for values in heights.values()]
    lowest = min(heights, key=lambda pair: np.median(heights[pair]))
    return claim(f"{title(job)}: the ends of every two optimisers, from one start and on the same minibatches, have a "
                  f"barrier between them", all(map(np.all, every)), 2 * sum(median) < len(median),
                  f"{sum(median)} of {len(median)} pairs in the median seed, above {high:.2g} nats; lowest "
                  f"{np.median(heights[lowest]):.2g}, {' and '.join(lowest)}")


def other_functions(run: Run, job: dict) -> Claim:
    errors = {method: np.array([result["test_error"] for result in results])
              for method, results in outcomes(run.parts, job).items()}
    equal = [pair for pair in pairs(job) if np.median(np.abs(errors[pair[0]] - errors[pair[1]])) <= SAME]
    shares = [float(np.median(apart(run, job, *pair, "disagreement"))) for pair in equal]
    more = [share > SAME for share in shares]
    numbers = (f"{sum(more)} of {len(equal)} pairs; {100 * min(shares):.1f} to {100 * max(shares):.1f} %" if shares
               else "no such pair")
    return claim(f"{title(job)}: optimisers that err equally often (to {100 * SAME:g} %) still label more of the test "
                  f"images differently", bool(more) and all(more), bool(more) and not any(more), numbers)


def consistent_norms(run: Run, job: dict) -> Claim:
    from scipy.stats import f as fisher

    norms = {method: from_start(run, job, method)["norm"] for method in job["methods"]}
    ratio, limit = f_ratio(norms), fisher.isf(0.01, len(norms) - 1, sum(map(len, norms.values())) - len(norms))
    return claim(f"{title(job)}: |theta| at the end is the optimiser's own, beside its spread over starts",
                  ratio > limit, ratio < 1, f"F = {ratio:.1f}, 1 % point {limit:.1f}")


def late_drop(run: Run, with_: dict, without: dict) -> Claim:
    shares = [[float(np.median(from_start(run, job, method)["plateau"])) for job in (with_, without)]
              for method in _both(with_, without)]
    longer = [b > a for a, b in shares]
    return claim(f"{title(without)}: a wider plateau around the start than with batch norm", all(longer),
                  2 * sum(b < a for a, b in shares) > len(shares),
                  f"{sum(longer)} of {len(longer)} optimisers; medians {_medians(shares)} of the line")


def one_shape(run: Run, with_: dict, without: dict) -> Claim:
    spreads = [[unlike(run, job, method) for job in (with_, without)] for method in _both(with_, without)]
    closer = [a < b for a, b in spreads]
    return claim(f"{title(with_)}: the lines of an optimiser's seeds are more alike than without batch norm",
                  all(closer), 2 * sum(a > b for a, b in spreads) > len(spreads),
                  f"{sum(closer)} of {len(closer)} optimisers; spread of the {SURFACE} losses {_medians(spreads)}")


def _both(with_: dict, without: dict) -> list[str]:
    return [method for method in with_["methods"] if method in without["methods"]]


def _medians(values: list[list[float]]) -> str:
    with_, without = np.median(values, axis=0)
    return f"{with_:.2g} with, {without:.2g} without"


def claim(text: str, shown: bool, contradicted: bool, numbers: str) -> Claim:
    """Shown, or contradicted, or neither."""
    return Claim(text, bool(shown), numbers, bool(contradicted) and not shown)
