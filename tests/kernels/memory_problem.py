"""What the problems of the memories through time share: the arrays of all their variants, and a variant's own of them.

A problem's module sets its functions from a MemoryProblem's methods: see problems for what each of them gives.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np

from ref.cells import interface
from tests.kernels.draw import drawn

Arrays = dict[str, np.ndarray]


class MemoryProblem:
    """cell       a module of ref.cells
    variants   name -> (design, whether each case has a start of its own, whether the controller is an LSTM); all of
               them read as many numbers, so that the arrays of y fit them all
    possible   (name, array) -> the array as a start may have it
    still      names of what has no gradient and no direction in a state
    standard   whether the heads' biases are standard normal, not of half the size
    """

    def __init__(self, cell: ModuleType, variants: dict[str, tuple], possible: Callable, still: tuple[str, ...] = (),
                 standard: bool = False, seed: int = 0):
        self.cell, self.variants, self.possible, self.still = cell, variants, possible, still
        self.standard, self.seed = standard, seed

    def arrays(self, T: int, dtype=np.float64, N: int = 5, D: int = 3, H: int = 4) -> Arrays:
        (first, _, _), *_ = self.variants.values()
        read = first.n_read_heads * first.width
        whole, half = {"x": (T, N, D), "dh": (T, N, H + read)}, {"W": (H, 4 * H)}
        for gates in (1, 4):
            half |= {f"U{gates}": (D + read, gates * H), f"b{gates}": (gates * H,)}
        for variant, (design, each, _) in self.variants.items():
            I, lead = interface.size(design.pieces), (N,) if each else ()
            half[f"P {variant}"] = (H, I)
            (whole if self.standard else half)[f"q {variant}"] = (I,)
            start = self.cell.start_shapes(design, H)._asdict()
            half |= {f"{name} {variant}": (*lead, *shape) for name, shape in start.items()}
            whole |= {f"d{name} {variant}": (N, *shape) for name, shape in start.items()}
        return {name: self.possible(name, array).astype(dtype)
                for name, array in drawn(whole, half, dtype, self.seed).items()}

    def parameters(self, a: Arrays, variant: str) -> tuple:
        return a["x"], self._weights(a, variant), self._state(a, variant), self.variants[variant][0]

    def directions(self, a: Arrays, variant: str) -> tuple:
        return a["Rx"], self._weights(a, variant, "R"), self._state(a, variant, "R")

    def options(self, a: Arrays, variant: str) -> dict[str, dict]:
        return {"": {}, " of data": {"to_input": False}, ", going on": {"dend": self._state(a, variant, "d")}}

    def r_options(self, a: Arrays, variant: str) -> dict[str, dict]:
        ends = {"dend": self._state(a, variant, "d"), "Rdend": self._state(a, variant, "Rd")}
        return {"": {}, ", going on": ends}

    def _weights(self, a: Arrays, variant: str, R: str = "") -> tuple:
        _, _, lstm = self.variants[variant]
        gates = 4 if lstm else 1
        return self.cell.Weights(a[f"{R}U{gates}"], a[f"{R}W"] if lstm else None, a[f"{R}b{gates}"],
                                 a[f"{R}P {variant}"], a[f"{R}q {variant}"])

    def _state(self, a: Arrays, variant: str, prefix: str = "") -> tuple:
        _, _, lstm = self.variants[variant]
        left_out = (() if lstm else ("h", "c")) + (self.still if prefix else ())
        return self.cell.State(*(None if name in left_out else a[f"{prefix}{name} {variant}"]
                                 for name in self.cell.State._fields))
