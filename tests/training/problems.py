"""What the tests of training share."""

import json

import numpy as np

from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective

TIMINGS = ("seconds", "step_seconds", "step_processor_seconds", "done")


def problem(dtype=np.float64):
    rng = np.random.default_rng(5)
    network = MLP((3, 5, 2))
    objective = Objective(network, squared_error)
    data = rng.standard_normal((24, 3)).astype(dtype), rng.standard_normal((24, 2)).astype(dtype)
    return objective, network.init(rng, "glorot", dtype=dtype), data


def untimed(rows):
    """The rows as JSON, bit for bit, without what differs from run to run."""
    return [json.dumps({name: value for name, value in row.items() if name not in TIMINGS}) for row in rows]


class Script:
    """An 'optimiser' that does what it is told: each entry of `script` is (loss, new theta's first entry)."""

    def __init__(self, script, **report):
        self.script, self.report = script, report

    def init(self, theta):
        return {"t": 0}

    def step(self, theta, state, objective, batch):
        loss, first = self.script[state["t"]]
        new = theta.copy()
        new.vector[0] = first
        return new, {"t": state["t"] + 1}, {"loss": loss, "gradient_equivalents": 2, **self.report}
