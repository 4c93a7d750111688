"""Memory that is lent again: only once nobody holds it."""

import numpy as np
import pytest

from numba_kernels.cpu.images import conv2d, memory

SHAPE = 40, 16, 16, 8


@pytest.fixture(autouse=True)
def nothing_lent_before(monkeypatch):
    monkeypatch.setattr(memory, "_blocks", {})


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def blocks() -> list[np.ndarray]:
    return [block for alike in memory._blocks.values() for block in alike]


def test_what_nobody_holds_is_lent_again():
    first = memory.empty(SHAPE, np.float32)
    at = address(first)
    del first
    assert address(memory.empty(SHAPE, np.float32)) == at
    assert len(blocks()) == 1


@pytest.mark.parametrize("hold", [lambda y: y, lambda y: y[0], lambda y: y.reshape(-1)[::2], lambda y: {"cache": (y,)},
                                  lambda y: y.view(np.int32), lambda y: np.asarray(memoryview(y))],
                         ids=["array", "part", "view", "cache", "other dtype", "buffer"])
def test_what_somebody_holds_is_not(hold):
    held = hold(memory.empty(SHAPE, np.float32))
    again = memory.empty(SHAPE, np.float32)
    assert len(blocks()) == 2
    assert not np.shares_memory(again, held["cache"][0] if isinstance(held, dict) else held)


def test_two_caches_alive_at_once_share_nothing():
    """As when the curvature keeps activations while the value is asked for elsewhere."""
    rng = np.random.default_rng(0)
    x, K, b = rng.standard_normal(SHAPE), rng.standard_normal((3, 3, 8, 8)), rng.standard_normal(8)
    h, first = conv2d.forward(x, K, b, padding=1)
    y, second = conv2d.forward(h, K, b, padding=1)
    kept = y.copy(), second.x.copy()
    expected = [array.copy() for array in conv2d.backward(y, second)]
    del h
    for _ in range(3):  # work between, whose results are dropped
        conv2d.backward(conv2d.forward(2 * x, K, b, padding=1)[0], first)
    assert np.array_equal(y, kept[0]) and np.array_equal(second.x, kept[1])
    assert all(map(np.array_equal, conv2d.backward(y, second), expected))


def test_free_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(memory, "FREE", 3 * memory.LARGE)
    for n in range(10):
        memory.empty((memory.LARGE + n,), np.uint8)
    held = memory.empty((memory.LARGE + 10,), np.uint8)
    assert sum(block.nbytes for block in blocks()) <= 3 * (memory.LARGE + 10) + held.nbytes


def test_small_arrays_are_numpy_s():
    memory.empty((8, 8), np.float64)
    assert memory._blocks == {}
