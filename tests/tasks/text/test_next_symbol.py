"""Rows of codes as inputs and targets, by loops; and bits a character."""

from functools import partial

import numpy as np
import pytest

from ref.losses import Masked, softmax_cross_entropy
from ref.tasks.text.next_symbol import bits_per_character, next_symbol_task, next_symbols, stored_rows

ROWS = np.array([[0, 3, 1, 2, 2], [2, 1, -1, -1, -1], [3, 0, 0, 3, -1]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_against_loops(dtype):
    x, t, mask = next_symbols(ROWS, 4, dtype)
    assert x.shape == t.shape == (4, 3, 4) and mask.shape == (4, 3)
    assert x.dtype == t.dtype == dtype and mask.dtype == bool
    for n in range(3):
        for k in range(4):
            present, following = ROWS[n, k], ROWS[n, k + 1]
            there = following != -1
            assert mask[k, n] == there
            assert x[k, n].tolist() == [float(there and c == present) for c in range(4)]
            assert t[k, n].tolist() == [float(there and c == following) for c in range(4)]


def test_a_row_may_end_before_it_has_a_target():
    x, t, mask = next_symbols(np.array([[1, -1], [0, 1]]), 2)
    assert mask.tolist() == [[False, True]] and np.all(x[:, 0] == 0) and np.all(t[:, 0] == 0)


def test_a_task_of_stored_rows():
    rows = np.random.default_rng(0).integers(5, size=(9, 7))
    task = next_symbol_task("test", 6, 5, partial(stored_rows, rows=rows), np.float32)
    x, t, mask = task.sample(np.random.default_rng(1), 9)
    assert x.dtype == np.float32 and x.shape == (6, 9, 5) and mask.all()
    drawn = np.concatenate([x.argmax(axis=-1), t[-1:].argmax(axis=-1)]).T.tolist()
    assert sorted(drawn) == sorted(rows.tolist()) and drawn != rows.tolist()
    assert not task.wrong(8 * t - 4, t, mask) < task.threshold, "never solved"
    with pytest.raises(ValueError, match="n is 10 but there are only 9 cases"):
        task.sample(np.random.default_rng(1), 10)


@pytest.mark.parametrize("C", [2, 8, 50])
def test_a_uniform_answer_costs_log2_of_the_alphabet(C):
    rng = np.random.default_rng(C)
    rows = rng.integers(C, size=(6, 11))
    rows[2, 5:] = rows[4, 1:] = -1
    x, t, mask = next_symbols(rows, C)
    loss = Masked(softmax_cross_entropy)
    assert bits_per_character(loss.value(np.zeros_like(t), t, mask), mask) == pytest.approx(np.log2(C), rel=1e-12)


def test_bits_are_the_mean_over_targets():
    rng = np.random.default_rng(0)
    x, t, mask = next_symbols(ROWS, 4)
    z = rng.standard_normal(t.shape)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    bits = [-np.log2(p[k, n, ROWS[n, k + 1]]) for n in range(3) for k in range(4) if ROWS[n, k + 1] != -1]
    assert len(bits) == 8
    cross_entropy = Masked(softmax_cross_entropy).value(z, t, mask)
    assert bits_per_character(cross_entropy, mask) == pytest.approx(np.mean(bits), rel=1e-12)
    assert np.isnan(bits_per_character(np.nan, mask)), "a network that has diverged"


def test_bad_bits():
    mask = np.ones((3, 2), bool)
    for call, error, message in [
        (lambda: bits_per_character(-0.1, mask), ValueError, "cross_entropy is -0.1 but must be at least 0"),
        (lambda: bits_per_character(np.inf, mask), ValueError, "cross_entropy is inf"),
        (lambda: bits_per_character("1", mask), TypeError, "cross_entropy is '1'"),
        (lambda: bits_per_character(1.0, ~mask), ValueError, "mask selects no step"),
        (lambda: bits_per_character(1.0, mask.astype(float)), TypeError, "mask is float64"),
        (lambda: bits_per_character(1.0, mask[0]), TypeError, r"mask is bool of the shape \(2,\)"),
    ]:
        with pytest.raises(error, match=message):
            call()


@pytest.mark.parametrize("rows, error, message", [
    (ROWS.astype(float), TypeError, "rows is float64 but must be whole numbers"),
    (ROWS[0], ValueError, r"rows has shape \(5,\) but must be \(N, T \+ 1\)"),
    (ROWS[:, :1], ValueError, r"rows has shape \(3, 1\)"),
    (ROWS[:0], ValueError, r"rows has shape \(0, 5\)"),
    (ROWS + 1, ValueError, "rows has the code 4 but codes must be below C = 4"),
    (ROWS - 1, ValueError, "rows has the code -2 but codes must be at least 0, or -1 after the end"),
    (ROWS[:, ::-1], ValueError, r"rows\[1\] goes on after its end"),
])
def test_bad_rows(rows, error, message):
    with pytest.raises(error, match=message):
        next_symbols(rows, 4)


def test_other_bad_arguments():
    with pytest.raises(ValueError, match="C is 1 but must be at least 2"):
        next_symbols(np.zeros((2, 3), int), 1)
    with pytest.raises(TypeError, match="dtype is int8"):
        next_symbols(ROWS, 4, np.int8)
    with pytest.raises(ValueError, match="T is 0"):
        next_symbol_task("test", 0, 4, stored_rows)
