"""Adding: targets worked out again case by case, one marker in each half, and the best constant answer."""

import pickle

import numpy as np
import pytest

from ref.losses import Masked, squared_error
from ref.tasks.sequences.adding import adding, baseline

LENGTHS = [2, 3, 10, 51, 200]


def draw(T=20, n=2000, seed=0, **options):
    task = adding(T, **options)
    return task, *task.sample(np.random.default_rng(seed), n)


@pytest.mark.parametrize("outputs, rows", [("last", lambda T: 1), ("all", lambda T: T)])
@pytest.mark.parametrize("half_sum", [False, True])
@pytest.mark.parametrize("T", LENGTHS)
def test_layout(T, half_sum, outputs, rows):
    task, x, t, mask = draw(T, half_sum=half_sum, outputs=outputs)
    assert task.steps == task.T == T and (task.n_inputs, task.n_outputs) == (2, 1) and task.outputs == outputs
    assert x.shape == (T, 2000, 2) and t.shape == (rows(T), 2000, 1) and mask.shape == (rows(T), 2000)
    assert mask[-1].all() and not mask[:-1].any() and np.all(t[:-1] == 0)
    for (value, marker), target in zip(x.transpose(1, 2, 0), t[-1, :, 0]):
        a, b = np.flatnonzero(marker)
        assert marker[a] == marker[b] == 1 and a < T // 2 <= b
        assert target == pytest.approx((value[a] + value[b]) / (2 if half_sum else 1), rel=1e-15)


@pytest.mark.parametrize("T", [2, 3, 10])
def test_markers_come_everywhere_in_their_half(T):
    _, x, _, _ = draw(T)
    a = x[: T // 2, :, 1].argmax(axis=0)
    b = T // 2 + x[T // 2 :, :, 1].argmax(axis=0)
    counts = np.bincount(np.append(a, b), minlength=T)
    expected = np.repeat([2000 / (T // 2), 2000 / (T - T // 2)], [T // 2, T - T // 2])
    np.testing.assert_allclose(counts, expected, rtol=0.2)
    if T > 3:
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.08


def test_values_are_uniform():
    _, x, _, _ = draw(200, n=500)
    values = x[..., 0]
    assert values.min() >= 0 and values.max() < 1
    np.testing.assert_allclose(np.histogram(values, bins=10, range=(0, 1))[0] / values.size, 0.1, atol=0.005)


@pytest.mark.parametrize("half_sum, constant, variance", [(False, 1.0, 1 / 6), (True, 0.5, 1 / 24)])
def test_baseline_is_the_error_of_the_best_constant(half_sum, constant, variance):
    assert baseline(half_sum) == pytest.approx(variance, rel=1e-15)
    _, x, t, mask = draw(2, n=200_000, half_sum=half_sum)
    loss = Masked(squared_error)
    errors = {shift: 2 * loss.value(np.full_like(t, constant + shift), t, mask) for shift in (-0.02, 0, 0.02)}
    assert errors[0] == pytest.approx(variance, rel=0.01), "squared_error has the factor 1/2"
    assert min(errors, key=errors.get) == 0
    assert errors[0] == pytest.approx(np.var(t), rel=1e-3)


def test_wrong():
    task, x, t, mask = draw(n=50)
    z = t + 0.039
    assert task.wrong(z, t, mask) == 0
    z[0, :5] += 0.002
    assert task.wrong(z, t, mask) == pytest.approx(0.1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_draws_the_same(dtype):
    _, x, t, mask = draw(dtype=dtype)
    _, x64, t64, _ = draw()
    assert x.dtype == t.dtype == dtype
    np.testing.assert_array_equal(x, x64.astype(dtype))
    np.testing.assert_allclose(t, t64, rtol=4 * np.finfo(dtype).eps)


def test_same_seed_same_bytes_in_another_process_too():
    task, *first = draw(seed=3)
    for a, b in zip(first, pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 2000)):
        assert a.tobytes() == b.tobytes()
    assert not np.array_equal(draw(seed=4)[1], first[0])
    np.testing.assert_array_equal(draw(seed=3, outputs="all")[1], first[0])
    np.testing.assert_array_equal(draw(seed=3, half_sum=True)[1], first[0])


def test_names_tell_the_targets_apart():
    assert adding(10).name == "adding" and adding(10, half_sum=True).name == "adding_half_sum"


def test_bad_arguments():
    for T in (1, 0, -3):
        with pytest.raises(ValueError, match=f"T is {T} but must be at least 2"):
            adding(T)
    with pytest.raises(TypeError, match="T is '10'"):
        adding("10")
    with pytest.raises(ValueError, match="outputs is 'end' but must be 'all' or 'last'"):
        adding(10, outputs="end")
    for call in (lambda: adding(10, half_sum=2), lambda: baseline(0.5)):
        with pytest.raises(TypeError, match="half_sum is .* but must be True or False"):
            call()
    with pytest.raises(TypeError, match="dtype is int64"):
        adding(10, dtype=np.int64)
