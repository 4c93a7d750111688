"""Two ends joined: by the straight line, by the line after alignment of units, and by a curve that is trained.

    "...-starts-METHOD-SEED"    ends of one method from the start of SEED and from the next one (the last one's next is
                                the first; of two seeds there is one pair)
    "...-methods-A+B-SEED"      ends of two methods from one start

A part's configuration is that of training, and

    ends            [[part, step], [part, step]]: where the two points are kept
    alphas          how many points the lines and the curve have from 0 to 1
    policies        what batch norms hold on the lines (ref.loss_surfaces.batch_norm.policies); without batch norm the
                    first alone.  On the curve it is `policy`, as in all of a run's trainings
    curve_epochs, curve_rate      how the curve's middle point is trained, by Adam, from the middle of the line, on the
                    minibatches of part_seed, each at one t of its own
"""

from itertools import combinations

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import on
from ref.experiments.loss_surfaces.study import part_config
from ref.experiments.loss_surfaces.training.data import Data, data_of
from ref.experiments.loss_surfaces.training.part import CHUNK, LOSS, batches_of, network_of, steps_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.recording import FolderRecorder
from ref.experiments.training import ended, processor_seconds
from ref.loss_surfaces.alignment import align
from ref.loss_surfaces.curves.bezier import Bezier
from ref.loss_surfaces.curves.objective import OnCurve, along_curve
from ref.loss_surfaces.distances import distance
from ref.loss_surfaces.surface import Surface, on_line
from ref.objective import Objective
from ref.optimizers import Adam
from ref.parameters import Parameters
from ref.training.train import Result, train


def couples(job: dict) -> dict[str, list[tuple[tuple[str, int], tuple[str, int]]]]:
    """The name of a couple of ends -> its pairs of (method, seed), one for each of the part's numbers."""
    n, found = job["seeds"], {}
    if n > 1:
        for method in job["methods"]:
            found[f"starts-{method}"] = [((method, k), (method, (k + 1) % n)) for k in range(n if n > 2 else 1)]
    for a, b in combinations(job["methods"], 2):
        found[f"methods-{a}+{b}"] = [((a, seed), (b, seed)) for seed in range(n)]
    return found


def joining_parts(config: dict, trained: dict[str, dict]) -> dict[str, dict]:
    """trained: the results of all trainings."""
    def point(job: dict, method: str, seed: int) -> list:
        name = part_name(job, method, seed)
        return [name, trained[name]["last"] - trained[name]["begin"]]

    return {part_name(job, name, number): {**part_config(config, job, "", number),
                                           "ends": [point(job, *a), point(job, *b)]}
            for job in config["jobs"] for name, pairs in couples(job).items() for number, (a, b) in enumerate(pairs)}


def join_part(config: dict, recorder: FolderRecorder) -> dict:
    """The columns of "line POLICY", "aligned POLICY" and "curve", each surface_loss, surface_error, test_loss, ..."""
    data = data_of(config)
    network = network_of(config, data.image)
    a, b = (kept(recorder.folder.parent / part, step) for part, step in config["ends"])
    aligned, alphas = align(network, a, b), np.linspace(0, 1, config["alphas"])
    bent = bend(config, network, data, a, b, recorder)
    curve, found = Bezier(a, bent.theta, b), {}
    for policy in policies_of(config):
        for name, other in (("line", b), ("aligned", aligned)):
            found[f"{name} {policy}"] = on(on_line({"a": a, "b": other}), alphas, {**config, "policy": policy}, network,
                                           data)
    surface = Surface({"a": a, "c": bent.theta, "b": b}, curve.point, curve.shares)
    found["curve"] = on(surface, alphas, config, network, data)
    return {"alphas": alphas.tolist(), "along": found, "distance": distance(a, b),
            "distance_aligned": distance(a, aligned), "distance_bent": distance(bent.theta, Bezier.straight(a, b).c),
            **ended(bent), "processor_seconds": processor_seconds(bent)}


def bend(config: dict, network, data: Data, a: Parameters, b: Parameters, recorder: FolderRecorder) -> Result:
    """The curve's middle point, trained."""
    batches = along_curve(batches_of(config, network, data.training), config["part_seed"])
    objective = OnCurve(Objective(network, LOSS, chunk=CHUNK), a, b)
    return train(Adam(config["curve_rate"]), objective, Bezier.straight(a, b).c, batches,
                 steps_of(config, data) * config["curve_epochs"], recorder=recorder, label=f"{config['network']} curve")


def policies_of(config: dict) -> list[str]:
    return config["policies"] if config["batch_norm"] else config["policies"][:1]
