"""Batch normalisation: each channel to mean 0 and variance 1 over the batch, then to a learnt mean and scale.

    forward      mu  = mean x                    r  = 1/√(mean (x - mu)² + epsilon)
                 x'  = (x - mu) r                y  = gamma x' + beta
    backward     dx' = gamma dy                  dx = r (dx' - mean dx' - x' mean(x' dx'))
                 dgamma = Σ x' dy                dbeta = Σ dy
    R-forward    Rx' = r (Rx - mean Rx - x' mean(x' Rx))         Rr = -r² mean(x' Rx)
                 Ry  = Rgamma x' + gamma Rx' + Rbeta
    R-backward   Rdx' = Rgamma dy + gamma Rdy
                 Rdx = (Rr / r) dx + r (Rdx' - mean Rdx' - Rx' mean(x' dx') - x' mean(Rx' dx' + x' Rdx'))
                 Rdgamma = Σ (Rx' dy + x' Rdy)   Rdbeta = Σ Rdy

Means and sums are over all axes but the last: over cases, and over the places of pictures.  So every case of a batch
sees all the others, and x' does not change where a channel of x is scaled or moved (up to epsilon).  The map from dx'
to dx and the one from Rx to Rx' are the same, a symmetric matrix: it takes out the mean and the part along x'.

Given statistics (mu, variance), of other data, are constants: then y = gamma (x - mu) r + beta case by case, both means
fall away, and Rr = 0.  The variance is the one that is divided by the number of entries; the cache holds mu and it.

Shapes: x, y (..., C), gamma, beta, mu, r (C,).  C channels.

Ioffe & Szegedy 2015.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray
Statistics = tuple[Array, Array]  # mean and variance of each channel


class Cache(NamedTuple):
    x: Array  # x', normalised (..., C)
    r: Array  # (C,)
    gamma: Array
    mean: Array
    variance: Array
    given: bool  # whether the statistics were


class RCache(NamedTuple):
    Rx: Array  # of x'
    Rr: Array
    Rgamma: Array


def forward(x: Array, gamma: Array, beta: Array, epsilon: float = 1e-5, statistics: Statistics | None = None
            ) -> tuple[Array, Cache]:
    """epsilon: 1e-3 in the NIN, 1e-5 in the VGG of ref.networks."""
    mean, variance = (_mean(x), None) if statistics is None else (part.astype(x.dtype) for part in statistics)
    centred = x - mean
    if variance is None:
        variance = _mean(centred * centred)
    r = 1 / np.sqrt(variance + epsilon)
    normalized = centred * r
    return gamma * normalized + beta, Cache(normalized, r, gamma, mean, variance, statistics is not None)


def backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dx, dgamma, dbeta."""
    return _normalized(cache.gamma * dy, cache), _sum(cache.x * dy), _sum(dy)


def r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache) -> tuple[Array, RCache]:
    x, r, gamma, *_ = cache
    Rr = np.zeros_like(r) if cache.given else -r * r * _mean(x * Rx)
    Rx = _normalized(Rx, cache)
    return Rgamma * x + gamma * Rx + Rbeta, RCache(Rx, Rr, Rgamma)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    x, r, gamma, *_ = cache
    Rx, Rr, Rgamma = r_cache
    d, Rd = gamma * dy, Rgamma * dy + gamma * Rdy
    Rdx = _normalized(Rd, cache)
    if not cache.given:
        Rdx += Rr / r * _normalized(d, cache) - r * (Rx * _mean(x * d) + x * _mean(Rx * d))
    return Rdx, _sum(Rx * dy + x * Rdy), _sum(Rdy)


def _normalized(d: Array, cache: Cache) -> Array:
    """r (d - mean d - x' mean(x' d)), or r d where the statistics are given."""
    if cache.given:
        return cache.r * d
    return cache.r * (d - _mean(d) - cache.x * _mean(cache.x * d))


def _mean(x: Array) -> Array:
    return x.mean(axis=tuple(range(x.ndim - 1)))


def _sum(x: Array) -> Array:
    return x.sum(axis=tuple(range(x.ndim - 1)))
