"""The cell with least recently used access: where it writes and reads, where it jumps, and what it refuses."""

import re

import numpy as np
import pytest

from ref.cells import lrua
from ref.cells.through_time import ThroughTime
from tests.cells import lrua_by_loops
from tests.cells.lrua_start import DESIGNS, D, H, inputs, start, weights

MEMORY = ThroughTime(lrua)


def fixed_head(design, g: float, k=None) -> lrua.Weights:
    """A controller that says the same at every step: sigma(alpha) = g, and the key k for every head."""
    of = weights(design, "feedforward")
    R, W = design.n_read_heads, design.width
    with np.errstate(divide="ignore"):
        alpha = np.clip(np.log(g) - np.log1p(-g), -50, 50)
    key = np.zeros(W) if k is None else k
    q = np.concatenate([np.tile(key, R), np.full(R, alpha)])
    return of._replace(P=np.zeros_like(of.P), q=q)


def test_one_step_by_hand():
    """Three rows of width 1, the least used one, the last, is 5 and forgotten; g = 1/4, the key 2 and w' = (1, 0, 0).

    w^w = 1/4 (1, 0, 0) + 3/4 (0, 0, 1); M = (1 + 1/2, -1, 0 + 3/2); all cosines are 1 or -1 but for epsilon, so that
    w^r = (e, 1/e, e) / (2e + 1/e) and r = (1.5 e - 1/e + 1.5 e) / (2e + 1/e).
    """
    design = lrua.Design(3, 1, contents="identity")
    first = lrua.State(np.array([[[1.0], [-1], [5]]]), np.array([[[1.0, 0, 0]]]), np.array([[0.5, 0.4, 0.3]]),
                       np.zeros((1, 1, 1)), None, None)
    y, state, cache = lrua.forward(np.ones((1, D)), first, fixed_head(design, 0.25, [2.0]), design)
    np.testing.assert_allclose(cache.adding.w[0, 0], [0.25, 0, 0.75], rtol=1e-14)
    np.testing.assert_allclose(state.M[0, :, 0], [1.5, -1, 1.5], rtol=1e-14)
    e = np.e
    np.testing.assert_allclose(state.w_read[0, 0], np.array([e, 1 / e, e]) / (2 * e + 1 / e), rtol=2e-6)
    np.testing.assert_allclose(state.r[0, 0, 0], (3 * e - 1 / e) / (2 * e + 1 / e), rtol=5e-6)
    np.testing.assert_allclose(state.u[0], 0.99 * first.u[0] + [0.25, 0, 0.75] + state.w_read[0, 0], rtol=1e-14)
    np.testing.assert_array_equal(y[0, H:], state.r[0, 0])


def test_with_the_gate_shut_every_row_is_written_in_turn():
    """g = 0: each step writes to the row that has been used least, so L steps write each of L rows once, in the order
    of the usage at the start.
    """
    L = 6
    design = lrua.Design(L, 2, contents="identity")
    first = start(design, 1, "feedforward")._replace(u=np.array([1e-3 * np.arange(L)[::-1]]), M=np.zeros((1, L, 2)))
    _, cache = MEMORY.forward(inputs(L, 1), fixed_head(design, 0.0, [3.0, -1]), first, design)
    written = np.array([step.adding.w[0, 0] for step in cache.steps])
    np.testing.assert_allclose(written, np.eye(L)[::-1], atol=1e-20)
    np.testing.assert_allclose(cache.states[-1].M[0], np.tile([3.0, -1], (L, 1)), rtol=1e-14)


def test_with_the_gate_open_a_row_is_written_where_it_was_read():
    design = lrua.Design(5, 2)
    first = start(design, 2, "feedforward")
    _, cache = MEMORY.forward(inputs(3, 2), fixed_head(design, 1.0), first, design)
    for before, step in zip(cache.states, cache.steps):
        np.testing.assert_allclose(step.adding.w, before.w_read, atol=1e-20)


@pytest.mark.parametrize("spread, zeroes, rows, kept", [
    ("all", "first", [[1, 0, 1, 0], [1, 0, 1, 0]], [1, 1, 0, 1]), ("all", "all", [[1, 0, 1, 0]] * 2, [0, 1, 0, 1]),
    ("one each", "first", [[0, 0, 1, 0], [1, 0, 0, 0]], [1, 1, 0, 1]),
    ("one each", "all", [[0, 0, 1, 0], [1, 0, 0, 0]], [0, 1, 0, 1])])
