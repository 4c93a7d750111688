"""Bits a sequence and wrong bits, against sums written out and against the masked loss."""

import numpy as np
import pytest

from ref.losses import Masked, logistic_cross_entropy
from ref.tasks.algorithms.scoring import (
    bits_of_each,
    bits_per_sequence,
    wrong_bits_of_each,
    wrong_bits_per_sequence,
)


def answers(seed=0, T=6, N=5, C=3, dtype=np.float64):
    rng = np.random.default_rng(seed)
    z, t = rng.standard_normal((T, N, C)).astype(dtype), rng.integers(2, size=(T, N, C)).astype(dtype)
    mask = rng.random((T, N)) < 0.5
    mask[-1] = True
    return z, t, mask


def test_by_hand():
    z, t, mask = answers()
    p = 1 / (1 + np.exp(-z))
    for case in range(5):
        bits = wrong = 0
        for step in range(6):
            for c in range(3):
                if mask[step, case]:
                    q = p[step, case, c] if t[step, case, c] else 1 - p[step, case, c]
                    bits -= np.log2(q)
                    wrong += q < 0.5
        assert bits_of_each(z, t, mask)[case] == pytest.approx(bits, rel=1e-12)
        assert wrong_bits_of_each(z, t, mask)[case] == wrong
    assert bits_per_sequence(z, t, mask) == pytest.approx(bits_of_each(z, t, mask).mean(), rel=1e-15)
    assert wrong_bits_per_sequence(z, t, mask) == wrong_bits_of_each(z, t, mask).mean() > 0


def test_it_is_the_masked_loss_in_bits():
    z, t, mask = answers(1)
    loss = Masked(logistic_cross_entropy).value(z, t, mask)
    assert bits_per_sequence(z, t, mask) == pytest.approx(loss / np.log(2), rel=1e-13)


def test_a_guess_costs_a_bit_a_bit():
    _, t, mask = answers(2)
    assert bits_of_each(np.zeros_like(t), t, mask) == pytest.approx(3 * mask.sum(axis=0), rel=1e-15)
    assert wrong_bits_of_each(-np.ones_like(t), t, mask).tolist() == np.sum(t * mask[..., None], axis=(0, 2)).tolist()


def test_sure_answers():
    _, t, mask = answers(3)
    z = 2000 * (t - 0.5)
    assert bits_per_sequence(z, t, mask) == wrong_bits_per_sequence(z, t, mask) == 0
    assert bits_per_sequence(-z, t, mask) == pytest.approx(1000 / np.log(2) * 3 * mask.sum() / 5, rel=1e-12)
    assert wrong_bits_per_sequence(-z, t, mask) == 3 * mask.sum() / 5


def test_not_a_number():
    z, t, mask = answers(4)
    z[~mask] = np.nan
    bits, wrong = bits_of_each(z, t, mask), wrong_bits_of_each(z, t, mask)
    assert np.isfinite(bits).all(), "steps without an answer are not looked at"
    z[-1, 2, 1] = np.nan
    assert np.isnan(bits_of_each(z, t, mask)).tolist() == [False, False, True, False, False]
    assert np.isnan(bits_per_sequence(z, t, mask))
    right = (answers(4)[0][-1, 2, 1] > 0) == (t[-1, 2, 1] == 1)
    assert wrong_bits_of_each(z, t, mask)[2] == wrong[2] + right
    nothing = np.full_like(t, np.nan)
    assert wrong_bits_of_each(nothing, t, mask).tolist() == (3 * mask.sum(axis=0)).tolist(), "NaN is wrong"


def test_single_precision():
    z, t, mask = answers(5, dtype=np.float32)
    assert bits_of_each(z, t, mask).dtype == np.float64
    assert bits_of_each(z, t, mask) == pytest.approx(bits_of_each(*(a.astype(float) for a in (z, t)), mask), rel=1e-6)
    long = np.zeros((3000, 3, 8), np.float32)
    bits = bits_of_each(long, long, np.ones((3000, 3), bool))
    assert bits == pytest.approx(np.full(3, 24_000), rel=1e-7), "summed in double"


@pytest.mark.parametrize("score", [bits_of_each, bits_per_sequence, wrong_bits_of_each, wrong_bits_per_sequence])
def test_bad_answers(score):
    z, t, mask = answers()
    none = np.array(mask)
    none[:, 3] = False
    for arguments, error, message in [
        ((z[0], t, mask), ValueError, r"z has shape \(5, 3\) but must be \(T, N, C\): time-major"),
        ((z, t[..., 0], mask), ValueError, r"t has shape \(6, 5\) but must be \(T, N, C\)"),
        ((z[:-1], t, mask), ValueError, r"z, t, mask have shapes \(5, 5, 3\), \(6, 5, 3\), \(6, 5\)"),
        ((z, t, mask.T), ValueError, r"z, t, mask have shapes \(6, 5, 3\), \(6, 5, 3\), \(5, 6\)"),
        ((z, t, mask.astype(int)), TypeError, "mask is int64 but must be bool"),
        ((z, t.astype(int), mask), TypeError, "t is int64"),
        ((z, np.where(t == 1, np.inf, t), mask), ValueError, "t must be finite"),
        ((z, t, none), ValueError, "mask selects no step of case 3: it has no answer"),
    ]:
        with pytest.raises(error, match=message):
            score(*arguments)
