"""A small LRUA through time: see problems.  All variants read as many numbers, so that the arrays of y fit them all."""

import numpy as np

from ref.cells import interface, lrua
from ref.layers import softmax
from tests.kernels.draw import drawn

ONE, MANY = lrua.Design(5, 6), lrua.Design(7, 3, n_read_heads=2)
VARIANTS = {  # design, whether each case has a start of its own, whether the controller is an LSTM
    "one head": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "strengths, all forgotten": (lrua.Design(7, 3, 2, 0.5, "softplus", zeroes="all"), True, True),
    "all that can be said, one location each": (lrua.Design(8, 2, 3, 1, "oneplus", True, "identity", "one each"),
                                                False, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, own vectors, starts of each case": (lrua.Design(7, 3, 2, separate_add=True), True, False),
    "as many heads as locations": (lrua.Design(2, 3, 2, 0, spread="one each", zeroes="all"), True, True),
    "nothing written yet": (lrua.Design(6, 3, 2), False, True),  # all usages equal
}
SEED = 12  # which gives no short row or key: its direction turns fast, and in float32 is mostly rounding
GRADIENTS = None  # named by their own fields


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    read = ONE.width
    whole, half = {"x": (T, N, D), "dh": (T, N, H + read)}, {"W": (H, 4 * H)}
    for gates in (1, 4):
        half |= {f"U{gates}": (D + read, gates * H), f"b{gates}": (gates * H,)}
    for variant, (design, each, _) in VARIANTS.items():
        I, L, W, R = interface.size(design.pieces), design.n_locations, design.width, design.n_read_heads
        lead = (N,) if each else ()
        half |= {f"P {variant}": (H, I)}
        whole |= {f"q {variant}": (I,)}
        start = {"M": (L, W), "w_read": (R, L), "u": (L,), "r": (R, W), "h": (H,), "c": (H,)}
        half |= {f"{name} {variant}": (*lead, *shape) for name, shape in start.items()}
        whole |= {f"d{name} {variant}": (N, *shape) for name, shape in start.items()}
    found = drawn(whole, half, dtype, seed=SEED)
    return {name: _possible(name, array).astype(dtype) for name, array in found.items()}


def _possible(name: str, array: np.ndarray) -> np.ndarray:
    """Usages from 0, weights of a sum of 1, rows that are long; or all of them 0."""
    which, _, variant = name.partition(" ")
    if which in ("M", "u", "w_read") and variant == "nothing written yet":
        return np.zeros_like(array)
    if which == "w_read":
        return softmax.forward(array)[0]
    return 2 * np.abs(array) if which == "u" else 3 * array if which == "M" else array


def _weights(a: dict, variant: str, R: str = "") -> lrua.Weights:
    _, _, lstm = VARIANTS[variant]
    gates = 4 if lstm else 1
    return lrua.Weights(a[f"{R}U{gates}"], a[f"{R}W"] if lstm else None, a[f"{R}b{gates}"], a[f"{R}P {variant}"],
                        a[f"{R}q {variant}"])


def _state(a: dict, variant: str, prefix: str = "") -> lrua.State:
    """The usage has no gradient, and no direction."""
    _, _, lstm = VARIANTS[variant]
    left_out = ("" if lstm else "hc") + ("u" if prefix else "")
    return lrua.State(*(None if name in left_out else a[f"{prefix}{name} {variant}"] for name in lrua.State._fields))


def parameters(a: dict, variant: str) -> tuple:
    return a["x"], _weights(a, variant), _state(a, variant), VARIANTS[variant][0]


def directions(a: dict, variant: str) -> tuple:
    return a["Rx"], _weights(a, variant, "R"), _state(a, variant, "R")


def options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, " of data": {"to_input": False}, ", going on": {"dend": _state(a, variant, "d")}}


def r_options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, ", going on": {"dend": _state(a, variant, "d"), "Rdend": _state(a, variant, "Rd")}}
