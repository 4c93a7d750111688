"""A plane in the space of weights: two coordinates for a network, and a network for two coordinates.

    point         theta(alpha, beta) = c + alpha d + beta e                c the centre, exactly, at (0, 0)
    coordinates   [d·d  d·e; d·e  e·e] [alpha; beta] = [d·(theta - c); e·(theta - c)]        the nearest point's
    through       c = a,  d = b - a,  e = (x - a) less its part along d, as long as d        Garipov et al. 2018

A plane is a surface of its own: Surface({"centre": plane.centre}, plane.point).
"""

from dataclasses import dataclass

import numpy as np

from ref.loss_surfaces.between import require_alike
from ref.loss_surfaces.planes.directions import random_directions
from ref.parameters import Parameters
from ref.vectors import dot

Array = np.ndarray
PARALLEL = 1e-12  # the square of the least sine between two directions


@dataclass(frozen=True, eq=False)
class Plane:
    """Raises ValueError for directions that are zero or parallel."""

    centre: Parameters
    first: Parameters
    second: Parameters

    def __post_init__(self):
        require_alike(centre=self.centre, first=self.first, second=self.second)
        G = self._gram()
        if not G[0, 0] * G[1, 1] - G[0, 1] ** 2 > PARALLEL * G[0, 0] * G[1, 1]:
            raise ValueError(f"first and second span no plane: their lengths are {G[0, 0] ** 0.5:g} and "
                             f"{G[1, 1] ** 0.5:g}, their product {G[0, 1]:g}")

    @classmethod
    def random(cls, centre: Parameters, seed: int, vectors: str = "zero") -> "Plane":
        """Along two filter-normalised directions."""
        return cls(centre, *random_directions(centre, seed, vectors))

    @classmethod
    def through(cls, a: Parameters, b: Parameters, x: Parameters) -> "Plane":
        """a at (0, 0), b at (1, 0)."""
        require_alike(a=a, b=b, x=x)
        d, e = (_double(theta) - _double(a) for theta in (b, x))
        dd = dot(d, d)
        if dd > 0:
            e = e - dot(d, e) / dd * d
        ee = dot(e, e)
        e = e * (dd / ee) ** 0.5 if ee > 0 else e
        return cls(a, *(a.like(v.astype(a.dtype)) for v in (d, e)))

    def point(self, alpha: float, beta: float) -> Parameters:
        if alpha == 0 and beta == 0:
            return self.centre.copy()
        theta = _double(self.centre) + alpha * _double(self.first) + beta * _double(self.second)
        return self.centre.like(theta.astype(self.centre.dtype))

    def coordinates(self, theta: Parameters) -> Array:
        """(alpha, beta) of the point of the plane that is nearest to theta."""
        require_alike(centre=self.centre, theta=theta)
        away = _double(theta) - _double(self.centre)
        return np.linalg.solve(self._gram(), [dot(_double(d), away) for d in (self.first, self.second)])

    def distance(self, theta: Parameters) -> float:
        """Of theta from the plane."""
        a, b = self.coordinates(theta)
        away = (_double(theta) - _double(self.centre)) - a * _double(self.first) - b * _double(self.second)
        return dot(away, away) ** 0.5

    def _gram(self) -> Array:
        d, e = _double(self.first), _double(self.second)
        return np.array([[dot(d, d), dot(d, e)], [dot(d, e), dot(e, e)]])


def _double(theta: Parameters) -> Array:
    return theta.vector.astype(np.float64)
