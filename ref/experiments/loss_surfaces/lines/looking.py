"""What lies between the points that trainings of a job ended at: parts that look at them when they have ended.

    "...-lines-SEED"     of one seed: the line from the start to each method's end and beyond it, and the lines between
                         the ends of all pairs; how far the ends are apart, as weights and as functions
    "...-seeds-METHOD"   of one method: the lines between the ends of the first seed and of each other one

A part's configuration is that of training, and

    ends        name -> [part, step]: where a point is kept (ref.experiments.loss_surfaces.training.path)
    start       the same for the start, or None
    policy      of ref.loss_surfaces.batch_norm.policies: what batch norms hold at a point; "frozen" holds those of the
                first corner of a line or sheet that is no start
    alphas      how many points there are from 0 to 1; beyond: to which alpha the lines from the start go on

At every point there are loss and error of the surface's images (of the training set) and of the test images; nothing
is dropped and nothing augmented.
"""

from collections.abc import Iterable
from itertools import combinations

import numpy as np

from ref import losses
from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.study import part_config, trained_as
from ref.experiments.loss_surfaces.training.data import Data, data_of
from ref.experiments.loss_surfaces.training.part import CHUNK, LOSS, is_weight, network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.recording import FolderRecorder
from ref.loss_surfaces import distances
from ref.loss_surfaces.batch_norm import policies
from ref.loss_surfaces.surface import Measurement, Surface, columns, evaluate, measurement, on_line
from ref.objective import Objective
from ref.parameters import Parameters

Array = np.ndarray
START = "start"
SETS = ("surface", "test")


def line_parts(config: dict, trained: dict[str, dict], between_seeds: bool = True) -> dict[str, dict]:
    """The configurations; trained: the results of all trainings; between_seeds: whether those of methods are wanted."""
    parts = {}
    for job in config["jobs"]:
        def point(method: str, seed: int, at: str = "last", job=job) -> list:
            name = part_name(trained_as(job), method, seed)
            return [name, trained[name]["last"] - trained[name]["begin"] if at == "last" else 0]

        for seed in range(job["seeds"]):
            ends = {method: point(method, seed) for method in job["methods"]}
            start = point(job["methods"][0], seed, "first")
            parts[part_name(job, "lines", seed)] = {**part_config(config, job, "", seed), "ends": ends, "start": start}
        for method in job["methods"] if between_seeds and job["seeds"] > 1 else ():
            ends = {f"seed {seed}": point(method, seed) for seed in range(job["seeds"])}
            parts[part_name(job, "seeds", method)] = {**part_config(config, job, method), "ends": ends, "start": None}
    return parts


def look_part(config: dict, recorder: FolderRecorder) -> dict:
    """All lines of a part, by "NAME to NAME", and the distances of the same pairs."""
    data = data_of(config)
    network = network_of(config, data.image)
    ends = {name: kept(recorder.folder.parent / part, step) for name, (part, step) in config["ends"].items()}
    alphas = np.linspace(0, 1, config["alphas"])
    found = {"lines": {}, "apart": {}, "alphas": alphas.tolist()}
    if config["start"] is not None:
        part, step = config["start"]
        start = kept(recorder.folder.parent / part, step)
        found["beyond"] = further(alphas, config["beyond"]).tolist()
        for name, theta in ends.items():
            found["lines"][f"{START} to {name}"] = on(on_line({START: start, name: theta}), found["beyond"], config,
                                                      network, data)
        found["norms"] = {name: [distances.norm(theta), distances.norm(theta, is_weight),
                                 distances.distance(theta, start)] for name, theta in ends.items()}
    else:
        start = None
    predictions = {name: predicted(config, network, theta, data) for name, theta in ends.items()}
    for a, b in pairs(config):
        found["lines"][f"{a} to {b}"] = on(on_line({a: ends[a], b: ends[b]}), alphas, config, network, data)
        found["apart"][f"{a} to {b}"] = {
            "distance": distances.distance(ends[a], ends[b]),
            "cosine": None if start is None else distances.cosine(ends[a], ends[b], start),
            "functional": distances.functional(predictions[a], predictions[b]),
            "disagreement": distances.disagreement(predictions[a], predictions[b])}
    return found


def pairs(config: dict) -> list[tuple[str, str]]:
    """All pairs of one seed's methods; of one method's seeds, the first and each other."""
    return [pair for pair in combinations(config["ends"], 2)
            if config["start"] is not None or pair[0] == next(iter(config["ends"]))]


def further(alphas: Array, beyond: float) -> Array:
    """From 0 to 1 as the alphas, then on to `beyond` in steps as wide."""
    step = alphas[1] - alphas[0]
    return np.concatenate([alphas, 1 + step * np.arange(1, round((beyond - 1) / step) + 1)])


def on(surface: Surface, points, config: dict, network, data: Data) -> dict[str, list]:
    """The columns of the surface's points."""
    measure = measure_of(config, network, surface.corners, data)
    return {name: values.tolist() for name, values in columns(list(evaluate(surface, points, measure))).items()}


def measure_of(config: dict, network, corners: dict[str, Parameters], data: Data) -> Measurement:
    """Loss and error on each of SETS: "surface_loss", ...; the batch norms' statistics are made once for both."""
    corner = frozen_corner(corners) if config["policy"] == "frozen" else None
    policy = policies.make(config["policy"], network, corners, data.surface.inputs[0], corner, CHUNK)

    def measure(theta: Parameters, shares: tuple) -> dict[str, float]:
        there = _There(policy.at(theta, shares))
        return {f"{which}_{what}": value for which in SETS for what, value in measurement(
            Objective(network, LOSS, chunk=CHUNK), getattr(data, which), there)(theta, shares).items()}

    return measure


def frozen_corner(corners: Iterable[str]) -> str:
    """The first that is no start."""
    return next(name for name in corners if not name.startswith(START))


class _There:
    """A policy of one point: its network."""

    def __init__(self, network):
        self.network = network

    def at(self, theta: Parameters, shares: tuple):
        return self.network


def predicted(config: dict, network, theta: Parameters, data: Data) -> Array:
    """Probabilities of the classes for the test images, (N, classes)."""
    policy = policies.Recompute(network, data.surface.inputs[0], CHUNK)
    return losses.softmax_cross_entropy.prediction(policy.at(theta, (1.0,)).forward(theta, *data.test.inputs)[0])
