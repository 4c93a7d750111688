"""A small LSTM: see problems."""

import numpy as np

from tests.kernels.draw import drawn

VARIANTS = ("peepholes", "no peepholes", "no peepholes, states of each case")
GRADIENTS = ("dx", "dU", "dW", "db", "dh0", "dc0", "dp")


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    half = {"U": (D, 4 * H), "W": (H, 4 * H), "b": (4 * H,), "h0": (H,), "c0": (H,), "p": (3, H),
            "h0s": (N, H), "c0s": (N, H)}
    return drawn({"x": (T, N, D), "dh": (T, N, H), "dh_T": (N, H), "dc_T": (N, H)}, half, dtype)


def parameters(a: dict, variant: str) -> tuple:
    each = "s" * ("states" in variant)
    return a["x"], a["U"], a["W"], a["b"], a[f"h0{each}"], a[f"c0{each}"], a["p"] if variant == "peepholes" else None


def directions(a: dict, variant: str) -> tuple:
    each = "s" * ("states" in variant)
    Rp = a["Rp"] if variant == "peepholes" else None
    return a["Rx"], a["RU"], a["RW"], a["Rb"], a[f"Rh0{each}"], a[f"Rc0{each}"], Rp


def options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, " of data": {"to_input": False}, ", clipped": {"clip": 0.05},
            ", going on": {"dh_T": a["dh_T"], "dc_T": a["dc_T"]}}


def r_options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, ", going on": {name: a[name] for name in ("dh_T", "dc_T", "Rdh_T", "Rdc_T")}}
