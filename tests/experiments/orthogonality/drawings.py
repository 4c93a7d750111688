"""A run of seconds whose figures are drawn, and what is read back from them."""

from pathlib import Path

import numpy as np

from ref.experiments.orthogonality.figures import evaluated
from ref.experiments.orthogonality.variants import NO_MARGIN, SETTINGS, job
from ref.experiments.run import Run

TINY = {"n_hidden": 6, "n_test": 20, "chunk": 20, "minibatch": 5, "updates": 6, "evaluate_every": 2, "rate": 1e-3}
DESCENT = {"method": "descent", "rate": 1e-3}
BROKEN = {**NO_MARGIN, "rate": 1e30}  # no loss is finite after it
FIRST = ("lstm", "m=0", "m=0.1", "m=1", "none", "geodesic", "elman-orthogonal")
JOBS = [
    job("copy", 5, FIRST, seeds=2, fewer={"lstm": 1}),
    job("copy", 5, {"prior=0": {**NO_MARGIN, "spectrum": DESCENT}, "prior=0.1": {**BROKEN, "prior": 0.1}},
        label="prior"),
    job("adding", 5, ("m=0", "none"), activation="tanh"),
]
CONFIG = {**SETTINGS, **TINY, "seed": 0, "kernels": "numpy", "threads": 1, "experiment": "ortho", "preset": "tiny",
          "jobs": JOBS}


def panels(figure) -> list:
    return [ax for ax in figure.axes if ax.axison]


def xy(line) -> tuple[list, list]:
    return [list(np.asarray(values, float)) for values in line.get_data()]


def crosses_of(ax) -> list:
    return [line for line in ax.lines if line.get_marker() == "x" and len(line.get_xdata())]


def curve(run: Run, which: dict, variant: str, seed: int, name: str) -> list[list]:
    rows = evaluated(run, which, variant, seed)
    return [[row["step"] for row in rows], [row[name] for row in rows]]


def alt(path: Path) -> str:
    assert path.stat().st_size > 5000
    return path.with_suffix(".alt.txt").read_text()


def with_parts(run: Run, parts: dict) -> Run:
    """The run, had its parts ended otherwise."""
    return run._replace(result={**run.result, "parts": parts})
