"""Every compiled layer is the twin of a reference: same arguments, same results, for several sizes and both dtypes."""

import numpy as np
import pytest

from numba_kernels.cpu import batch_norm, relu
from numba_kernels.cpu.images import average_pool, conv2d, max_pool
from ref.layers.images import average_pool as ref_average_pool, max_pool as ref_max_pool
from tests.kernels.layers import PROBLEMS, arrays, normalization, results, takes_data
from tests.kernels.problems import assert_same

TOLERANCE = {np.float64: 1e-13, np.float32: 2e-5}
EVERY = pytest.mark.parametrize("problem", PROBLEMS, ids=str)


def both(problem, dtype):
    a = arrays(problem, dtype)
    return (results(op, a, problem.options, takes_data(problem)) for op in (problem.kernel, problem.reference))


@pytest.mark.parametrize("dtype", TOLERANCE)
@EVERY
def test_the_four_passes_give_the_reference_s_results(problem, dtype):
    assert_same(*both(problem, dtype), TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("problem", [problem for problem in PROBLEMS if problem.name == "batch_norm"], ids=str)
def test_rectified_units_after_batch_norm(problem, dtype):
    a = arrays(problem, dtype)
    slope = problem.reference.forward(*a["at"], **problem.options)[0] > 0
    expected = results(problem.reference, a, problem.options, False, slope.astype(dtype))
    assert_same(results(batch_norm.with_relu, a, problem.options, False), expected, TOLERANCE[dtype])


@EVERY
def test_called_twice_gives_the_same_bits_and_changes_nothing(problem):
    a = arrays(problem, np.float64)
    before = {key: [array.copy() for array in group] for key, group in a.items()}
    first, second = (results(problem.kernel, a, problem.options, False) for _ in range(2))
    assert all(first[key].tobytes() == second[key].tobytes() for key in first)
    assert all(np.array_equal(array, old) for key in a for array, old in zip(a[key], before[key]))


def test_variance_far_from_zero():
    """A mean a thousand times the deviation costs no more digits than it does the reference."""
    problem = normalization(50, 4, 4, 6)
    a = arrays(problem, np.float32)
    a["at"][0] += 1000
    y = problem.kernel.forward(*a["at"])[0]
    exact = problem.reference.forward(*(array.astype(np.float64) for array in a["at"]))[0]
    np.testing.assert_allclose(y, exact, atol=5e-4)


def test_not_a_number_wins_over_all():
    x = np.arange(32.0).reshape(1, 4, 4, 2)
    x[0, 1, 1, 0] = x[0, 2, 3, 1] = np.nan
    (y, cache), (expected, ref_cache) = (op.forward(x, 3, 1) for op in (max_pool, ref_max_pool))
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(cache.winner, ref_cache.winner)
    assert np.isnan(relu.forward(x)[0]).sum() == 2


def test_caches_that_hold_what_was_given():
    x = np.arange(42.0).reshape(1, 7, 3, 2)
    assert average_pool.forward(x, 3, 2, ceil=True)[1] == ref_average_pool.forward(x, 3, 2, ceil=True)[1].windows
    np.testing.assert_array_equal(relu.forward(x)[1], x)


BAD = {
    "K has shape": lambda x, K, b: conv2d.forward(x, K[:, :, :2], b),
    "K is float32": lambda x, K, b: conv2d.forward(x, K.astype(np.float32), b),
    "b has shape": lambda x, K, b: conv2d.forward(x, K, b[:1]),
    "x is complex128": lambda x, K, b: conv2d.forward(x.astype(complex), K, b),
    "x has shape .* must have 4 axes": lambda x, K, b: conv2d.forward(x[0], K, b),
    "no window of that size": lambda x, K, b: conv2d.forward(x[:, :2], K, b),
    "dy has shape": lambda x, K, b: conv2d.backward(x, conv2d.forward(x, K, b)[1]),
    "Rx is list": lambda x, K, b: conv2d.r_forward([1], K, b, conv2d.forward(x, K, b)[1]),
    "gamma has shape": lambda x, K, b: batch_norm.forward(x, b, x[0, 0, 0]),
}


@pytest.mark.parametrize("said", BAD)
def test_what_does_not_fit_is_refused(said):
    x, K, b = np.ones((2, 5, 4, 3)), np.ones((3, 3, 3, 2)), np.ones(2)
    with pytest.raises((ValueError, TypeError), match=said):
        BAD[said](x, K, b)
