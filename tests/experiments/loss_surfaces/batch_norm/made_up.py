"""surfaces-batchnorm at a size of seconds, and such runs with other numbers."""

from ref.experiments.jobs import part_name
from ref.experiments.loss_surfaces.batch_norm import experiment
from ref.experiments.loss_surfaces.batch_norm.looking import looked_at
from ref.experiments.loss_surfaces.lines.looking import START
from ref.experiments.loss_surfaces.study import trained_as
from ref.experiments.run import Run
from ref.loss_surfaces.batch_norm.policies import POLICIES
from tests.experiments.loss_surfaces.little import with_parts

METHODS = ["sgd", "adam"]
SETTINGS = {"experiment": experiment.NAME, "policies": list(POLICIES), "scales": [0.5], "beyond": 1.0, "alphas": 3,
            "n_training": 80, "n_surface": 12, "n_test": 15, "rates": {"sgd": [0.3], "adam": [1e-2]},
            "sheets": [["start", "adam", "sgd"]], "sheet": 1}
EXACT = [policy for policy in POLICIES if policy != "frozen"]
ALPHAS = [0.0, 0.5, 1.0]


def made_up(done: Run, middles: dict, heights: dict | None = None, second: dict | None = None,
            scaled: dict | None = None, losses: dict | None = None) -> Run:
    """The run, had its lines other values.

    middles: of the lines from the start by policy ("" without batch norm), one a seed; heights: of the lines between
    ends; second: losses of their second ends; scaled: how far that moves lines; losses: of trainings, by method
    """
    parts = {}
    for way in looked_at(done.config):
        name = way["settings"].get("policy", "")
        height, last = (heights or {}).get(name, 0.5), (second or {}).get(name, 0.1)
        for seed, middle in enumerate(middles.get(name, (1.0, 1.0))):
            lines = {f"{START} to {method}": {"surface_loss": [2.0, middle, 0.1]} for method in METHODS}
            between = {"surface_loss": [0.1, 0.1 + height, last], "test_loss": [0.1, 0.1, 0.1]}
            look = {"alphas": ALPHAS, "beyond": ALPHAS, "lines": {**lines, "sgd to adam": between},
                    "norms": dict.fromkeys(METHODS, [1, 1, 1])}
            line = {"surface_loss": [2.0, middle + (scaled or {}).get(name, 0.0), 0.1]}
            parts |= {part_name(way, "lines", seed): look,
                      part_name(way, "scaled", seed): {method: [line] for method in METHODS}}
        parts |= {part_name(way, "seeds", method): {"alphas": ALPHAS, "lines": {"seed 0 to seed 1": between}}
                  for method in METHODS}
        parts |= {part_name(trained_as(way), method, seed): {"stopped": "steps", "surface_loss": (losses or {}).get(
            method, 0.1)} for method in METHODS for seed in range(2)}
    return with_parts(done, parts)
