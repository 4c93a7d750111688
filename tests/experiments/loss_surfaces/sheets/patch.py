"""A patch between four small networks in parts, which ends itself as a kill does after as many points as it is told:

    python -m tests.experiments.loss_surfaces.sheets.patch FOLDER PARTS POINTS
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np

from ref.experiments.loss_surfaces.sheets.cutting import cut, evaluate_part
from ref.experiments.sweep import sweep
from ref.loss_surfaces.batch_norm.policies import make
from ref.loss_surfaces.surface import grid, measurement, on_patch
from tests.loss_surfaces.pictures import networks, objective, pictures, small

POINTS = grid(np.linspace(0, 1, 5), np.linspace(-0.2, 1.2, 5))


def part(config: dict, recorder) -> dict:
    network, surface = small(), on_patch(networks(4))
    measure = measurement(objective(network), pictures(10, seed=1),
                          make(config["policy"], network, surface.corners, pictures(10)[0]))
    left = int(os.environ.get("POINTS_BEFORE_THE_KILL", "1000"))

    def until_killed(theta, shares):
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return measure(theta, shares)

    return evaluate_part(surface, config["points"], until_killed, recorder)


def run(folder: Path, parts: int, **options) -> dict:
    return sweep(part, cut("patch", {"policy": "recompute"}, POINTS, parts), folder, **options)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), workers=0)
