"""A small NTM through time: see problems.  All variants read as many numbers, so that the arrays of y fit them all."""

import numpy as np

from ref.cells import interface, ntm
from ref.layers import softmax
from tests.kernels.draw import drawn

ONE, MANY = ntm.Design(5, 6), ntm.Design(6, 2, n_read_heads=3, n_write_heads=2, shifts=2)
VARIANTS = {  # design, whether each case has a start of its own, whether the controller is an LSTM
    "one head of each kind": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "many heads that read first": (ntm.Design(6, 2, 3, 2, 2, "read first", "oneplus", "identity"), False, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, read first, starts of each case": (ntm.Design(5, 6, order="read first"), True, False),
    "feed-forward, no shifts": (ntm.Design(4, 6, shifts=0), False, False),
}
GRADIENTS = None  # named by their own fields


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    read = ONE.width
    whole, half = {"x": (T, N, D), "dh": (T, N, H + read)}, {"W": (H, 4 * H)}
    for gates in (1, 4):
        half |= {f"U{gates}": (D + read, gates * H), f"b{gates}": (gates * H,)}
    for variant, (design, each, _) in VARIANTS.items():
        I, L, W = interface.size(design.pieces), design.n_locations, design.width
        lead = (N,) if each else ()
        half |= {f"P {variant}": (H, I), f"q {variant}": (I,)}
        start = {"M": (L, W), "w_read": (design.n_read_heads, L), "w_write": (design.n_write_heads, L),
                 "r": (design.n_read_heads, W), "h": (H,), "c": (H,)}
        half |= {f"{name} {variant}": (*lead, *shape) for name, shape in start.items()}
        whole |= {f"d{name} {variant}": (N, *shape) for name, shape in start.items()}
    found = drawn(whole, half, dtype)
    return {name: softmax.forward(array)[0] if name.startswith("w_") else array for name, array in found.items()}


def _weights(a: dict, variant: str, R: str = "") -> ntm.Weights:
    _, _, lstm = VARIANTS[variant]
    gates = 4 if lstm else 1
    return ntm.Weights(a[f"{R}U{gates}"], a[f"{R}W"] if lstm else None, a[f"{R}b{gates}"], a[f"{R}P {variant}"],
                       a[f"{R}q {variant}"])


def _state(a: dict, variant: str, prefix: str = "") -> ntm.State:
    _, _, lstm = VARIANTS[variant]
    return ntm.State(*(a[f"{prefix}{name} {variant}"] if lstm or name not in ("h", "c") else None
                       for name in ntm.State._fields))


def parameters(a: dict, variant: str) -> tuple:
    return a["x"], _weights(a, variant), _state(a, variant), VARIANTS[variant][0]


def directions(a: dict, variant: str) -> tuple:
    return a["Rx"], _weights(a, variant, "R"), _state(a, variant, "R")


def options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, " of data": {"to_input": False}, ", going on": {"dend": _state(a, variant, "d")}}


def r_options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, ", going on": {"dend": _state(a, variant, "d"), "Rdend": _state(a, variant, "Rd")}}
