"""The parameters that a training passed through, kept in its folder: path/STEP.npz, after so many steps.

An optimiser that keeps copies is the optimiser itself otherwise.  A copy is of the parameters before its step is taken,
so that training that goes on from a checkpoint writes what it wrote before.
"""

from pathlib import Path

from ref.optimizers.first_order import state_count
from ref.parameters import Parameters

STEPS = "path_steps"


class Keeping:
    """at: the steps whose parameters are kept."""

    def __init__(self, optimizer, at: set[int], folder):
        self.optimizer, self.at, self.folder = optimizer, at, folder

    def init(self, theta: Parameters) -> dict:
        return {**self.optimizer.init(theta), STEPS: 0}

    def step(self, theta: Parameters, state: dict, objective, batch) -> tuple[Parameters, dict, dict]:
        t = state_count(state, STEPS)
        if t in self.at:
            keep(theta, self.folder, t)
        own = {name: value for name, value in state.items() if name != STEPS}
        theta, own, report = self.optimizer.step(theta, own, objective, batch)
        return theta, {**own, STEPS: t + 1}, report


def keep(theta: Parameters, folder, step: int) -> None:
    path = file_of(folder, step)
    path.parent.mkdir(exist_ok=True)
    theta.save(path)


def kept(folder, step: int) -> Parameters:
    """Raises FileNotFoundError where the step's were not kept."""
    return Parameters.load(file_of(folder, step))


def file_of(folder, step: int) -> Path:
    return Path(folder) / "path" / f"{step}.npz"
