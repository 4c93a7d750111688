"""Numbers for the picture of a line: its barrier, whether it falls all the way, its plateau, the width of its basin.

Losses f_0, ..., f_n at alphas 0 = alpha_0 < ... < alpha_n (and beyond 1, for widths):

    barrier        max f - max(f(0), f(1))                          0 where the line is nowhere above its ends
    above_line     max (f(alpha) - (1 - alpha) f(0) - alpha f(1))   the same above the chord (Entezari et al. 2022)
    monotonicity   the largest rise of f along the line from 0 to 1 (Lucas et al. 2021); 0 where it only falls
    plateau        the share of the line with f > share · f(0)      0.9 of it, of a line that begins at a start
    width          how far around alpha = 1 the loss stays below a level: alpha_+ - alpha_-, linear between the points

A width in alpha is relative: it grows where the ends are near each other.  In the weights' own units it is alpha times
|b - a|, or the width around 0 on the line in these units (`on_ray` in ref.loss_surfaces.surface); and both depend on
scales of the weights that a network with batch norm does not feel.

Shapes: alphas and losses (n,).  Losses may be NaN or infinite, as where a network overflows: what depends on them is
then not finite either.
"""

import numpy as np

from ref.validation import require_number

Array = np.ndarray


def barrier(alphas: Array, losses: Array) -> float:
    between, first, last = _between(alphas, losses)
    return float(max(np.max(between), first, last) - max(first, last))


def above_line(alphas: Array, losses: Array) -> float:
    alphas, losses = _checked(alphas, losses)
    first, last = _at(alphas, losses, 0), _at(alphas, losses, 1)
    inside = (alphas >= 0) & (alphas <= 1)
    return float(np.max(losses[inside] - (1 - alphas[inside]) * first - alphas[inside] * last))


def monotonicity(alphas: Array, losses: Array) -> float:
    """The largest f(alpha') - f(alpha) with 0 <= alpha < alpha' <= 1."""
    between, _, _ = _between(alphas, losses)
    return float(np.max(between - np.minimum.accumulate(between)))


def plateau(alphas: Array, losses: Array, share: float = 0.9) -> float:
    """The fraction of [0, 1] on which the loss is above share · f(0), linear between the points."""
    share = require_number("share", share, above=0)
    alphas, losses = _checked(alphas, losses)
    inside = (alphas >= 0) & (alphas <= 1)
    alphas, over = alphas[inside], losses[inside] - share * _at(alphas, losses, 0)
    return float(sum((b - a) * _share_above(f, g) for a, b, f, g in zip(alphas, alphas[1:], over, over[1:])))


def width(alphas: Array, losses: Array, level: float, around: float = 1.0) -> float:
    """The length in alpha around the point `around` on which the loss is at most the level; infinite where the line
    ends before the loss is above it, 0 where it is above it there.
    """
    alphas, losses = _checked(alphas, losses)
    if not _at(alphas, losses, around) <= level:
        return 0.0
    right = _reach(alphas[alphas >= around], losses[alphas >= around], level)
    left = _reach(-alphas[alphas <= around][::-1], losses[alphas <= around][::-1], level)
    return right + left


def _reach(alphas: Array, losses: Array, level: float) -> float:
    """How far from the first point the loss stays at or below the level."""
    for a, b, f, g in zip(alphas, alphas[1:], losses, losses[1:]):
        if not g <= level:
            return float(a - alphas[0] + ((b - a) * (level - f) / (g - f) if np.isfinite(g) else 0.0))
    return float(np.inf)


def _share_above(f: float, g: float) -> float:
    """Of a piece whose ends are f and g: the share above 0; all of it where one is infinite, NaN where one is NaN."""
    if np.isnan(f + g):
        return np.nan
    if f > 0 and g > 0 or max(f, g) == np.inf:
        return 1.0
    if f <= 0 and g <= 0:
        return 0.0
    return max(f, g) / (max(f, g) - min(f, g))


def _between(alphas: Array, losses: Array) -> tuple[Array, float, float]:
    """The losses on [0, 1], and those at its ends."""
    alphas, losses = _checked(alphas, losses)
    return losses[(alphas >= 0) & (alphas <= 1)], _at(alphas, losses, 0), _at(alphas, losses, 1)


def _at(alphas: Array, losses: Array, alpha: float) -> float:
    found = losses[alphas == alpha]
    if len(found) != 1:
        raise ValueError(f"alphas must have {alpha} once, but have it {len(found)} times")
    return float(found[0])


def _checked(alphas, losses) -> tuple[Array, Array]:
    alphas, losses = np.asarray(alphas, np.float64), np.asarray(losses, np.float64)
    if alphas.ndim != 1 or alphas.shape != losses.shape:
        raise ValueError(f"alphas and losses have shapes {alphas.shape} and {losses.shape} but must both be (n,)")
    if len(alphas) == 0:
        raise ValueError("alphas is empty: there is no line")
    if not (np.diff(alphas) > 0).all():
        raise ValueError("alphas must increase")
    return alphas, losses
