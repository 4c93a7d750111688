"""A quadratic Bezier curve between two networks, bent by a third point.

    theta(t) = (1 - t)² a + 2 t (1 - t) c + t² b            a at t = 0 and b at t = 1, to the last bit
    slope    = d theta(t) / dc = 2 t (1 - t)                times the identity

With c = (a + b)/2 it is the straight line (1 - t) a + t b.  a, c and b span its plane: Plane.through(a, b, c).

As a surface, with the shares that policies of batch norm may ask for:

    Surface({"a": a, "c": c, "b": b}, curve.point, curve.shares)

With batch norm the statistics are no part of theta.  `losses` takes network_at, theta -> the network that is evaluated
there, for instance with statistics recomputed; without it the objective's own network is.

Garipov, Izmailov, Podoprikhin, Vetrov & Wilson 2018.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ref.loss_surfaces.between import line, require_alike
from ref.parameters import Parameters
from ref.validation import require_number

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Bezier:
    a: Parameters
    c: Parameters
    b: Parameters

    def __post_init__(self):
        require_alike(a=self.a, c=self.c, b=self.b)

    @classmethod
    def straight(cls, a: Parameters, b: Parameters) -> "Bezier":
        return cls(a, line(a, b, 0.5), b)

    def shares(self, t: float) -> tuple[float, float, float]:
        """Of a, c and b."""
        return (1 - t) ** 2, slope(t), t**2

    def point(self, t: float) -> Parameters:
        """Raises ValueError for t outside [0, 1]."""
        t = require_number("t", t, least=0, most=1)
        if t in (0, 1):
            return (self.b if t else self.a).copy()
        a, c, b = (theta.vector.astype(np.float64) for theta in (self.a, self.c, self.b))
        of_a, of_c, of_b = self.shares(t)
        return self.a.like((of_a * a + of_c * c + of_b * b).astype(self.a.dtype))


def slope(t: float) -> float:
    return 2 * t * (1 - t)


def losses(curve: Bezier, ts: Sequence[float], objective, batch, network_at: Callable | None = None) -> Array:
    """f(theta(t)) at each t; its maximum is that of these points alone."""
    return np.array([_on(objective, theta, network_at).value(theta, batch) for theta in map(curve.point, ts)])


def _on(objective, theta: Parameters, network_at: Callable | None):
    """The objective with the network that belongs to theta; the one that came in stays as it is."""
    if network_at is None:
        return objective
    there = copy.copy(objective)
    there.network = network_at(theta)
    return there
