"""The compiled tanh, logistic function, exp and log, against an oracle with more digits and at the numbers' ends."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from numba import float32, njit

from numba_kernels.cpu import vector_math, vector_math32


@njit
def each(f, x, y):
    for i in range(len(x)):
        y[i] = f(x[i])


MATH = {np.float64: vector_math, np.float32: vector_math32}


def applied(f, x, dtype=np.float64) -> np.ndarray:
    x = np.asarray(x, dtype)
    y = np.empty_like(x)
    each(f, x, y)
    return y


def exact(name: str, x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        if name in ("exp", "log"):
            return Decimal(x).exp() if name == "exp" else Decimal(x).ln()
        e = (-2 * abs(Decimal(x)) if name == "tanh" else -Decimal(x)).exp()
        if name == "tanh":
            return ((1 - e) / (1 + e)).copy_sign(Decimal(x))
        return 1 / (1 + e)


def worst_error(name: str, x, dtype) -> float:
    """In units in the last place of the exact result."""
    x = np.asarray(x, dtype)
    got = applied(getattr(MATH[dtype], name), x, dtype)
    with localcontext() as context:
        context.prec = 60
        return max(float(abs(Decimal(float(y)) - (e := exact(name, float(v)))) / Decimal(float(np.spacing(dtype(e)))))
                   for v, y in zip(x, got))


@pytest.mark.parametrize("dtype", MATH)
@pytest.mark.parametrize("name", ("tanh", "logistic"))
@pytest.mark.parametrize("scale", (1e-8, 1e-3, 0.3, 1.0, 5.0, 30.0))
def test_errors_are_below_four_units_in_the_last_place(name, scale, dtype):
    x = scale * np.random.default_rng(0).standard_normal(300)
    assert worst_error(name, np.clip(x, -87, 87), dtype) < 4


@pytest.mark.parametrize("dtype", MATH)
def test_where_the_rounding_of_the_power_changes(dtype):
    halves = (np.arange(-6, 7) * math.log(2) / 4).astype(dtype)
    x = np.concatenate([np.nextafter(halves, dtype(-9)), halves, np.nextafter(halves, dtype(9))])
    assert max(worst_error("tanh", x, dtype), worst_error("logistic", x, dtype)) < 4


@pytest.mark.parametrize("dtype, least", [(np.float64, -700), (np.float32, -87)])
@pytest.mark.parametrize("scale", (1e-8, 1e-3, 0.3, 5.0, 200.0))
def test_the_exponential_s_errors_are_below_two_units(scale, dtype, least):
    x = -np.abs(scale * np.random.default_rng(0).standard_normal(300))
    assert worst_error("exp", np.maximum(x, least), dtype) < 2


@pytest.mark.parametrize("dtype", MATH)
@pytest.mark.parametrize("spread", (1e-6, 1e-2, 0.3, 1.0, 10.0, 69.0))
def test_the_logarithm_s_errors_are_below_four_units(spread, dtype):
    x = np.exp(spread * np.random.default_rng(0).uniform(-1, 1, 300)).astype(dtype)
    assert worst_error("log", x[x != 1], dtype) < 4


@pytest.mark.parametrize("dtype", MATH)
def test_the_logarithm_where_its_exponent_changes(dtype):
    roots = dtype(2) ** (np.arange(-100, 100) + 0.5).astype(dtype)
    x = np.concatenate([np.nextafter(roots, dtype(0)), roots, np.nextafter(roots, dtype(np.inf)), dtype(2) ** dtype(9)
                        * np.ones(1, dtype), np.finfo(dtype).tiny * np.ones(1, dtype)])
    assert worst_error("log", x, dtype) < 4


@pytest.mark.parametrize("dtype", MATH)
def test_the_ends_of_exp_and_log(dtype):
    log, exp = (applied(getattr(MATH[dtype], name), [1, np.inf, np.nan, -1, -np.inf] if name == "log" else
                        [0, -1e4, -np.inf, np.nan], dtype) for name in ("log", "exp"))
    np.testing.assert_array_equal(log, np.array([0, np.inf, np.nan, np.nan, np.nan], dtype))
    assert exp[0] == 1 and (exp[1:3] < 2e-38).all() and np.isnan(exp[3])


def test_the_ends_of_the_numbers():
    tiny = np.nextafter(0, 1)
    np.testing.assert_array_equal(applied(vector_math.tanh, [tiny, -1e-310, 1e-300, 23, -1e308, np.inf, -np.inf]),
                                  [tiny, -1e-310, 1e-300, 1, -1, 1, -1])
    np.testing.assert_array_equal(np.signbit(applied(vector_math.tanh, [0.0, -0.0])), [False, True])
    np.testing.assert_array_equal(applied(vector_math.logistic, [0, 40, 1e308, np.inf]), [0.5, 1, 1, 1])
    assert (applied(vector_math.logistic, [-800, -1e308, -np.inf]) < 1e-300).all()


def test_the_ends_of_the_numbers_in_float32():
    tiny = np.nextafter(np.float32(0), np.float32(1))
    tanh = applied(vector_math32.tanh, [tiny, -1e-40, 1e-30, 11, -3e38, np.inf, -np.inf], np.float32)
    np.testing.assert_array_equal(tanh, np.array([tiny, -1e-40, 1e-30, 1, -1, 1, -1], np.float32))
    np.testing.assert_array_equal(np.signbit(applied(vector_math32.tanh, [0.0, -0.0], np.float32)), [False, True])
    np.testing.assert_array_equal(applied(vector_math32.logistic, [0, 18, 3e38, np.inf], np.float32), [0.5, 1, 1, 1])
    assert (applied(vector_math32.logistic, [-104, -3e38, -np.inf], np.float32) < 2e-38).all()


@pytest.mark.parametrize("dtype", MATH)
@pytest.mark.parametrize("name", ("tanh", "logistic"))
def test_nan_stays_nan(name, dtype):
    f = getattr(MATH[dtype], name)
    assert np.isnan(applied(f, [1.0, np.nan, -2.0], dtype)).tolist() == [False, True, False]


def test_float32_stays_float32():
    """Not a detour: a Python number in the formulas would make the compiler compute in float64."""
    for name in ("tanh", "logistic", "exp", "log"):
        f = getattr(vector_math32, name)
        f(np.float32(1))
        assert f.overloads[(float32,)].signature.return_type == float32
