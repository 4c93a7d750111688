"""The Elman recurrence with units that have kinks: leaky rectified units, whose slopes are arguments, and OPLUs."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from ref.checks import check_op
from ref.layers import elman
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal

HELPERS = functions(elman, "_over_time", "_of_start", "through_phi", "r_through_phi")


def nearest_kink(phi: str, s) -> float:
    """The smallest distance of any pre-activation, or of the two of a pair, from where the slope changes."""
    return np.abs(s if phi == "leaky_relu" else s[..., ::2] - s[..., 1::2]).min()


def recurrence(T: int, phi: str, seed: int, N: int = 2, D: int = 5, H: int = 4) -> Case:
    name = f"layers.elman {phi} T={T}"
    shapes = {"x": (T, N, D), "U": (D, H), "W": (H, H), "b": (H,), "h0": (H,), "a": (H,)}
    arguments = {key: normal(*shape, seed=seed + k) for k, (key, shape) in enumerate(shapes.items())}
    arguments["W"] *= 0.5
    if phi != "leaky_relu":
        arguments["a"] = None
    passes = SimpleNamespace(forward=partial(elman.forward, phi=phi), backward=elman.backward,
                             r_forward=elman.r_forward, r_backward=elman.r_backward)
    _, cache = passes.forward(*arguments.values())
    s = arguments["x"] @ arguments["U"] + cache.h[:-1] @ arguments["W"] + arguments["b"]
    assert nearest_kink(phi, s) > 0.4, f"{name}: a unit is near its kink; choose another seed"
    return Case(name, functions(elman, *FOUR_PASSES) + HELPERS, lambda: check_op(passes, arguments, name=name))


KINKED = [
    recurrence(1, "leaky_relu", 230, N=3),
    recurrence(2, "leaky_relu", 230, N=3),
    recurrence(3, "leaky_relu", 540),
    recurrence(5, "leaky_relu", 430, D=3),
    recurrence(1, "oplu", 370, N=3),
    recurrence(3, "oplu", 480),
    recurrence(5, "oplu", 60, D=3),
]
