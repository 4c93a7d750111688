"""Leaky rectified units with a learned slope."""

import numpy as np
import pytest

from ref.layers import identity, leaky_relu, relu

X = np.array([[-2.0, -0.5, 0.0, 3.0], [1.0, -1.0, 2.0, -4.0]])


@pytest.mark.parametrize("slope, expected", [
    (0, relu.forward(X)[0]), (1, identity.forward(X)[0]), (-1, np.abs(X)), (0.25, np.maximum(X, X / 4))])
def test_special_slopes(slope, expected):
    np.testing.assert_array_equal(leaky_relu.forward(X, np.full(4, float(slope)))[0], expected)


def test_each_unit_has_its_own_slope():
    a = np.array([0.0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(leaky_relu.forward(-np.ones((2, 3, 4)), a)[0], np.broadcast_to(-a, (2, 3, 4)))
    _, cache = leaky_relu.forward(X, a)
    dx, da = leaky_relu.backward(np.ones_like(X), cache)
    np.testing.assert_array_equal(da, [-2.0, -1.5, 0.0, -4.0])
    np.testing.assert_array_equal(dx, [[0.0, 0.1, 0.2, 1.0], [1.0, 0.1, 1.0, 0.3]])


def test_what_is_not_a_number_stays_so():
    assert np.isnan(leaky_relu.forward(np.array([[np.nan]]), np.zeros(1))[0]).all()
