"""The compiled tanh and logistic function against an oracle with more digits, and at the ends of the numbers."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from numba import njit

from numba_kernels.cpu import vector_math


@njit
def each(f, x, y):
    for i in range(len(x)):
        y[i] = f(x[i])


def applied(f, x) -> np.ndarray:
    x = np.asarray(x, np.float64)
    y = np.empty_like(x)
    each(f, x, y)
    return y


def exact(name: str, x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        e = (-2 * abs(Decimal(x)) if name == "tanh" else -Decimal(x)).exp()
        if name == "tanh":
            return ((1 - e) / (1 + e)).copy_sign(Decimal(x))
        return 1 / (1 + e)


def worst_error(name: str, x) -> float:
    """In units in the last place of the exact result."""
    got = applied(getattr(vector_math, name), x)
    with localcontext() as context:
        context.prec = 60
        return max(float(abs(Decimal(float(y)) - (e := exact(name, float(v)))) / Decimal(math.ulp(float(e)))) for v, y in zip(x, got))


@pytest.mark.parametrize("name", ("tanh", "logistic"))
@pytest.mark.parametrize("scale", (1e-8, 1e-3, 0.3, 1.0, 5.0, 30.0))
def test_errors_are_below_four_units_in_the_last_place(name, scale):
    x = scale * np.random.default_rng(0).standard_normal(300)
    assert worst_error(name, x) < 4


def test_where_the_rounding_of_the_power_changes():
    halves = np.arange(-6, 7) * math.log(2) / 4
    x = np.concatenate([np.nextafter(halves, -9), halves, np.nextafter(halves, 9)])
    assert max(worst_error("tanh", x), worst_error("logistic", x)) < 4


def test_the_ends_of_the_numbers():
    tiny = np.nextafter(0, 1)
    np.testing.assert_array_equal(applied(vector_math.tanh, [tiny, -1e-310, 1e-300, 23, -1e308, np.inf, -np.inf]),
                                  [tiny, -1e-310, 1e-300, 1, -1, 1, -1])
    np.testing.assert_array_equal(np.signbit(applied(vector_math.tanh, [0.0, -0.0])), [False, True])
    np.testing.assert_array_equal(applied(vector_math.logistic, [0, 40, 1e308, np.inf]), [0.5, 1, 1, 1])
    assert (applied(vector_math.logistic, [-800, -1e308, -np.inf]) < 1e-300).all()


@pytest.mark.parametrize("f", (vector_math.tanh, vector_math.logistic))
def test_nan_stays_nan(f):
    assert np.isnan(applied(f, [1.0, np.nan, -2.0])).tolist() == [False, True, False]
