"""Triangles and patches whose corners are starts and ends of a job's first two seeds: parts that evaluate them.

A configuration's "sheets" is a list of corners each, of three for a triangle, of four for a patch; a corner is a
method, "start", or either with a 1 after it, of the second seed: ["start", "adam", "rmsprop"], ["start", "start 1",
"sgd", "sgd 1"].  "sheet" is how many steps an edge has.
"""

import numpy as np

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.lines.looking import START, measure_of
from ref.experiments.loss_surfaces.sheets.cutting import evaluate_part
from ref.experiments.loss_surfaces.study import part_config, trained_as
from ref.experiments.loss_surfaces.training.data import data_of
from ref.experiments.loss_surfaces.training.part import network_of
from ref.experiments.loss_surfaces.training.path import kept
from ref.experiments.recording import FolderRecorder
from ref.loss_surfaces.between import barycentric_grid
from ref.loss_surfaces.surface import grid, on_patch, on_triangle

Array = np.ndarray


def sheet_parts(config: dict, trained: dict[str, dict]) -> dict[str, dict]:
    parts = {}
    for job in config["jobs"]:
        for number, corners in enumerate(config["sheets"]):
            if all(_is_there(job, corner) for corner in corners):
                ends = {corner: _point(job, corner, trained) for corner in corners}
                parts[part_name(job, "sheet", number)] = {**part_config(config, job, ""), "ends": ends}
    return parts


def sheet_part(config: dict, recorder: FolderRecorder) -> dict:
    """The columns of the points, in the order of `points`."""
    data = data_of(config)
    network = network_of(config, data.image)
    corners = {name: kept(recorder.folder.parent / part, step) for name, (part, step) in config["ends"].items()}
    surface = (on_triangle if len(corners) == 3 else on_patch)(corners)
    return evaluate_part(surface, points(config), measure_of(config, network, corners, data), recorder)


def points(config: dict) -> Array:
    """Of a triangle (u, v, w), of a patch (alpha, beta)."""
    n = config["sheet"]
    return barycentric_grid(n) if len(config["ends"]) == 3 else grid(*2 * [np.linspace(0, 1, n + 1)])


def _point(job: dict, corner: str, trained: dict[str, dict]) -> list:
    method, seed = _read(corner)
    name = part_name(trained_as(job), job["methods"][0] if method == START else method, seed)
    return [name, 0 if method == START else trained[name]["last"]]


def _is_there(job: dict, corner: str) -> bool:
    method, seed = _read(corner)
    return (method == START or method in job["methods"]) and seed < job["seeds"]


def _read(corner: str) -> tuple[str, int]:
    method, _, seed = corner.partition(" ")
    return method, int(seed or 0)
