"""A small Elman recurrence: see problems."""

import numpy as np

from tests.kernels.draw import drawn

VARIANTS = ("tanh", "logistic", "identity", "relu", "softplus", "tanh, states of each case")
GRADIENTS = ("dx", "dU", "dW", "db", "dh0", "da")


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    half = {"U": (D, H), "W": (H, H), "b": (H,), "h0": (H,), "h0s": (N, H)}
    return drawn({"x": (T, N, D), "dh": (T, N, H), "damped": (T, N, H), "dh_T": (N, H)}, half, dtype)


def parameters(a: dict, phi: str) -> tuple:
    return a["x"], a["U"], a["W"], a["b"], a["h0s" if "states" in phi else "h0"], None, phi.partition(",")[0]


def directions(a: dict, phi: str) -> tuple:
    return a["Rx"], a["RU"], a["RW"], a["Rb"], a["Rh0s" if "states" in phi else "Rh0"], None


def options(a: dict, phi: str) -> dict[str, dict]:
    return {"": {}, ", damped": {"damped": a["damped"]}, " of data": {"to_input": False}, ", clipped": {"clip": 0.3},
            ", going on": {"dh_T": a["dh_T"]}}


def r_options(a: dict, phi: str) -> dict[str, dict]:
    return {"": {}, ", going on": {"dh_T": a["dh_T"], "Rdh_T": a["Rdh_T"]}}
