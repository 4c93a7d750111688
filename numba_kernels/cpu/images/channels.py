"""Loops over the channels of pictures, (..., C), several places side by side so that inner loops are long.

    add          y += b
    moments      mean = 1/n Σ x,  variance = 1/n Σ (x - mean)²        blocks of rows, merged as by Chan, Golub & LeVeque
    normalize    y = max((x - mean) scale + beta, limit)
    sums         Σ d,  Σ d (z - mean of z) r                  of the d where y > limit
    combine      out = A d + B (z - mean of z) + C,  or +=    d = 0 where not y > limit
    rectified    out = A d + B (x - mean) + C  where y > limit, else 0

limit is 0 for rectified units and -inf where there are none.  Sums over many rows are taken in float64.

Shapes: arrays (R, L), L = k C: k places side by side; vectors (C,).
"""

from functools import lru_cache
from math import gcd

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import INNER, JIT

Array = np.ndarray
BLOCK = 32  # rows
LONG = 256


def rows(x: Array) -> Array:
    """(..., C) as (R, k C)."""
    return x.reshape(_long(x.size, x.shape[-1]))


@lru_cache(maxsize=256)
def _long(size: int, C: int) -> tuple[int, int]:
    k = gcd(size // C, 1 << max(LONG // C, 1).bit_length() - 1)
    return size // (k * C), k * C


def sums_of_channels(x: Array) -> Array:
    """Σ x over all axes but the last."""
    C = x.shape[-1]
    return _channel_sums(rows(x), C).astype(x.dtype)


def add_to_channels(y: Array, b: Array) -> None:
    """y += b."""
    _add(rows(y), b)


@njit(**JIT)
def _add(y, b):
    R, L = y.shape
    long = repeated(b, L, y)
    for m in range(R):
        for l in range(L):
            y[m, l] += long[l]


@njit(**JIT)
def _channel_sums(x, C):
    R, L = x.shape
    total, part = np.zeros(L), np.empty(L, x.dtype)
    for first in range(0, R, BLOCK):
        part[:] = 0
        for m in range(first, min(first + BLOCK, R)):
            for l in range(L):
                part[l] += x[m, l]
        for l in range(L):
            total[l] += part[l]
    return folded(total, C)


@njit(**INNER)
def folded(total, C):
    s = np.zeros(C)
    for l in range(len(total)):
        s[l % C] += total[l]
    return s


@njit(**INNER)
def repeated(a, L, like):
    """a once for each of the places side by side, in the dtype of like."""
    long = np.empty(L, like.dtype)
    for l in range(L):
        long[l] = a[l % len(a)]
    return long


@njit(**JIT)
def moments(x, C):
    R, L = x.shape
    mean, M2 = np.zeros(L), np.zeros(L)
    s, q, n = np.empty(L, x.dtype), np.empty(L, x.dtype), 0
    for first in range(0, R, BLOCK):
        b = min(BLOCK, R - first)
        s[:] = 0
        q[:] = 0
        for m in range(first, first + b):
            for l in range(L):
                s[l] += x[m, l]
        share = x.dtype.type(1 / b)
        for l in range(L):
            s[l] *= share
        for m in range(first, first + b):
            for l in range(L):
                q[l] += (x[m, l] - s[l]) * (x[m, l] - s[l])
        for l in range(L):
            apart = s[l] - mean[l]
            mean[l] += apart * b / (n + b)
            M2[l] += q[l] + apart * apart * n * b / (n + b)
        n += b
    k = L // C
    whole, variance = folded(mean, C), folded(M2, C)
    for c in range(C):
        whole[c] /= k
    for l in range(L):
        apart = mean[l] - whole[l % C]
        variance[l % C] += R * apart * apart
    for c in range(C):
        variance[c] /= R * k
    return whole, variance


@njit(**JIT)
def sums(d, x, mean, scale, beta, limit, z, z_mean, r):
    R, L = d.shape
    C = len(mean)
    middle, slope, shift = repeated(mean, L, x), repeated(scale, L, x), repeated(beta, L, x)
    z_middle, long_r = repeated(z_mean, L, x), repeated(r, L, x)
    total, total_z, part, part_z = np.zeros(L), np.zeros(L), np.empty(L, x.dtype), np.empty(L, x.dtype)
    for first in range(0, R, BLOCK):
        part[:] = 0
        part_z[:] = 0
        for m in range(first, min(first + BLOCK, R)):
            for l in range(L):
                y = (x[m, l] - middle[l]) * slope[l] + shift[l]
                counts = d[m, l] if y > limit else d.dtype.type(0)
                part[l] += counts
                part_z[l] += counts * ((z[m, l] - z_middle[l]) * long_r[l])
        for l in range(L):
            total[l] += part[l]
            total_z[l] += part_z[l]
    return folded(total, C), folded(total_z, C)


@njit(**JIT)
def normalize(y, x, mean, scale, beta, limit):
    R, L = x.shape
    middle, slope, shift = repeated(mean, L, x), repeated(scale, L, x), repeated(beta, L, x)
    for m in range(R):
        for l in range(L):
            value = (x[m, l] - middle[l]) * slope[l] + shift[l]
            y[m, l] = limit if value <= limit else value  # keeps NaN


@njit(**JIT)
def combine(out, more, A, d, x, mean, scale, beta, limit, B, z, z_mean, C):
    R, L = d.shape
    middle, slope, shift = repeated(mean, L, x), repeated(scale, L, x), repeated(beta, L, x)
    a, b, c, z_middle = repeated(A, L, x), repeated(B, L, x), repeated(C, L, x), repeated(z_mean, L, x)
    for m in range(R):
        for l in range(L):
            y = (x[m, l] - middle[l]) * slope[l] + shift[l]
            counts = d[m, l] if y > limit else d.dtype.type(0)
            value = a[l] * counts + (b[l] * (z[m, l] - z_middle[l]) + c[l])
            out[m, l] = value + out[m, l] if more else value


@njit(**JIT)
def rectified(out, A, d, x, mean, scale, beta, limit, B, C):
    R, L = d.shape
    middle, slope, shift = repeated(mean, L, x), repeated(scale, L, x), repeated(beta, L, x)
    a, b, c = repeated(A, L, x), repeated(B, L, x), repeated(C, L, x)
    for m in range(R):
        for l in range(L):
            centred = x[m, l] - middle[l]
            value = a[l] * d[m, l] + (b[l] * centred + c[l])
            out[m, l] = value if centred * slope[l] + shift[l] > limit else d.dtype.type(0)
