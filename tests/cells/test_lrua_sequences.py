"""Least recently used access over sequences: numbers at the ends, a case alone and in a batch, cut in two."""

import numpy as np
import pytest

from ref.cells import lrua
from ref.cells.through_time import ThroughTime
from tests.cells.lrua_start import DESIGNS, inputs, like, start, weights

MEMORY = ThroughTime(lrua)
KINDS = pytest.mark.parametrize("kind", ["lstm", "feedforward"])


def leaves(tree):
    """Every array of a nest of tuples and lists."""
    if isinstance(tree, (tuple, list)):
        for part in tree:
            yield from leaves(part)
    elif isinstance(tree, np.ndarray):
        yield tree


def four_passes(x, of, first, design, seed=7):
    """What each of the four passes returns, in random directions and with a gradient at the last state."""
    y, cache = MEMORY.forward(x, of, first, design)
    rng, dend = np.random.default_rng(seed), like(cache.states[-1], seed)
    dy, Rdy = rng.standard_normal((2, *y.shape)).astype(y.dtype)
    Ry, r_cache = MEMORY.r_forward(like_x(x, seed), like(of, seed + 1), like(first, seed + 2), cache)
    return (y, cache.states[-1], MEMORY.backward(dy, cache, dend=dend), Ry, MEMORY.last_r(r_cache),
            MEMORY.r_backward(Rdy, dy, cache, r_cache, dend=dend, Rdend=like(dend, seed + 3)))


def like_x(x, seed):
    return np.random.default_rng(seed).standard_normal(x.shape).astype(x.dtype)


@KINDS
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("design", DESIGNS, ids=str)
@pytest.mark.parametrize("memory", [0.0, 1e-6, 1e6])
@pytest.mark.parametrize("w", ["one-hot", "uniform"])
def test_no_nan_and_float32_stays_float32(memory, w, design, dtype, kind):
    """Zero and huge memories, keys of zero, weights on one row or on all: numbers from all four passes, without a
    warning.
    """
    first = start(design, 2, kind, dtype=dtype)
    L, R = design.n_locations, design.n_read_heads
    weight = np.eye(1, L) if w == "one-hot" else np.full((1, L), 1 / L)
    first = first._replace(M=(memory * first.M).astype(dtype), w_read=np.tile(weight, (2, R, 1)).astype(dtype))
    of, x = weights(design, kind, dtype=dtype), inputs(3, 2, dtype=dtype)
    silent = of._replace(P=0 * of.P, q=0 * of.q)
    for said in (of, silent):
        with np.errstate(all="raise", under="ignore"):
            results = four_passes(x, said, first, design)
        for array in leaves(results):
            assert np.isfinite(array).all() and array.dtype == dtype


@KINDS
def test_results_do_not_depend_on_the_batch_that_a_case_is_in(kind):
    design = lrua.Design(5, 3, 2)
    of, first, x = weights(design, kind), start(design, 4, kind), inputs(6, 4)
    y, cache = MEMORY.forward(x, of, first, design)
    dy = like_x(y, 1)
    together = MEMORY.backward(dy, cache)
    for n in range(4):
        own = lrua.State(*(None if array is None else array[n : n + 1] for array in first))
        alone, of_alone = MEMORY.forward(x[:, n : n + 1], of, own, design)
        np.testing.assert_allclose(alone[:, 0], y[:, n], rtol=1e-12, atol=1e-13)
        gradients = MEMORY.backward(dy[:, n : n + 1], of_alone)
        np.testing.assert_allclose(gradients.dx[:, 0], together.dx[:, n], rtol=1e-10, atol=1e-12)
        for got, expected in zip(gradients.dstart, together.dstart):
            if got is not None:
                np.testing.assert_allclose(got[0], expected[n], rtol=1e-10, atol=1e-12)


def test_no_state_is_left_over_from_another_sequence():
    design = lrua.Design(5, 3, 2)
    of, first, x = weights(design), start(design, 2), inputs(4, 2)
    before = MEMORY.forward(x, of, first, design)[0].copy()
    MEMORY.forward(inputs(7, 2, seed=5), of, start(design, 2, seed=3), design)
    np.testing.assert_array_equal(MEMORY.forward(x, of, first, design)[0], before)


@KINDS
def test_a_sequence_cut_in_two_gives_the_whole_s_gradients(kind):
    """The second part begins at the first one's last state, its usage among it; its dstart is the first one's dend."""
    design = lrua.Design(5, 3, 2, strength="softplus", separate_add=True)
    of, first, x = weights(design, kind), start(design, 2, kind), inputs(5, 2)
    Rx, Rof, Rfirst = like_x(x, 1), like(of, 2), like(first, 3)
    y, cache = MEMORY.forward(x, of, first, design)
    Ry, r_cache = MEMORY.r_forward(Rx, Rof, Rfirst, cache)
    dy, Rdy = np.random.default_rng(4).standard_normal((2, *y.shape))
    whole = MEMORY.backward(dy, cache)
    R_whole, _ = MEMORY.r_backward(Rdy, dy, cache, r_cache)

    y_1, cache_1 = MEMORY.forward(x[:2], of, first, design)
    y_2, cache_2 = MEMORY.forward(x[2:], of, cache_1.states[-1], design)
    np.testing.assert_allclose(np.concatenate([y_1, y_2]), y, rtol=1e-13)
    Ry_1, r_cache_1 = MEMORY.r_forward(Rx[:2], Rof, Rfirst, cache_1)
    Ry_2, r_cache_2 = MEMORY.r_forward(Rx[2:], Rof, MEMORY.last_r(r_cache_1), cache_2)
    np.testing.assert_allclose(np.concatenate([Ry_1, Ry_2]), Ry, rtol=1e-12)
    second = MEMORY.backward(dy[2:], cache_2)
    part = MEMORY.backward(dy[:2], cache_1, dend=second.dstart)
    R_second, dend = MEMORY.r_backward(Rdy[2:], dy[2:], cache_2, r_cache_2)
    R_part, _ = MEMORY.r_backward(Rdy[:2], dy[:2], cache_1, r_cache_1, dend=dend, Rdend=R_second.dstart)
    for one, two, all_of_it in ((part, second, whole), (R_part, R_second, R_whole)):
        np.testing.assert_allclose(np.concatenate([one.dx, two.dx]), all_of_it.dx, rtol=1e-11, atol=1e-13)
        for a, b, expected in zip(one.dweights, two.dweights, all_of_it.dweights):
            if expected is not None:
                np.testing.assert_allclose(a + b, expected, rtol=1e-11, atol=1e-13)
        for got, expected in zip(one.dstart, all_of_it.dstart):
            if expected is not None:
                np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13)
        assert one.dstart.u is None
