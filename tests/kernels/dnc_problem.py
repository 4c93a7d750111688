"""A small DNC through time: see problems.  All variants read as many numbers, so that the arrays of y fit them all."""

import numpy as np

from ref.cells import dnc, interface
from ref.layers import softmax
from ref.layers.logistic import sigma
from tests.kernels.draw import drawn

ONE, MANY = dnc.Design(5, 6), dnc.Design(6, 2, n_read_heads=3)
VARIANTS = {  # design, whether each case has a start of its own, whether the controller is an LSTM
    "one read head": (ONE, False, True),
    "many heads, starts of each case": (MANY, True, True),
    "many heads that read first": (dnc.Design(7, 2, 3, "read first", "softplus", "tanh"), False, True),
    "usage's gradient stopped": (dnc.Design(5, 3, 2, usage_gradient="stopped"), True, True),
    "feed-forward": (MANY, False, False),
    "feed-forward, read first, starts of each case": (dnc.Design(5, 6, order="read first"), True, False),
    "nothing written yet": (dnc.Design(4, 3, 2), False, True),  # all usages equal
}
GRADIENTS = None  # named by their own fields


def arrays(T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> dict[str, np.ndarray]:
    read = ONE.width
    whole, half = {"x": (T, N, D), "dh": (T, N, H + read)}, {"W": (H, 4 * H)}
    for gates in (1, 4):
        half |= {f"U{gates}": (D + read, gates * H), f"b{gates}": (gates * H,)}
    for variant, (design, each, _) in VARIANTS.items():
        I, L, W, R = interface.size(design.pieces), design.n_locations, design.width, design.n_read_heads
        lead = (N,) if each else ()
        half |= {f"P {variant}": (H, I), f"q {variant}": (I,)}
        start = {"M": (L, W), "u": (L,), "links": (L, L), "p": (L,), "w_write": (L,), "w_read": (R, L), "r": (R, W),
                 "h": (H,), "c": (H,)}
        half |= {f"{name} {variant}": (*lead, *shape) for name, shape in start.items()}
        whole |= {f"d{name} {variant}": (N, *shape) for name, shape in start.items()}
    found = drawn(whole, half, dtype)
    return {name: _possible(name, array).astype(dtype) for name, array in found.items()}


def _possible(name: str, array: np.ndarray) -> np.ndarray:
    """Usages between 0 and 1, and weights and links that sum to less than one."""
    which, _, variant = name.partition(" ")
    if which not in ("u", "links", "p", "w_write", "w_read"):
        return array
    if variant == "nothing written yet":
        return np.zeros_like(array)
    if which == "u":
        return sigma(3 * array)
    return (0.8 / array.shape[-1] if which == "links" else 0.8) * softmax.forward(array)[0]


def _weights(a: dict, variant: str, R: str = "") -> dnc.Weights:
    _, _, lstm = VARIANTS[variant]
    gates = 4 if lstm else 1
    return dnc.Weights(a[f"{R}U{gates}"], a[f"{R}W"] if lstm else None, a[f"{R}b{gates}"], a[f"{R}P {variant}"],
                       a[f"{R}q {variant}"])


def _state(a: dict, variant: str, prefix: str = "") -> dnc.State:
    _, _, lstm = VARIANTS[variant]
    return dnc.State(*(a[f"{prefix}{name} {variant}"] if lstm or name not in ("h", "c") else None
                       for name in dnc.State._fields))


def parameters(a: dict, variant: str) -> tuple:
    return a["x"], _weights(a, variant), _state(a, variant), VARIANTS[variant][0]


def directions(a: dict, variant: str) -> tuple:
    return a["Rx"], _weights(a, variant, "R"), _state(a, variant, "R")


def options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, " of data": {"to_input": False}, ", going on": {"dend": _state(a, variant, "d")}}


def r_options(a: dict, variant: str) -> dict[str, dict]:
    return {"": {}, ", going on": {"dend": _state(a, variant, "d"), "Rdend": _state(a, variant, "Rd")}}
