"""Priority sort: sorted again by Python, case by case, and what a guess costs."""

import numpy as np
import pytest

from ref.tasks.algorithms.priority_sort import priority_sort
from ref.tasks.algorithms.scoring import bits_of_each, bits_per_sequence


@pytest.mark.parametrize("L, K, bits", [(20, 16, 8), (5, 5, 3), (1, 1, 1), (7, 2, 4)])
def test_layout(L, K, bits):
    task = priority_sort(L, K, bits)
    x, t, mask = task.sample(np.random.default_rng(0), 40)
    assert (task.n_inputs, task.n_outputs, task.baseline) == (bits + 2, bits, bits * K)
    assert x.shape == (L + K + 1, 40, bits + 2) and t.shape == (L + K + 1, 40, bits)
    assert np.all(x[L, :, bits + 1] == 1) and not x[L, :, : bits + 1].any() and not x[L + 1 :].any()
    assert not x[:L, :, bits + 1].any() and mask[L + 1 :].all() and not mask[: L + 1].any()
    for case in range(40):
        shown = sorted(x[:L, case].tolist(), key=lambda row: row[bits], reverse=True)
        assert t[L + 1 :, case].tolist() == [row[:bits] for row in shown[:K]]


def test_the_paper_s_sizes():
    task = priority_sort()
    assert (task.n_inputs, task.n_outputs, task.baseline) == (10, 8, 128)
    assert len(task.sample(np.random.default_rng(0), 2)[0]) == 37


def test_priorities_are_uniform_and_say_nothing_of_the_bits():
    x, _, _ = priority_sort(20).sample(np.random.default_rng(0), 3000)
    p = x[:20, :, 8]
    assert p.min() >= -1 and p.max() <= 1
    np.testing.assert_allclose(np.histogram(p, bins=10, range=(-1, 1))[0] / p.size, 0.1, atol=0.005)
    high = x[:20, :, :8][p > 0]
    np.testing.assert_allclose(high.mean(axis=0), 0.5, atol=0.01)


def test_baseline_is_the_cost_of_a_guess_and_the_input_s_own_order_is_no_better():
    task = priority_sort(6, 4, bits=3)
    x, t, mask = task.sample(np.random.default_rng(0), 4000)
    assert bits_of_each(np.zeros_like(t), t, mask) == pytest.approx(np.full(4000, 12), rel=1e-14)
    z = np.zeros_like(t)
    z[-4:] = 0.6 * (x[:4, :, :3] - 0.5)
    unsorted = bits_per_sequence(z, t, mask)
    assert unsorted < 12, "one in six is where it was: even a little of it helps"
    z[-4:] = 20 * (x[:4, :, :3] - 0.5)
    assert bits_per_sequence(z, t, mask) > 12


def test_longer_ones():
    task = priority_sort((4, 9), answers=4, lengths="case")
    x, _, mask = task.sample(np.random.default_rng(0), 200)
    flags = x[..., 9].argmax(axis=0)
    assert set(flags) == set(range(4, 10)) and np.all(mask.sum(axis=0) == 4)


def test_bad_arguments():
    for arguments, error, message in [
        (dict(length=0), ValueError, "length is 0 but must be at least 1"),
        (dict(length=10), ValueError, "answers is 16 but must be at most 10, the least length"),
        (dict(length=(10, 20), answers=11), ValueError, "answers is 11 but must be at most 10, the least length"),
        (dict(length=(20, 18)), ValueError, r"length is \(20, 18\) but its least, 20, must not be above its most, 18"),
        (dict(answers=0), ValueError, "answers is 0 but must be at least 1"),
        (dict(bits=0), ValueError, "bits is 0 but must be at least 1"),
    ]:
        with pytest.raises(error, match=message):
            priority_sort(**arguments)
