"""What Im, Tao & Branson 2016 say of switches, in a form that runs can show or contradict.

    another point       after the last of the switches a barrier parts the end from that of the first optimiser alone
    the second's norm   |theta| is nearer to that of the second optimiser alone than to that of the first

Shown where it holds of every seed and pair, contradicted where of none.
"""

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.lines.numbers import barriers, from_start, line_of, looks
from ref.experiments.loss_surfaces.optimizers.claims import HIGH, claim
from ref.experiments.loss_surfaces.study import has_learnt, title
from ref.experiments.loss_surfaces.switching.naming import arrow, name_of, with_switches
from ref.experiments.run import Run
from ref.experiments.tables import Claim


def claims(run: Run) -> list[Claim]:
    return [of_job for job in run.config["jobs"] for of_job in (another_point(run, job), the_seconds_norm(run, job))]


def another_point(run: Run, job: dict) -> Claim:
    """A barrier, as between optimisers, after the last of the switches; contradicted by none."""
    high = HIGH * np.median([line_of(look, START, job["methods"][0])[1][0] for look in looks(run, job)])
    heights = {pair: barriers(run, with_switches(job), pair[0], name_of(*pair, job["at"][-1]))
               for pair in map(tuple, job["switches"])}
    separate = [value > high for pair, values in heights.items() for seed, value in enumerate(values)
                if counts(run, job, pair, seed)]
    medians = ", ".join(f"{arrow(*pair)} {np.median(values):.2g}" for pair, values in heights.items())
    return claim(f"{title(job)}: after a switch at epoch {job['at'][-1]} a barrier parts the end from the first "
                 f"optimiser's own", bool(separate) and all(separate), bool(separate) and not any(separate),
                 f"{sum(separate)} of {len(separate)} seeds and pairs above {high:.2g} nats; medians {medians}")


def the_seconds_norm(run: Run, job: dict) -> Claim:
    """|theta| is nearer to that of the second optimiser alone than to that of the first; contradicted by none."""
    nearer = []
    for first, second in job["switches"]:
        norms = [from_start(run, job, method)["norm"] for method in (first, second, name_of(first, second,
                                                                                            job["at"][-1]))]
        nearer += [abs(c - b) < abs(c - a) for seed, (a, b, c) in enumerate(zip(*norms))
                   if counts(run, job, (first, second), seed)]
    return claim(f"{title(job)}: after a switch at epoch {job['at'][-1]} |theta| is nearer to the second "
                 f"optimiser's than to the first's", bool(nearer) and all(nearer),
                 bool(nearer) and not any(nearer), f"{sum(nearer)} of {len(nearer)} seeds and pairs")


def counts(run: Run, job: dict, pair: tuple[str, str], seed: int) -> bool:
    """Whether the end of the last of the switches has learnt: one that diverged is nobody's end."""
    return has_learnt(run.parts[part_name(job, name_of(*pair, job["at"][-1]), seed)])
