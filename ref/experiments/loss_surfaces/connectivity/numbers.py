"""What joins two ends, as numbers: how far the loss goes above the higher end, a value for each pair of a couple.

    line, aligned     the straight line between the ends, before and after alignment
    curve             the trained curve; as on the lines, what is highest is so of the points that were evaluated

Losses are in nats a case, errors shares of the images; "surface" is of training images.  A pair counts where both of
its ends have learnt (study).
"""

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.connectivity.joining import couples, policies_of
from ref.experiments.loss_surfaces.study import learnt, part_config
from ref.experiments.run import Run
from ref.loss_surfaces.measures import barrier

Array = np.ndarray
LOSS, CURVE = "surface_loss", "curve"


def ways(run: Run, job: dict) -> list[str]:
    """"line recompute", "aligned recompute", ..., "curve"."""
    policies = policies_of(part_config(run.config, job, ""))
    return [*(f"{name} {policy}" for policy in policies for name in ("line", "aligned")), CURVE]


def way_title(job: dict, way: str) -> str:
    """Without the policy where there is no batch norm."""
    return way if job["settings"]["batch_norm"] else way.split()[0]


def settled(run: Run, job: dict) -> str:
    """The policy that the claims on lines are about: the one of the run's trainings."""
    return part_config(run.config, job, "")["policy"]


def joined(run: Run, job: dict, couple: str) -> list[dict]:
    """The results of the couple's pairs that count."""
    parts = (run.parts[part_name(job, couple, number)] for number in range(len(couples(job)[couple])))
    return [part for part in parts if _ends_learnt(part)]


def along(part: dict, way: str, of: str = LOSS) -> tuple[Array, Array]:
    """(alphas, values)."""
    return np.array(part["alphas"]), np.array(part["along"][way][of], float)


def barriers(run: Run, job: dict, couple: str, way: str, of: str = LOSS) -> list[float]:
    return [barrier(*along(part, way, of)) for part in joined(run, job, couple)]


def highest(run: Run, job: dict, couple: str, way: str, of: str = LOSS) -> list[float]:
    return [float(np.max(along(part, way, of)[1])) for part in joined(run, job, couple)]


def _ends_learnt(part: dict) -> bool:
    losses = along(part, CURVE)[1]
    return bool(learnt(max(losses[0], losses[-1])))
