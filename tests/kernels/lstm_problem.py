"""A small LSTM: see problems."""

import numpy as np

from tests.kernels.draw import drawn

VARIANTS = ("peepholes", "no peepholes")
GRADIENTS = ("dx", "dU", "dW", "db", "dh0", "dc0", "dp")


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    half = {"U": (D, 4 * H), "W": (H, 4 * H), "b": (4 * H,), "h0": (H,), "c0": (H,), "p": (3, H)}
    return drawn({"x": (T, N, D), "dh": (T, N, H)}, half, dtype)


def parameters(a: dict, variant: str) -> tuple:
    return a["x"], a["U"], a["W"], a["b"], a["h0"], a["c0"], a["p"] if variant == "peepholes" else None


def directions(a: dict, variant: str) -> tuple:
    return a["Rx"], a["RU"], a["RW"], a["Rb"], a["Rh0"], a["Rc0"], a["Rp"] if variant == "peepholes" else None


def options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, " of data": {"to_input": False}, ", clipped": {"clip": 0.05}}
