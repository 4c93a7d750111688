"""Which jobs are looked at under which policies, and lines whose filters are scaled; the names of their parts:

    "...-POLICY-lines-SEED", "...-POLICY-seeds-METHOD", "...-POLICY-sheet-NUMBER"     with batch norm, under each policy
    "...-lines-SEED", ...                                                             without it
    "...-POLICY-scaled-SEED"    the lines from the start to each method's end, the weights before batch norms scaled at
                                every point (ref.loss_surfaces.batch_norm.scaling), the policy's corners not

A run's configuration has "policies" and "scales".
"""

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START, line_parts, on
from ref.experiments.loss_surfaces.optimizers.claims import batch_norm_pairs
from ref.experiments.loss_surfaces.study import under
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.recording import FolderRecorder
from ref.loss_surfaces.batch_norm.scaling import scaled
from ref.loss_surfaces.surface import Surface, on_line


def policies_of(config: dict, job: dict) -> list[dict]:
    """The job under each policy; of one without batch norm, that job alone."""
    return [under(job, policy) for policy in config["policies"]] if job["settings"]["batch_norm"] else [job]


def looked_at(config: dict) -> list[dict]:
    return [way for job in config["jobs"] for way in policies_of(config, job)]


def pairs_of(config: dict) -> list[tuple[list[dict], dict]]:
    """(the job with batch norm under each policy, the same without batch norm)."""
    return [(policies_of(config, with_), without) for with_, without in batch_norm_pairs(config["jobs"])]


def scaled_parts(looked: dict, trained: dict[str, dict]) -> dict[str, dict]:
    """looked: a configuration whose jobs are those that are looked at."""
    lines = line_parts(looked, trained, between_seeds=False)
    return {part_name(job, "scaled", seed): lines[part_name(job, "lines", seed)]
            for job in looked["jobs"] if job["settings"]["batch_norm"] for seed in range(job["seeds"])}


def scaled_part(config: dict, recorder: FolderRecorder) -> dict:
    """By method, and then by scale, in the order of "scales": the columns of the line."""
    data = data_of(config)
    network = network_of(config, data.image)
    start, *ends = (kept(recorder.folder.parent / part, step)
                    for part, step in (config["start"], *config["ends"].values()))
    alphas = np.linspace(0, 1, config["alphas"])

    def scaled_line(name: str, theta, s: float) -> dict[str, list]:
        line = on_line({START: start, name: theta})
        surface = Surface(line.corners, lambda alpha: scaled(network, line.theta(alpha), s), line.shares)
        return on(surface, alphas, config, network, data)

    return {name: [scaled_line(name, theta, s) for s in config["scales"]]
            for name, theta in zip(config["ends"], ends, strict=True)}