def test_which_rows_two_heads_write_to_and_forget(spread, zeroes, rows, kept):
    """Two heads; the last usage is (0.2, 0.9, 0.1, 0.8), so the rows 2 and 0 are the least used, in this order."""
    design = lrua.Design(4, 3, 2, spread=spread, zeroes=zeroes)
    first = start(design, 1, "feedforward")._replace(u=np.array([[0.2, 0.9, 0.1, 0.8]]))
    w_least, keep = lrua.least(first, design)
    np.testing.assert_array_equal(np.broadcast_to(w_least, (1, 2, 4))[0], rows)
    np.testing.assert_array_equal(keep[0], kept)
    _, _, cache = lrua.forward(inputs(1, 1)[0], first, fixed_head(design, 0.0), design)
    np.testing.assert_allclose(cache.adding.w[0], rows, atol=1e-20)


@pytest.mark.parametrize("spread, share", [("all", 2), ("one each", 1)])
def test_the_usage_counts_what_was_read_and_written(spread, share):
    """Σ_i u_i = gamma Σ_i u'_i + R + Σ_h (g_h + (1 - g_h) n), n = R rows a head or one; and what was written, summed
    over heads, can be had from the trace.
    """
    design = lrua.Design(5, 2, 2, usage_decay=0.9, spread=spread)
    of, first, x = weights(design), start(design, 3), inputs(4, 3)
    _, cache = MEMORY.forward(x, of, first, design)
    trace = MEMORY.trace(cache)
    for t, step in enumerate(cache.steps):
        g = step.gate.g[..., 0]
        expected = 0.9 * trace.u[t].sum(axis=1) + 2 + (g + (1 - g) * share).sum(axis=1)
        np.testing.assert_allclose(trace.u[t + 1].sum(axis=1), expected, rtol=1e-13)
        np.testing.assert_allclose(trace.u[t + 1] - 0.9 * trace.u[t] - trace.w_read[t + 1].sum(axis=1),
                                   step.adding.w.sum(axis=1), atol=1e-13)


@pytest.mark.parametrize("size", [0.0, 1e-6, 1.0, 1e6])
def test_without_a_strength_no_weight_is_more_than_e_squared_times_another(size):
    """So on many rows the reading cannot sharpen: at most e² / (e² + L - 1) of it is on one row."""
    design, L = lrua.Design(40, 3), 40
    first = start(design, 4)
    _, cache = MEMORY.forward(inputs(5, 4), weights(design), first._replace(M=size * first.M), design)
    w = MEMORY.trace(cache).w_read[1:]
    assert (w.max(axis=-1) <= np.e**2 * w.min(axis=-1) * (1 + 1e-12)).all()
    assert (w.max(axis=-1) <= np.e**2 / (np.e**2 + L - 1) * (1 + 1e-12)).all()
    np.testing.assert_allclose(w.sum(axis=-1), 1, rtol=1e-14)


def test_the_bound_is_reached_and_a_strength_goes_past_it():
    k = np.array([300.0, 0.0])
    first = lrua.State(np.array([[k, -k, -k]]), np.array([[[1.0, 0, 0]]]), np.array([[2.0, 1, 3]]), np.zeros((1, 1, 2)),
                       None, None)
    free, held = (lrua.Design(3, 2, contents="identity", strength=strength) for strength in ("none", "softplus"))
    of = fixed_head(free, 1.0, k)
    w = lrua.forward(np.zeros((1, D)), first, of, free)[1].w_read[0, 0]
    np.testing.assert_allclose(w[0] / w[2], np.e**2, rtol=1e-9)
    stronger = of._replace(P=np.zeros((H, 4)), q=np.append(of.q, 5.0))
    w = lrua.forward(np.zeros((1, D)), first, stronger, held)[1].w_read[0, 0]
    np.testing.assert_allclose(w[0] / w[2], np.exp(2 * np.log1p(np.exp(5))), rtol=1e-9)


def test_outputs_jump_where_usages_cross_and_do_not_depend_on_them_elsewhere():
    """The usage acts through its order alone: the same bits on either side of a tie, another output across it, by as
    much for a step of 1e-12 as for one of 1e-2.
    """
    design = lrua.Design(3, 2)
    of, first, x = weights(design), start(design, 1), inputs(1, 1)

    def y(h):
        return MEMORY.forward(x, of, first._replace(u=np.array([[0.5 + h, 0.5, 0.9]])), design)[0]

    below, above = y(-1e-2), y(1e-2)
    assert np.abs(above - below).max() > 0.01
    for h in (1e-4, 1e-8, 1e-12):
        np.testing.assert_array_equal(y(-h), below)
        np.testing.assert_array_equal(y(h), above)
    np.testing.assert_array_equal(y(0.0), below)


