"""Points between trained networks: on a line and beyond it, on a bilinear patch of four corners, on a true triangle.

    line        theta(alpha)        = (1 - alpha) a + alpha b
    beyond      theta(lambda)       = b + lambda (b - a) / |b - a|          = line at alpha = 1 + lambda / |b - a|
    patch       theta(alpha, beta)  = (1 - beta) ((1 - alpha) a + alpha b) + beta ((1 - alpha) c + alpha d)
    triangle    theta(u, v, w)      = u a + v b + w c                       u + v + w = 1

alpha and beta may leave [0, 1], and u, v, w may be negative: then the point lies beyond the corners.  A corner is
returned as it is, to the last bit, and no point is made from another one, so that nothing drifts along a grid and the
corners stay untouched.

`barycentric_grid` spreads the (u, v, w) evenly over the triangle.  The patch theta_0 + alpha beta (theta_1 - theta_0) +
alpha (1 - beta) (theta_2 - theta_0), which public code calls barycentric, gives its whole edge alpha = 0 to one corner.

Im, Tao & Branson 2016 draw lines, patches of four and triangles.
"""

import numpy as np

from ref.parameters import Parameters
from ref.validation import require_count
from ref.vectors import dot

Array = np.ndarray


def line(a: Parameters, b: Parameters, alpha: float) -> Parameters:
    require_alike(a=a, b=b)
    return _mean([(1 - alpha, a), (alpha, b)])


def share_beyond(a: Parameters, b: Parameters, distance: float) -> float:
    """The alpha of the point at that distance from b, away from a; before b where it is negative.

    Raises ValueError where a and b are one point: there is no direction.
    """
    require_alike(a=a, b=b)
    way = b.vector.astype(np.float64) - a.vector
    length = dot(way, way) ** 0.5
    if not 0 < length < np.inf:
        raise ValueError(f"|b - a| is {length}: there is no direction from a to b")
    return 1 + distance / length


def beyond(a: Parameters, b: Parameters, distance: float) -> Parameters:
    """On a line measured in the weights' own units: a basin's width along it is absolute."""
    return line(a, b, share_beyond(a, b, distance))


def patch(a: Parameters, b: Parameters, c: Parameters, d: Parameters, alpha: float, beta: float) -> Parameters:
    """a at (0, 0), b at (1, 0), c at (0, 1), d at (1, 1)."""
    require_alike(a=a, b=b, c=c, d=d)
    return _mean([((1 - beta) * (1 - alpha), a), ((1 - beta) * alpha, b), (beta * (1 - alpha), c), (beta * alpha, d)])


def triangle(a: Parameters, b: Parameters, c: Parameters, u: float, v: float, w: float) -> Parameters:
    """Raises ValueError where u + v + w is not 1."""
    require_alike(a=a, b=b, c=c)
    if not abs(u + v + w - 1) <= 1e-12:
        raise ValueError(f"u + v + w is {u + v + w} but must be 1: they are shares of the three corners")
    return _mean([(u, a), (v, b), (w, c)])


def barycentric_grid(n: int) -> Array:
    """All (u, v, w) of multiples of 1/n, ((n + 1)(n + 2)/2, 3); the corners first, second and third of u, v and w."""
    n = require_count("n", n)
    return np.array([(i, j, n - i - j) for i in range(n, -1, -1) for j in range(n - i, -1, -1)]) / n


def barycentric_triangles(n: int) -> Array:
    """The n² small triangles of that grid, each by the numbers of its three points, (n², 3): for drawing."""
    n = require_count("n", n)
    number = {(i, j): k for k, (i, j) in enumerate((i, j) for i in range(n, -1, -1) for j in range(n - i, -1, -1))}
    up = [(number[i + 1, j], number[i, j + 1], number[i, j]) for i in range(n) for j in range(n - i)]
    down = [(number[i, j + 1], number[i + 1, j], number[i + 1, j + 1]) for i in range(n - 1) for j in range(n - 1 - i)]
    return np.array(up + down)


def require_alike(**corners: Parameters) -> None:
    """ValueError or TypeError, by name, for corners that are not of the same network and dtype."""
    names = list(corners)
    first = corners[names[0]]
    for name, theta in corners.items():
        if not isinstance(theta, Parameters):
            raise TypeError(f"{name} is a {type(theta).__name__} but must be Parameters")
        if theta.shapes != first.shapes:
            raise ValueError(f"{name} is {theta!r} but {names[0]} is {first!r}: the corners must be of one network")
        if theta.dtype != first.dtype:
            raise TypeError(f"{name} is {theta.dtype} but {names[0]} is {first.dtype}")


def _mean(corners: list[tuple[float, Parameters]]) -> Parameters:
    """Σ share · corner; a corner with the share 1 as it is."""
    for share, theta in corners:
        if share == 1 and all(other == 0 for other, of in corners if of is not theta):
            return theta.copy()
    vector = sum(np.float64(share) * theta.vector.astype(np.float64) for share, theta in corners)
    return corners[0][1].like(vector.astype(corners[0][1].dtype))
