"""Batch normalisation, compiled: the twin of ref.layers.batch_norm, which has the equations.

Same functions and arguments.  The cache holds x as it was given; x' = (x - mean) r is computed where it is needed.
What every pass does to a channel is then an affine combination of few arrays, its coefficients from sums:

    dx  = r gamma (dy - mean dy - x' mean(x' dy))
    Ry  = r gamma (Rx - mean Rx - x' mean(x' Rx)) + Rgamma x' + Rbeta
    Rdx = r gamma Rdy + (r Rgamma - r² m gamma) dy - r (mean Rd + x' mean(x' Rd)) + r² m (mean d + x' mean(x' d))
          - r (Rx' mean(x' d) + x' mean(Rx' d))
          m = mean(x' Rx), d = gamma dy, Rd = Rgamma dy + gamma Rdy

`with_relu` has the same four passes with the rectified units after it in the same loops: y = max(batch norm(x), 0),
slope = 1 where y > 0, else 0, and slope Ry, slope dy, slope Rdy in place of Ry, dy, Rdy.  Below, limit is 0 there and
-inf where there are no such units.

Raises TypeError for arrays of mixed or other dtypes than float32 and float64, ValueError for shapes that do not fit
each other; both name the argument.
"""

from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from numba_kernels.cpu.images import channels
from numba_kernels.cpu.images.channels import rows
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from ref.layers.batch_norm import Statistics

Array = np.ndarray


class Cache(NamedTuple):
    x: Array  # as given (..., C)
    r: Array  # (C,)
    gamma: Array
    beta: Array
    mean: Array
    variance: Array
    given: bool  # whether the statistics were


class RCache(NamedTuple):
    Rx: Array  # as given
    mean: Array  # of Rx, zero where statistics are given
    along: Array  # mean(x' Rx), likewise
    Rgamma: Array


def forward(x: Array, gamma: Array, beta: Array, epsilon: float = 1e-5, statistics: Statistics | None = None
            ) -> tuple[Array, Cache]:
    return _forward(x, gamma, beta, epsilon, statistics)


def backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dx, dgamma, dbeta."""
    return _backward(dy, cache)


def r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache) -> tuple[Array, RCache]:
    return _r_forward(Rx, Rgamma, Rbeta, cache)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    return _r_backward(Rdy, dy, cache, r_cache)


def _forward(x: Array, gamma: Array, beta: Array, epsilon: float = 1e-5, statistics: Statistics | None = None,
             limit: float = -np.inf) -> tuple[Array, Cache]:
    x = require("x", x, x.ndim)
    gamma, beta = _of_channels(x, gamma=gamma, beta=beta)
    if statistics is None:
        mean, variance = channels.moments(rows(x), len(gamma))
    else:
        mean, variance = statistics
    mean, variance = mean.astype(x.dtype), variance.astype(x.dtype)
    r = 1 / np.sqrt(variance + epsilon)
    y = empty(x.shape, x.dtype)
    channels.normalize(rows(y), rows(x), mean, r * gamma, beta, x.dtype.type(limit))
    return y, Cache(x, r, gamma, beta, mean, variance, statistics is not None)


def _backward(dy: Array, cache: Cache, limit: float = -np.inf) -> tuple[Array, Array, Array]:
    dy = _like_x("dy", dy, cache)
    units, scale, n = _units(cache, limit), cache.r * cache.gamma, _count(cache)
    dbeta, dgamma = channels.sums(rows(dy), *units, rows(cache.x), cache.mean, cache.r)
    dx = empty(dy.shape, dy.dtype)
    channels.combine(rows(dx), False, scale, rows(dy), *units, -scale * cache.r * dgamma / n, rows(cache.x), cache.mean,
                     -scale * dbeta / n)
    return dx, dgamma.astype(dy.dtype), dbeta.astype(dy.dtype)


def _r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache, limit: float = -np.inf) -> tuple[Array, RCache]:
    Rx = _like_x("Rx", Rx, cache)
    Rgamma, Rbeta = _of_channels(Rx, Rgamma=Rgamma, Rbeta=Rbeta)
    mean, r, n = cache.mean, cache.r, _count(cache)
    total, along = channels.sums(rows(Rx), *_units(cache, -np.inf), rows(cache.x), mean, r)
    total, along, scale = total / n, along / n, r * cache.gamma
    Ry = empty(Rx.shape, Rx.dtype)
    channels.rectified(rows(Ry), scale, rows(Rx), *_units(cache, limit), r * (Rgamma - scale * along),
                       Rbeta - scale * total)
    return Ry, RCache(Rx, total.astype(Rx.dtype), along.astype(Rx.dtype), Rgamma)


def _r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, limit: float = -np.inf
                ) -> tuple[Array, Array, Array]:
    Rdy, dy = _like_x("Rdy", Rdy, cache), _like_x("dy", dy, cache)
    x, r, gamma, mean = rows(cache.x), cache.r, cache.gamma, cache.mean
    Rx, R_mean, m, Rgamma = r_cache
    units, dtype, n = _units(cache, limit), dy.dtype, _count(cache)
    total, along = channels.sums(rows(dy), *units, x, mean, r)  # Σ dy, Σ x' dy
    R_total, R_along = channels.sums(rows(Rdy), *units, x, mean, r)
    Rx_along = channels.sums(rows(dy), *units, rows(Rx), R_mean, r)[1] - r * m * along  # Σ Rx' dy
    d, xd, Rxd = gamma * total / n, gamma * along / n, gamma * Rx_along / n  # means: d, x' d, Rx' d
    Rd, xRd = (Rgamma * total + gamma * R_total) / n, (Rgamma * along + gamma * R_along) / n
    Rdx = empty(dy.shape, dtype)
    channels.combine(rows(Rdx), False, r * gamma, rows(Rdy), *units, r * r * (2 * r * m * xd - xRd - Rxd), x, mean,
                     r * (r * m * d - Rd))
    channels.combine(rows(Rdx), True, r * Rgamma - r * r * m * gamma, rows(dy), *units, -r * r * xd, rows(Rx), R_mean,
                     0 * d)
    return Rdx, (Rx_along + R_along).astype(dtype), R_total.astype(dtype)


def _units(cache: Cache, limit: float) -> tuple:
    """What tells where y > limit: x, mean, scale, beta and the limit."""
    return rows(cache.x), cache.mean, cache.r * cache.gamma, cache.beta, cache.x.dtype.type(limit)


def _like_x(name: str, array: Array, cache: Cache) -> Array:
    return require_like(name, array, cache.x.shape, cache.x.dtype)


def _of_channels(x: Array, **vectors: Array) -> list[Array]:
    return [require_like(name, vector, x.shape[-1:], x.dtype) for name, vector in vectors.items()]


def _count(cache: Cache) -> float:
    """How many entries a mean is over; infinitely many where statistics are given, so that the mean is no function."""
    return np.inf if cache.given else cache.x.size // len(cache.r)


with_relu = SimpleNamespace(forward=partial(_forward, limit=0), backward=partial(_backward, limit=0),
                            r_forward=partial(_r_forward, limit=0), r_backward=partial(_r_backward, limit=0))
