"""Clipping by the norm: what is too long gets its largest length and keeps its direction; nothing else changes."""

import numpy as np
import pytest

from ref.optimizers import Clipped, Momentum, Nesterov
from ref.optimizers.clipping import clipped
from ref.parameters import Parameters


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_too_long_keeps_its_direction(dtype):
    g = np.random.default_rng(0).standard_normal(1000).astype(dtype)
    before = g.copy()
    short = clipped(g, 2.5)
    assert short.dtype == dtype
    assert np.linalg.norm(short.astype(np.float64)) == pytest.approx(2.5, rel=1e-6 if dtype == np.float32 else 1e-14)
    np.testing.assert_allclose(short, g * (2.5 / np.linalg.norm(g)), rtol=1e-6 if dtype == np.float32 else 1e-14)
    np.testing.assert_array_equal(g, before)


def test_what_is_short_enough_stays_as_it_is():
    g = np.array([3.0, 4.0])
    for largest in (5.0, 6.0):
        np.testing.assert_array_equal(clipped(g, largest), g)
    np.testing.assert_allclose(clipped(g, 4.999), g * 0.9998, rtol=1e-14)
    np.testing.assert_array_equal(clipped(np.zeros(3), 1.0), np.zeros(3))
    assert clipped(np.zeros(0), 1.0).size == 0


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_squares_beyond_the_range_of_numbers(size):
    g = size * np.array([3.0, 4.0])
    np.testing.assert_allclose(clipped(g, 0.5 * size), size * np.array([0.3, 0.4]), rtol=1e-14)
    np.testing.assert_array_equal(clipped(g, 5.1 * size), g)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_left_to_be_seen(bad):
    g = np.array([1.0, bad, 1e9])
    np.testing.assert_array_equal(clipped(g, 1.0), g)


@pytest.mark.parametrize("g, largest, error, message", [
    (np.ones(2), 0, ValueError, "largest is 0 but must be above 0"),
    (np.ones(2), np.inf, ValueError, "largest is inf but must be finite"),
    (np.ones(2), "1", TypeError, "largest is '1' but must be a real number"),
    (np.ones(2, int), 1.0, TypeError, "g is int64 but must be float32 or float64"),
])
def test_arguments_that_cannot_be(g, largest, error, message):
    with pytest.raises(error, match=message):
        clipped(g, largest)


def test_an_optimiser_with_clipped_gradients_steps_as_on_the_shorter_ones():
    theta = Parameters.from_arrays({"a": np.array([1.0, 2.0]), "b": np.array([[3.0]])})
    g = np.array([30.0, -40.0, 0.0])
    wrapped, bare = Clipped(Momentum(0.1, 0.9), largest=5.0), Momentum(0.1, 0.9)
    one, state, report = wrapped.update(theta, g, wrapped.init(theta))
    two, other, _ = bare.update(theta, np.array([3.0, -4.0, 0.0]), bare.init(theta))
    np.testing.assert_allclose(one.vector, two.vector, rtol=1e-14)
    again, _, _ = wrapped.update(one, g / 100, state)
    np.testing.assert_allclose(again.vector, bare.update(two, g / 100, other)[0].vector, rtol=1e-14)


@pytest.mark.parametrize("arguments, error, words", [
    ((Nesterov(0.1), 1.0), TypeError, "optimizer"), ((Momentum(0.1), 0.0), ValueError, "largest"),
    ((Momentum(0.1), np.inf), ValueError, "largest")])
def test_what_cannot_be_clipped_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        Clipped(*arguments)
