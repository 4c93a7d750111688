"""Loops over the channels of pictures, (..., C), several places side by side so that inner loops are long.

    moments      mean = 1/n Σ x,  variance = 1/n Σ (x - mean)²        blocks of rows, merged as Chan, Golub & LeVeque do
    sums         Σ d,  Σ d (x - mean) r                               d counts where y > limit
    normalize    y = max((x - mean) r gamma + beta, limit)
    combine      out = A d + B (x - mean) r + C,  or +=               d counts where y > limit
    rectified    out = A d + B (x - mean) r + C  where y > limit, else 0

limit is 0 for rectified units and -inf where there are none.  Sums over many rows are taken in float64.

Shapes: arrays (R, L), L = k C: k places side by side; vectors (C,).
"""

from math import gcd

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import INNER, JIT

Array = np.ndarray
BLOCK = 32  # rows
LONG = 256


def rows(x: Array) -> Array:
    """(..., C) as (R, k C)."""
    C = x.shape[-1]
    n = x.size // C
    return x.reshape(n // (k := gcd(n, 1 << max(LONG // C, 1).bit_length() - 1)), k * C)


def sums_of_channels(x: Array) -> Array:
    """Σ x over all axes but the last."""
    C = x.shape[-1]
    return _channel_sums(rows(x), C).astype(x.dtype)


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
    whole, variance = folded(mean, C) / k, folded(M2, C)
    for l in range(L):
        variance[l % C] += R * (mean[l] - whole[l % C]) ** 2
    return whole, variance / (R * k)


@njit(**JIT)
def sums(d, y, limit, x, mean, r):
    R, L = d.shape
    C = len(mean)
    long_mean, long_r = repeated(mean, L, x), repeated(r, L, x)
    total, total_x, part, part_x = np.zeros(L), np.zeros(L), np.empty(L, x.dtype), np.empty(L, x.dtype)
    for first in range(0, R, BLOCK):
        part[:] = 0
        part_x[:] = 0
        for m in range(first, min(first + BLOCK, R)):
            for l in range(L):
                counts = d[m, l] if y[m, l] > limit else d.dtype.type(0)
                part[l] += counts
                part_x[l] += counts * ((x[m, l] - long_mean[l]) * long_r[l])
        for l in range(L):
            total[l] += part[l]
            total_x[l] += part_x[l]
    return folded(total, C), folded(total_x, C)


@njit(**JIT)
def normalize(y, x, mean, r, gamma, beta, limit):
    R, L = x.shape
    long_mean, scale, long_beta = repeated(mean, L, x), repeated(r * gamma, L, x), repeated(beta, L, x)
    for m in range(R):
        for l in range(L):
            value = (x[m, l] - long_mean[l]) * scale[l] + long_beta[l]
            y[m, l] = limit if value <= limit else value  # keeps NaN


@njit(**JIT)
def combine(out, more, A, d, y, limit, B, x, mean, r, C):
    R, L = d.shape
    a, b, c, long_mean = repeated(A, L, x), repeated(B * r, L, x), repeated(C, L, x), repeated(mean, L, x)
    for m in range(R):
        for l in range(L):
            counts = d[m, l] if y[m, l] > limit else d.dtype.type(0)
            value = a[l] * counts + (b[l] * (x[m, l] - long_mean[l]) + c[l])
            out[m, l] = value + out[m, l] if more else value


@njit(**JIT)
def rectified(out, A, d, y, limit, B, x, mean, r, C):
    R, L = d.shape
    a, b, c, long_mean = repeated(A, L, x), repeated(B * r, L, x), repeated(C, L, x), repeated(mean, L, x)
    for m in range(R):
        for l in range(L):
            value = a[l] * d[m, l] + (b[l] * (x[m, l] - long_mean[l]) + c[l])
            out[m, l] = value if y[m, l] > limit else d.dtype.type(0)
