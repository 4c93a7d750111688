"""A small Elman recurrence: see problems."""

import numpy as np

from tests.kernels.draw import drawn

VARIANTS = ("tanh", "logistic", "identity", "relu", "softplus")
GRADIENTS = ("dx", "dU", "dW", "db", "dh0")


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    half = {"U": (D, H), "W": (H, H), "b": (H,), "h0": (H,)}
    return drawn({"x": (T, N, D), "dh": (T, N, H), "damped": (T, N, H)}, half, dtype)


def parameters(a: dict, phi: str) -> tuple:
    return a["x"], a["U"], a["W"], a["b"], a["h0"], phi


def directions(a: dict, phi: str) -> tuple:
    return a["Rx"], a["RU"], a["RW"], a["Rb"], a["Rh0"]


def options(a: dict, phi: str) -> dict[str, dict]:
    return {"": {}, ", damped": {"damped": a["damped"]}, " of data": {"to_input": False}, ", clipped": {"clip": 0.3}}
