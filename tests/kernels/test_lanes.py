"""Vectors in registers, compiled and not."""

import numpy as np
import pytest
from numba import njit

from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lanes import add_times, lanes_of, load, store, zeros


def through(x, v, out):
    s = zeros(x)
    for i in range(3):
        s = add_times(s, x, i, load(v, i * lanes_of(v)))
    store(out, 1, s)


@pytest.mark.parametrize("run", [through, njit(**JIT | {"cache": False})(through)], ids=["plain", "compiled"])
@pytest.mark.parametrize("dtype, lanes", [(np.float32, 16), (np.float64, 8)])
def test_a_sum_of_three_products(run, dtype, lanes):
    rng = np.random.default_rng(0)
    x, v = rng.standard_normal(3).astype(dtype), rng.standard_normal((3, lanes)).astype(dtype)
    out = np.full(lanes + 2, 7, dtype)
    run(x, v.ravel(), out)
    np.testing.assert_allclose(out[1:-1], x @ v, rtol=1e-5)
    assert out[0] == out[-1] == 7