def test_what_a_forgotten_row_held_has_no_gradient_and_no_effect():
    design = lrua.Design(4, 3)
    of, first, x = weights(design), start(design, 1), inputs(1, 1)
    y, cache = MEMORY.forward(x, of, first, design)
    row = int(np.argmin(first.u[0]))
    dM = MEMORY.backward(np.random.default_rng(1).standard_normal(y.shape), cache).dstart.M[0]
    assert not dM[row].any() and np.delete(dM, row, axis=0).all()
    M = first.M.copy()
    M[0, row] += 1e3
    np.testing.assert_array_equal(MEMORY.forward(x, of, first._replace(M=M), design)[0], y)


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_a_long_sequence_beside_the_equations_by_loops(design):
    of, first, x = weights(design), start(design, 3), inputs(25, 3)
    y, cache = MEMORY.forward(x, of, first, design)
    expected, usage = lrua_by_loops.through_time(x, of, first, design)
    np.testing.assert_allclose(y, expected, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(MEMORY.trace(cache).u[1:], usage, rtol=1e-9)


@pytest.mark.parametrize("options, error, message", [
    (dict(n_locations=0), ValueError, "n_locations is 0 but must be at least 1"),
    (dict(width=2.5), TypeError, "width is 2.5 but must be a whole number"),
    (dict(n_read_heads=0), ValueError, "n_read_heads is 0 but must be at least 1"),
    (dict(n_read_heads=5), ValueError, "n_read_heads is 5 but must be at most 4, n_locations"),
    (dict(usage_decay=1.01), ValueError, "usage_decay is 1.01 but must be at most 1"),
    (dict(usage_decay=-0.1), ValueError, "usage_decay is -0.1 but must be at least 0"),
    (dict(usage_decay=np.nan), ValueError, "usage_decay is nan but must be finite"),
    (dict(usage_decay="0.9"), TypeError, "usage_decay is '0.9' but must be a real number"),
    (dict(strength="beta"), ValueError, "strength is 'beta' but must be one of none, softplus, oneplus"),
    (dict(strength=None), ValueError, "strength is None but must be one of none, softplus, oneplus"),
    (dict(separate_add="no"), TypeError, "separate_add is 'no' but must be True or False"),
    (dict(contents="relu"), ValueError, "contents is 'relu' but must be one of tanh, identity"),
    (dict(spread="each"), ValueError, "spread is 'each' but must be one of all, one each"),
    (dict(zeroes="none"), ValueError, "zeroes is 'none' but must be one of first, all"),
])
def test_memories_that_cannot_be(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        lrua.Design(**{"n_locations": 4, "width": 3, **options})


@pytest.mark.parametrize("spoilt, error, message", [
    (dict(u=-np.ones((2, 4))), ValueError, "start.u must be in [0, inf], a usage, but is from -1 to -1"),
    (dict(u=np.ones((2, 5))), ValueError, "start.u has shape (2, 5) but must be (4,) or (2, 4)"),
    (dict(u=None), TypeError, "start.u is NoneType but must be an array of float64 like x"),
    (dict(u=np.ones((2, 4), np.float32)), TypeError, "start.u is float32 but must be an array of float64 like x"),
    (dict(M=np.ones((4, 2))), ValueError, "start.M has shape (4, 2) but must be (4, 3) or (2, 4, 3)"),
    (dict(w_read=np.ones((2, 1, 4, 1))), ValueError, "start.w_read has shape (2, 1, 4, 1) but must be (1, 4)"),
])
def test_starts_that_do_not_fit(spoilt, error, message):
    design = lrua.Design(4, 3)
    with pytest.raises(error, match=re.escape(message)):
        MEMORY.forward(inputs(2, 2), weights(design), start(design, 2)._replace(**spoilt), design)


def test_weights_of_another_design_do_not_fit():
    design, other = lrua.Design(4, 3), lrua.Design(4, 3, strength="oneplus")
    with pytest.raises(ValueError, match=re.escape("P has shape (3, 4) but must be (3, 5)")):
        MEMORY.forward(inputs(2, 2), weights(design), start(design, 2), other)
