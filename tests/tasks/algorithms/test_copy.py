"""Copy: the layout step by step, and what an answer without memory costs."""

import numpy as np
import pytest

from ref.tasks.algorithms.copy import copy
from ref.tasks.algorithms.scoring import bits_of_each, bits_per_sequence


@pytest.mark.parametrize("bits", [1, 8])
@pytest.mark.parametrize("L", [1, 2, 20, 40])
def test_layout(L, bits):
    task = copy(L, bits)
    x, t, mask = task.sample(np.random.default_rng(0), 30)
    assert (task.n_inputs, task.n_outputs) == (bits + 1, bits) and x.shape == (2 * L + 1, 30, bits + 1)
    assert np.all((x == 0) | (x == 1))
    assert np.all(x[L, :, bits] == 1) and not x[L, :, :bits].any(), "the flag"
    assert not np.delete(x, L, axis=0)[..., bits].any(), "and only there"
    assert mask[L + 1 :].all() and not mask[: L + 1].any() and not x[L + 1 :].any()
    np.testing.assert_array_equal(t[L + 1 :], x[:L, :, :bits])


def test_the_paper_s_sizes():
    task = copy()
    assert (task.n_inputs, task.n_outputs, task.sizes, task.baseline) == (9, 8, ((1, 20),), 84)
    lengths = {len(task.sample(np.random.default_rng(seed), 2)[0]) for seed in range(400)}
    assert lengths == set(range(3, 42, 2))


def test_bits_are_fair_and_independent():
    x, t, mask = copy(3, bits=2).sample(np.random.default_rng(0), 20_000)
    words = x[:3, :, :2].transpose(1, 0, 2).reshape(-1, 6).astype(int) @ 2 ** np.arange(6)
    np.testing.assert_allclose(np.bincount(words, minlength=64) / 20_000, 1 / 64, atol=0.004)


def test_baseline_is_the_cost_of_the_best_answer_without_memory():
    task = copy((1, 5), bits=4, lengths="case")
    x, t, mask = task.sample(np.random.default_rng(0), 20_000)
    z = np.zeros_like(t)
    each = bits_of_each(z, t, mask)
    assert each == pytest.approx(4 * mask.sum(axis=0), rel=1e-15)
    assert task.baseline == 12 and each.mean() == pytest.approx(12, rel=0.02)
    for preferred in (-0.3, 0.3):
        assert bits_per_sequence(z + preferred, t, mask) > each.mean() + 0.05, "preferring a bit does not help"


def test_bad_arguments():
    for arguments, error, message in [
        (dict(length=0), ValueError, "length is 0 but must be at least 1"),
        (dict(length=(5, 4)), ValueError, r"length is \(5, 4\) but its least, 5, must not be above its most, 4"),
        (dict(bits=0), ValueError, "bits is 0 but must be at least 1"),
        (dict(bits=8.0), TypeError, "bits is 8.0 but must be a whole number"),
    ]:
        with pytest.raises(error, match=message):
            copy(**arguments)
