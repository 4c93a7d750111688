"""Filter-normalised random directions: each unit's part is as long as the unit's own weights.

    d      ~ N(0, 1), entry by entry, from the stream "directions" of the seed
    d_u   <- d_u |theta_u| / |d_u|                                    for each unit u
    e_u   <- (e_u - (e_u·d_u / d_u·d_u) d_u), then normalised        a second direction

A unit is what makes one output: of a convolution's kernel K (h, w, C, O) the filter K[..., u], of weights W (D, H) the
column W[:, u], of any array with two axes or more the part at one place of its last axis.  Arrays with one axis
(biases, gamma and beta of a batch norm, initial states) are zero in d, the usual choice, or, vectors="whole", one unit
each: entry by entry, normalising would leave nothing but their absolute values.

The second direction is made orthogonal unit by unit, and normalised after that, which only scales each unit: so d·e = 0
and every unit keeps its length, both to rounding.  Made orthogonal as a whole and normalised then, as public code
does, the two are not orthogonal any more.  A unit of one entry has no second direction: it is zero in e.

Li, Xu, Taylor, Studer & Goldstein 2018; the second direction is ours.
"""

import numpy as np

from ref.loss_surfaces.between import require_alike
from ref.parameters import Parameters
from ref.random import stream
from ref.validation import require_choice

Array = np.ndarray
VECTORS = ("zero", "whole")
TINY = 1e-300  # beside a length, so that a unit that is zero stays so
ROUNDING = 1e-12  # of a unit's length: what is left of one that has no second direction


def random_direction(theta: Parameters, seed: int, number: int = 0, vectors: str = "zero") -> Parameters:
    """The direction of this number: a function of the seed and the number alone."""
    d = stream(seed, number, "directions").standard_normal(theta.size)
    return normalized(theta.like(d.astype(theta.dtype)), theta, vectors)


def random_directions(theta: Parameters, seed: int, vectors: str = "zero") -> tuple[Parameters, Parameters]:
    """Directions 0 and 1 of the seed, the second made orthogonal to the first, unit by unit."""
    first = random_direction(theta, seed, 0, vectors)
    return first, orthogonal(random_direction(theta, seed, 1, vectors), first, theta, vectors)


def normalized(d: Parameters, theta: Parameters, vectors: str = "zero") -> Parameters:
    """d with each unit as long as theta's; where theta's is zero, so is d's."""
    require_choice("vectors", vectors, VECTORS)
    require_alike(d=d, theta=theta)
    new = theta.like()
    for name, array in theta.items():
        if array.ndim > 1 or vectors == "whole":
            part, length = _units(d[name]), _length(_units(array))
            new[name] = (part * (length / (_length(part) + TINY))).reshape(array.shape)
    return new


def orthogonal(e: Parameters, to: Parameters, theta: Parameters, vectors: str = "zero") -> Parameters:
    """e without its part along `to`, unit by unit, normalised to theta."""
    require_alike(e=e, to=to, theta=theta)
    rest = theta.like()
    for name in theta:
        part, d = _units(e[name]), _units(to[name])
        length = _length(part)
        for _ in range(2):  # what rounding left of the first round is taken out by the second
            part = part - d * ((part * d).sum(axis=0) / ((d * d).sum(axis=0) + TINY))
        rest[name] = np.where(_length(part) > ROUNDING * length, part, 0).reshape(theta.shapes[name])
    return normalized(rest, theta, vectors)


def _units(array: Array) -> Array:
    """(entries, units) in float64; an array with one axis is one unit."""
    return array.reshape(-1, array.shape[-1] if array.ndim > 1 else 1).astype(np.float64)


def _length(units: Array) -> Array:
    return np.sqrt((units * units).sum(axis=0))
