"""A surface: what some numbers are at points between networks, or around one; each point evaluated once.

    surface       coordinates -> theta, and -> the shares of the corners there       line, patch, triangle, or your own
    measurement   (theta, shares) -> {"loss": .., "error": ..}                       an objective, a batch and a policy
    evaluate      one row for each of the points given, in their order

A point is made from the corners and from no other point, so that the order of the points, where a list of them is cut,
and which process has which part do not show in a bit of the rows; the corners themselves are points like others and
exact.  Nothing that is handed in changes.

    surface = on_line({"SGD": a, "Adam": b})
    policy = make("recompute", network, surface.corners, x)
    rows = evaluate(surface, np.linspace(0, 1, 21), measurement(objective, batch, policy))

A plane, a curve or whatever else: Surface({"centre": theta}, point), where point(*coordinates) gives Parameters.  Its
shares are those of its only corner, 1, unless it says otherwise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ref.loss_surfaces import between
from ref.objective import Objective
from ref.parameters import Parameters
from ref.vectors import dot

Array = np.ndarray
Shares = tuple[float, ...]
Row = dict[str, float]
Measurement = Callable[[Parameters, Shares], Row]


def _of_one(*coordinates: float) -> Shares:
    return (1.0,)


@dataclass(frozen=True)
class Surface:
    """corners   name -> Parameters, in the order of the shares
    theta        coordinates -> Parameters
    shares       coordinates -> how much of each corner; they sum to 1
    """

    corners: Mapping[str, Parameters]
    theta: Callable[..., Parameters]
    shares: Callable[..., Shares] = _of_one


def on_line(corners: Mapping[str, Parameters]) -> Surface:
    """Coordinate alpha: the first corner at 0, the second at 1."""
    a, b = _corners(corners, 2)
    return Surface(corners, lambda alpha: between.line(a, b, alpha), lambda alpha: (1 - alpha, alpha))


def on_ray(corners: Mapping[str, Parameters]) -> Surface:
    """Coordinate lambda: the distance from the second corner, away from the first: `between.beyond`."""
    a, b = _corners(corners, 2)

    def shares(distance: float) -> Shares:
        alpha = between.share_beyond(a, b, distance)
        return 1 - alpha, alpha

    return Surface(corners, lambda distance: between.beyond(a, b, distance), shares)


def on_patch(corners: Mapping[str, Parameters]) -> Surface:
    """Coordinates alpha, beta: the corners at (0, 0), (1, 0), (0, 1), (1, 1)."""
    a, b, c, d = _corners(corners, 4)
    return Surface(corners, lambda alpha, beta: between.patch(a, b, c, d, alpha, beta),
                   lambda alpha, beta: ((1 - beta) * (1 - alpha), (1 - beta) * alpha, beta * (1 - alpha), beta * alpha))


def on_triangle(corners: Mapping[str, Parameters]) -> Surface:
    """Coordinates u, v, w, the shares themselves."""
    a, b, c = _corners(corners, 3)
    return Surface(corners, lambda u, v, w: between.triangle(a, b, c, u, v, w), lambda u, v, w: (u, v, w))


def grid(*axes: Sequence[float]) -> Array:
    """All points whose coordinates are on the axes, (n_1 n_2 ..., number of axes), the last axis running fastest:
    a column of rows is an array by `.reshape(len(axis_1), len(axis_2), ...)`.
    """
    return as_points(list(product(*([float(at) for at in axis] for axis in axes))))


def measurement(objective: Objective, batch, policy, error: Callable[..., float] | None = None) -> Measurement:
    """The objective's value on the batch, "loss", and a mean over its cases, "error": error(z, *targets), by default
    the share of cases whose most probable class is not the target's.  One forward pass gives both.

    policy   what the point's batch norms hold (ref.loss_surfaces.batch_norm.policies), for this objective's network;
             it passes networks without batch norm
    """
    error = misclassified if error is None else error

    def measure(theta: Parameters, shares: Shares) -> Row:
        network = policy.at(theta, shares)
        there = Objective(network, objective.loss, objective.weight_decay, objective.chunk)
        loss, wrong = there.mean(theta, batch, lambda z, targets, cache: [there.loss.value(z, *targets),
                                                                          error(z, *targets)])
        return {"loss": loss + 0.5 * there.weight_decay * dot(theta.vector, theta.vector), "error": wrong}

    return measure


def misclassified(z: Array, t: Array) -> float:
    """z, t (N, C)."""
    return float(np.mean(np.argmax(z, axis=1) != np.argmax(t, axis=1)))


def evaluate(surface: Surface, points, measure: Measurement) -> Iterator[Row]:
    """The rows of the points (n, number of coordinates), or (n,) for one coordinate, one by one as they are asked for.

    Raises ValueError where there are no points, one comes twice, or one is not finite.
    """
    return _rows(surface, as_points(points), measure)


def columns(rows: Sequence[Row]) -> dict[str, Array]:
    """name -> (n,) of the rows."""
    return {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def as_points(points) -> Array:
    """(n, number of coordinates) float64."""
    points = np.array(points, np.float64)
    if points.ndim == 1:
        points = points[:, None]
    if points.size == 0:
        raise ValueError(f"points are empty, of shape {points.shape}: there is nothing to evaluate")
    if points.ndim != 2:
        raise ValueError(f"points have shape {points.shape} but must be (n, number of coordinates)")
    if not np.isfinite(points).all():
        raise ValueError(f"points must be finite but {points[~np.isfinite(points).all(axis=1)][0]} is among them")
    different, times = np.unique(points, axis=0, return_counts=True)
    if times.max() > 1:
        raise ValueError(f"points have {different[times.argmax()]} {times.max()} times but each is evaluated once")
    return points


def _rows(surface: Surface, points: Array, measure: Measurement) -> Iterator[Row]:
    for point in points.tolist():
        yield measure(surface.theta(*point), surface.shares(*point))


def _corners(corners: Mapping[str, Parameters], n: int) -> tuple[Parameters, ...]:
    if len(corners) != n:
        raise ValueError(f"corners are {', '.join(corners) or 'none'} but must be {n}")
    return tuple(corners.values())
