"""Repeat copy: the layout case by case, the number's scale, and what an answer without memory costs."""

import numpy as np
import pytest

from ref.tasks.algorithms.repeat_copy import normalized, repeat_copy
from ref.tasks.algorithms.scoring import bits_per_sequence


@pytest.mark.parametrize("bits", [1, 8])
@pytest.mark.parametrize("R", [1, 2, 10, 20])
@pytest.mark.parametrize("L", [1, 3, 20])
def test_layout(L, R, bits):
    task = repeat_copy(L, R, bits)
    x, t, mask = task.sample(np.random.default_rng(0), 7)
    T = L + 1 + R * L + 1
    assert (task.n_inputs, task.n_outputs) == (bits + 2, bits + 1) and x.shape == (T, 7, bits + 2)
    assert t.shape == (T, 7, bits + 1)
    assert not x[:L, :, bits:].any() and not x[L, :, :bits].any() and not x[L + 1 :].any()
    assert np.all(x[L, :, bits] == 1) and np.all(x[L, :, bits + 1] == pytest.approx((R - 5.5) / 8.25**0.5))
    assert mask[L + 1 :].all() and not mask[: L + 1].any()
    for case in range(7):
        said = [x[step, case, :bits].tolist() + [0] for _ in range(R) for step in range(L)]
        assert t[L + 1 :, case].tolist() == said + [[0] * bits + [1]]


def test_the_number_has_mean_zero_and_variance_one():
    for by in ((1, 10), (2, 3), (5, 30)):
        numbers = [normalized(R, by) for R in range(by[0], by[1] + 1)]
        assert np.mean(numbers) == pytest.approx(0, abs=1e-14) and np.var(numbers) == pytest.approx(1, rel=1e-13)
        assert np.ptp(np.diff(numbers)) < 1e-14


def test_the_scale_does_not_depend_on_the_repeats_asked_for():
    """A network trained on 1 .. 10 repeats reads 20 on the scale that it knows."""
    number = {repeats: repeat_copy(2, repeats).sample(np.random.default_rng(0), 1)[0][2, 0, 9] for repeats in (7, 20)}
    assert number[7] == pytest.approx(1.5 / 8.25**0.5) and number[20] == pytest.approx(14.5 / 8.25**0.5)
    x = repeat_copy(2, 20, normalized_by=(1, 20)).sample(np.random.default_rng(0), 1)[0]
    assert x[2, 0, 9] == pytest.approx(9.5 / (399 / 12) ** 0.5)


def test_a_number_of_zero_is_still_an_input():
    x, _, _ = repeat_copy(3, 5, normalized_by=(1, 9)).sample(np.random.default_rng(0), 4)
    assert not x[3, :, 9].any() and np.all(x[3, :, 8] == 1)


def test_the_paper_s_sizes():
    task = repeat_copy()
    assert (task.n_inputs, task.n_outputs, task.sizes) == (10, 9, ((1, 10), (1, 10)))
    assert task.baseline == 8 * 5.5 * 5.5


def test_baseline_is_the_cost_of_an_answer_that_counts_but_remembers_no_vector():
    task = repeat_copy((1, 4), (1, 3), bits=3, lengths="case")
    x, t, mask = task.sample(np.random.default_rng(0), 20_000)
    z = np.zeros_like(t)
    end = t[..., -1] == 1
    z[..., -1] = np.where(end, 800, -800)
    z[end, :-1] = -800
    assert task.baseline == 3 * 2.5 * 2
    assert bits_per_sequence(z, t, mask) == pytest.approx(task.baseline, rel=0.02)
    z[..., 0] = np.where(end, -800, 0.4)
    assert bits_per_sequence(z, t, mask) > task.baseline + 0.05


def test_bad_arguments():
    for arguments, error, message in [
        (dict(length=0), ValueError, "length is 0 but must be at least 1"),
        (dict(repeats=(0, 3)), ValueError, r"repeats\[0\] is 0 but must be at least 1"),
        (dict(repeats=(4, 3)), ValueError, r"repeats is \(4, 3\) but its least, 4, must not be above its most, 3"),
        (dict(bits=0), ValueError, "bits is 0 but must be at least 1"),
        (dict(normalized_by=5), ValueError, "normalized_by is 5 but must be a range: one number has no variance"),
        (dict(normalized_by=(3, 3)), ValueError, r"normalized_by is \(3, 3\) but must be a range"),
    ]:
        with pytest.raises(error, match=message):
            repeat_copy(**arguments)
