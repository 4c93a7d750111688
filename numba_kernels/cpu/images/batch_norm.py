"""Batch normalisation, compiled: the twin of ref.layers.batch_norm, which has the equations.

Same functions and arguments.  The cache holds x as it was given; x' = (x - mean) r is computed where it is needed.  What
every pass does to a channel is then an affine combination of few arrays, its coefficients from one pass of sums:

    dx  = r gamma (dy - mean dy - x' mean(x' dy))
    Ry  = r gamma (Rx - mean Rx - x' mean(x' Rx)) + Rgamma x' + Rbeta
    Rdx = r gamma Rdy + (r Rgamma - r² m gamma) dy - r (mean Rd + x' mean(x' Rd)) + r² m (mean d + x' mean(x' d))
          - r (Rx' mean(x' d) + x' mean(Rx' d))                 m = mean(x' Rx), d = gamma dy, Rd = Rgamma dy + gamma Rdy

`limit` is -inf here, and 0 in batch_norm_relu, which does the rectified units after it in the same loops.
"""

from typing import NamedTuple

import numpy as np

from numba_kernels.cpu.images import channels
from numba_kernels.cpu.images.channels import rows
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.prepare import prepare
from ref.layers.batch_norm import Statistics

Array = np.ndarray
SHAPES = {"gamma": "C", "beta": "C", "Rgamma": "C", "Rbeta": "C"}


class Cache(NamedTuple):
    x: Array  # as given (..., C)
    y: Array
    r: Array  # (C,)
    gamma: Array
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
    return _forward(x, gamma, beta, epsilon, statistics, -np.inf)


def backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dx, dgamma, dbeta."""
    return _backward(dy, cache, -np.inf)


def r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache) -> tuple[Array, RCache]:
    return _r_forward(Rx, Rgamma, Rbeta, cache, -np.inf)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    return _r_backward(Rdy, dy, cache, r_cache, -np.inf)


def _forward(x: Array, gamma: Array, beta: Array, epsilon: float, statistics: Statistics | None, limit: float
             ) -> tuple[Array, Cache]:
    a = prepare(_shapes(x, "x"), x=x, gamma=gamma, beta=beta)
    if statistics is None:
        mean, variance = channels.moments(rows(a.x), len(gamma))
    else:
        mean, variance = statistics
    mean, variance = mean.astype(x.dtype), variance.astype(x.dtype)
    r = 1 / np.sqrt(variance + epsilon)
    y = empty(x.shape, x.dtype)
    channels.normalize(rows(y), rows(a.x), mean, r, a.gamma, a.beta, x.dtype.type(limit))
    return y, Cache(a.x, y, r, a.gamma, mean, variance, statistics is not None)


def _backward(dy: Array, cache: Cache, limit: float) -> tuple[Array, Array, Array]:
    a = prepare(_shapes(cache.x, "x", "dy"), x=cache.x, dy=dy)
    limit, dtype, n = dy.dtype.type(limit), dy.dtype, _count(cache)
    dbeta, dgamma = _sums(a.dy, cache, limit)
    scale = cache.r * cache.gamma
    dx = empty(dy.shape, dtype)
    channels.combine(rows(dx), False, scale, rows(a.dy), rows(cache.y), limit, -scale * dgamma / n, rows(a.x),
                     cache.mean, cache.r, -scale * dbeta / n)
    return dx, dgamma.astype(dtype), dbeta.astype(dtype)


def _r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache, limit: float) -> tuple[Array, RCache]:
    a = prepare(_shapes(cache.x, "x", "Rx"), x=cache.x, Rx=Rx, Rgamma=Rgamma, Rbeta=Rbeta)
    x, mean, r = rows(a.x), cache.mean, cache.r
    total, along = channels.sums(rows(a.Rx), x, x.dtype.type(-np.inf), x, mean, r)
    total, along = total / _count(cache), along / _count(cache)
    scale = r * cache.gamma
    Ry = empty(Rx.shape, Rx.dtype)
    channels.rectified(rows(Ry), scale, rows(a.Rx), rows(cache.y), Rx.dtype.type(limit), Rgamma - scale * along, x,
                       mean, r, Rbeta - scale * total)
    return Ry, RCache(a.Rx, total, along, a.Rgamma)


def _r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, limit: float) -> tuple[Array, Array, Array]:
    a = prepare(_shapes(cache.x, "x", "dy", "Rdy"), x=cache.x, dy=dy, Rdy=Rdy)
    (x, y, r, gamma, mean, *_), (Rx, R_mean, m, Rgamma) = cache, r_cache
    limit, dtype, n = dy.dtype.type(limit), dy.dtype, _count(cache)
    total, along = _sums(a.dy, cache, limit)  # Σ dy, Σ x' dy
    R_total, R_along = _sums(a.Rdy, cache, limit)
    Rx_along = channels.sums(rows(a.dy), rows(y), limit, rows(Rx), R_mean.astype(dtype), r)[1] - r * m * along
    d, xd, Rxd = gamma * total / n, gamma * along / n, gamma * Rx_along / n  # means: d, x' d, Rx' d
    Rd, xRd = (Rgamma * total + gamma * R_total) / n, (Rgamma * along + gamma * R_along) / n
    Rdx = empty(dy.shape, dtype)
    channels.combine(rows(Rdx), False, r * gamma, rows(a.Rdy), rows(y), limit,
                     -r * xRd + r * r * m * xd - r * Rxd + r * r * m * xd, rows(a.x), mean, r, -r * Rd + r * r * m * d)
    channels.combine(rows(Rdx), True, r * Rgamma - r * r * m * gamma, rows(a.dy), rows(y), limit, -r * xd, rows(Rx),
                     R_mean.astype(dtype), r, 0 * d)
    return Rdx, (Rx_along + R_along).astype(dtype), R_total.astype(dtype)


def _shapes(x: Array, *names: str) -> dict[str, str]:
    """That the named arrays must have x's, channels last."""
    axes = " ".join([*"ABDEFGHIJ"[: x.ndim - 1], "C"])
    return SHAPES | dict.fromkeys(names, axes)


def _sums(d: Array, cache: Cache, limit) -> tuple[Array, Array]:
    """Σ d, Σ x' d, of the d that count."""
    return channels.sums(rows(d), rows(cache.y), limit, rows(cache.x), cache.mean, cache.r)


def _count(cache: Cache) -> float:
    """How many entries a mean is over; infinitely many where statistics are given, so that the mean is no function."""
    return np.inf if cache.given else cache.x.size // len(cache.r)
