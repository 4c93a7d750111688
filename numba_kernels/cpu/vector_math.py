"""tanh, the logistic function, exp and log, written so that the compiler can handle several elements at once.

    exp(y) = 2^k exp(r)              k = y / ln 2, rounded;  r = y - k ln 2, at most ln 2 / 2 in size
    exp(r) - 1 = r + r² q(r)         q: the Taylor series, up to r^13 / 13!: off by 4e-18 at most

    tanh(x) = e / (e + 2)            e = exp(2|x|) - 1, with x's sign
    sigma(x) = 1 / (1 + a)           a = exp(-|x|); for x < 0 it is a / (1 + a)
    exp(x)                           for x <= 0: below -700 it is exp(-700), 1e-304

    log(x) = k ln 2 + log(f)         x = 2^k f,  √½ <= f < √2
    log(f) = 2 atanh(u)              u = (f - 1) / (f + 1), at most 0.172 in size;  atanh: its series, up to u^23 / 23,
                                     off by 3e-19 of u at most

k is rounded by adding 1.5 · 2^52: what is left of y / ln 2 then is an integer, in the last bits of the sum, and 2^k is
made from those bits.  log finds its k in x's own bits, to which it first adds what makes the exponent change at √2
instead of 2, and makes a number of it the other way round: 2^52 has the integer in its last bits.  ln 2 is subtracted
in two parts, the first with zeros at its end, so that k times it is exact.  Everything is computed in float64, for
float32 too.  NaN stays NaN; errors are below 4 units in the last place.
"""

import math

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import JIT

ROUND = 1.5 * 2.0**52
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")  # ln 2 to 33 bits
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # and the rest
ONE_LESS_ROOT_HALF = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)  # the bits of 1 less those of √½
EXPONENT, BIAS = np.uint64(52), np.uint64(1023)
TWO_52_BITS, TWO_52 = np.uint64(0x4330000000000000), 2.0**52


@njit(**JIT)
def power_and_expm1(y):
    """2^k and exp(r) - 1 for -700 <= y <= 700; a NaN comes out in the second."""
    shifted = y * (1 / math.log(2)) + ROUND
    k = shifted - ROUND
    r = y - k * LN2_HIGH - k * LN2_LOW
    q = 1 / 6227020800
    q = q * r + 1 / 479001600
    q = q * r + 1 / 39916800
    q = q * r + 1 / 3628800
    q = q * r + 1 / 362880
    q = q * r + 1 / 40320
    q = q * r + 1 / 5040
    q = q * r + 1 / 720
    q = q * r + 1 / 120
    q = q * r + 1 / 24
    q = q * r + 1 / 6
    q = q * r + 1 / 2
    power = np.int64((np.float64(shifted).view(np.int64) + np.int64(1023)) << np.int64(52)).view(np.float64)
    return power, r + r * r * q


@njit(**JIT)
def tanh(x):
    x = np.float64(x)
    y = 2 * abs(x)
    power, p = power_and_expm1(44.0 if y > 44 else y)  # beyond 22, tanh is 1 in float64
    e = power * p + (power - 1)
    return math.copysign(e / (e + 2), x)


@njit(**JIT)
def logistic(x):
    x = np.float64(x)
    y = abs(x)
    power, p = power_and_expm1(-700.0 if y > 700 else -y)
    a = power * p + power
    return (1.0 if x >= 0 else a) / (1 + a)


@njit(**JIT)
def exp(x):
    """For x <= 0."""
    power, p = power_and_expm1(-700.0 if x < -700 else x)
    return power * p + power


@njit(**JIT)
def log(x):
    """For normal numbers, infinity and NaN; of a negative number it is NaN."""
    bits = np.float64(x).view(np.uint64)
    k = (bits + ONE_LESS_ROOT_HALF) >> EXPONENT
    f = np.uint64(bits - (k << EXPONENT) + (BIAS << EXPONENT)).view(np.float64)
    exponent = np.uint64(k | TWO_52_BITS).view(np.float64) - (TWO_52 + 1023)
    u = (f - 1) / (f + 1)
    z = u * u
    p = 1 / 23
    p = p * z + 1 / 21
    p = p * z + 1 / 19
    p = p * z + 1 / 17
    p = p * z + 1 / 15
    p = p * z + 1 / 13
    p = p * z + 1 / 11
    p = p * z + 1 / 9
    p = p * z + 1 / 7
    p = p * z + 1 / 5
    p = p * z + 1 / 3
    logarithm = exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * u * (z * p) + 2 * u)
    logarithm = logarithm if x < math.inf else x
    return math.nan if x < 0 else logarithm
