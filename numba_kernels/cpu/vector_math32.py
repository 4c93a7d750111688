"""tanh, the logistic function, exp and log in float32: twice as many elements at once as in float64, half the terms.

As in vector_math, with exp(r) - 1 = r + r² q(r) to r^7 / 7!, which is off by 1e-8 of it at most, and k rounded by
adding 1.5 · 2^23; exp is exp(-87), 2e-38, below -87; the series of atanh goes up to u^9 / 9, off by 2e-9 of u.  NaN
stays NaN; errors are below 4 units in the last place, where x >= -87 for the logistic function.
"""

import math

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import JIT

ROUND = np.float32(1.5 * 2.0**23)
LN2_INVERSE = np.float32(1 / math.log(2))
LN2_HIGH = np.float32(0.693359375)  # ln 2 to 9 bits
LN2_LOW = np.float32(math.log(2) - 0.693359375)  # and the rest
ONE, TWO = np.float32(1), np.float32(2)
C2, C3, C4, C5, C6, C7 = (np.float32(1 / math.factorial(k)) for k in range(2, 8))
C_3, C_5, C_7, C_9 = (np.float32(1 / k) for k in (3, 5, 7, 9))
ONE_LESS_ROOT_HALF = np.int32(0x3F800000 - 0x3F3504F3)
EXPONENT, BIAS, INFINITY, NAN = np.int32(23), np.int32(127), np.float32(math.inf), np.float32(math.nan)
TANH_MOST, EXP_MOST = np.float32(20), np.float32(87)


@njit(**JIT)
def power_and_expm1(y):
    """2^k and exp(r) - 1 for -87 <= y <= 87; a NaN comes out in the second."""
    shifted = y * LN2_INVERSE + ROUND
    k = shifted - ROUND
    r = y - k * LN2_HIGH - k * LN2_LOW
    q = C7
    q = q * r + C6
    q = q * r + C5
    q = q * r + C4
    q = q * r + C3
    q = q * r + C2
    power = np.int32((np.float32(shifted).view(np.int32) + np.int32(127)) << np.int32(23)).view(np.float32)
    return power, r + r * r * q


@njit(**JIT)
def tanh(x):
    y = TWO * abs(x)
    power, p = power_and_expm1(TANH_MOST if y > TANH_MOST else y)  # beyond 10, tanh is 1 in float32
    e = power * p + (power - ONE)
    return np.float32(math.copysign(e / (e + TWO), x))


@njit(**JIT)
def logistic(x):
    y = abs(x)
    power, p = power_and_expm1(-EXP_MOST if y > EXP_MOST else -y)
    a = power * p + power
    return (ONE if x >= 0 else a) / (ONE + a)


@njit(**JIT)
def exp(x):
    """For x <= 0."""
    power, p = power_and_expm1(-EXP_MOST if x < -EXP_MOST else x)
    return power * p + power


@njit(**JIT)
def log(x):
    """For normal numbers, infinity and NaN; of a negative number it is NaN."""
    bits = np.float32(x).view(np.int32)
    k = np.int32(np.int32(np.int32(bits + ONE_LESS_ROOT_HALF) >> EXPONENT) - BIAS)
    f = np.int32(bits - np.int32(k << EXPONENT)).view(np.float32)
    exponent = np.float32(k)
    u = (f - ONE) / (f + ONE)
    z = u * u
    p = C_9
    p = p * z + C_7
    p = p * z + C_5
    p = p * z + C_3
    logarithm = exponent * LN2_HIGH + (exponent * LN2_LOW + TWO * u * (z * p) + TWO * u)
    logarithm = logarithm if x < INFINITY else x
    return NAN if x < 0 else logarithm
