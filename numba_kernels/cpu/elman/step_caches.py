"""The caches of a recurrence's activations, step by step, computed on demand.

The compiled passes need h alone.  The reference's passes need phi's cache of each step; with these they can go on where
a compiled pass has been, and the caches cost no memory until they do.
"""

from collections.abc import Sequence

import numpy as np

from ref.layers.logistic import Cache as LogisticCache
from ref.layers.tanh import Cache as TanhCache

Array = np.ndarray


class StepCaches(Sequence):
    """phi's caches (ref.layers) of steps 1, ..., T, from h (T + 1, N, H)."""

    def __init__(self, phi: str, h: Array):
        self.phi, self.h = phi, h

    def __len__(self) -> int:
        return len(self.h) - 1

    def __getitem__(self, t: int):
        y = self.h[1:][t]
        match self.phi:
            case "tanh":
                return TanhCache(y, 1 - y * y)
            case "logistic":
                return LogisticCache(y, y * (1 - y))
            case "relu":
                return (y > 0).astype(y.dtype)
            case "softplus":
                return -np.expm1(-y)
        return None  # identity


class StepRCaches(Sequence):
    """phi's R-caches of steps 1, ..., T, from h and Rh (T + 1, N, H)."""

    def __init__(self, phi: str, h: Array, Rh: Array):
        self.phi, self.h, self.Rh = phi, h, Rh

    def __len__(self) -> int:
        return len(self.Rh) - 1

    def __getitem__(self, t: int):
        Ry = self.Rh[1:][t]
        match self.phi:
            case "tanh" | "logistic":
                return Ry
            case "softplus":  # Rs = Ry / slope; where the slope has underflowed nothing depends on Rs
                slope = -np.expm1(-self.h[1:][t])
                return np.divide(Ry, slope, out=np.zeros_like(Ry), where=slope > 0)
        return None  # relu, identity
