"""Circular shift: each weight moves on by -S, ..., S locations, in the shares s, and around the ends.

    forward      w(i)   = Σ_j s_j a(i - j)                      i - j modulo L,  j = -S, ..., S
    backward     da(i)  = Σ_j s_j dw(i + j)                     ds_j  = Σ_i dw(i) a(i - j)
    R-forward    Rw(i)  = Σ_j (s_j Ra(i - j) + Rs_j a(i - j))
    R-backward   Rda(i) = Σ_j (s_j Rdw(i + j) + Rs_j dw(i + j)) Rds_j = Σ_i (Rdw(i) a(i - j) + dw(i) Ra(i - j))

s_1 moves a weight to the next location.  A convolution: a correlation, a(i + j), shifts the other way.  In a memory
with fewer than 2S + 1 locations two of the shifts are the same; the cells refuse it, this op does not.

Shapes: a and w (N, K, L), s (N, K, 2S + 1), from -S to S.  N cases, K heads, L locations.

Graves, Wayne & Danihelka 2014, equation 8.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Cache(NamedTuple):
    a: Array  # (N, K, L)
    s: Array  # (N, K, 2S + 1)


class RCache(NamedTuple):
    Ra: Array
    Rs: Array


def forward(a: Array, s: Array) -> tuple[Array, Cache]:
    return _convolution(a, s), Cache(a, s)


def backward(dw: Array, cache: Cache) -> tuple[Array, Array]:
    """Return da, ds."""
    a, s = cache
    return _correlation(dw, s), _shares(dw, a, s)


def r_forward(Ra: Array, Rs: Array, cache: Cache) -> tuple[Array, RCache]:
    a, s = cache
    return _convolution(Ra, s) + _convolution(a, Rs), RCache(Ra, Rs)


def r_backward(Rdw: Array, dw: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array]:
    a, s = cache
    Ra, Rs = r_cache
    return _correlation(Rdw, s) + _correlation(dw, Rs), _shares(Rdw, a, s) + _shares(dw, Ra, s)


def _shifts(s: Array) -> Iterator[tuple[int, Array]]:
    """j and s_j (N, K, 1)."""
    S = s.shape[-1] // 2
    return ((j, s[..., S + j, None]) for j in range(-S, S + 1))


def _convolution(a: Array, s: Array) -> Array:
    """Σ_j s_j a(i - j): np.roll(a, j)[i] is a[i - j]."""
    return sum(share * np.roll(a, j, axis=-1) for j, share in _shifts(s))


def _correlation(dw: Array, s: Array) -> Array:
    """Σ_j s_j dw(i + j)."""
    return sum(share * np.roll(dw, -j, axis=-1) for j, share in _shifts(s))


def _shares(dw: Array, a: Array, s: Array) -> Array:
    """Σ_i dw(i) a(i - j) for each j."""
    return np.stack([(dw * np.roll(a, j, axis=-1)).sum(axis=-1) for j, _ in _shifts(s)], axis=-1)
