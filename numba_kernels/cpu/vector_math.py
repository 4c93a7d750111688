"""tanh and the logistic function, written so that the compiler can handle several elements at once.

    exp(y) = 2^k exp(r)              k = y / ln 2, rounded;  r = y - k ln 2, at most ln 2 / 2 in size
    exp(r) - 1 = r + r² q(r)         q: the Taylor series, up to r^13 / 13!: off by 4e-18 at most

    tanh(x) = e / (e + 2)            e = exp(2|x|) - 1, with x's sign
    sigma(x) = 1 / (1 + a)           a = exp(-|x|); for x < 0 it is a / (1 + a)

k is rounded by adding 1.5 · 2^52: what is left of y / ln 2 then is an integer, in the last bits of the sum, and 2^k is
made from those bits.  ln 2 is subtracted in two parts, the first with zeros at its end, so that k times it is exact.
Everything is computed in float64, for float32 too.  NaN stays NaN; errors are below 4 units in the last place.
"""

import math

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import JIT

ROUND = 1.5 * 2.0**52
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")  # ln 2 to 33 bits
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # and the rest


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
