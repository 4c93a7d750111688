"""Copy memory: the layout step by step, both inputs, and what an answer without memory costs."""

import pickle

import numpy as np
import pytest

from ref.losses import Masked, softmax_cross_entropy
from ref.tasks.sequences.copy_memory import accuracy, baseline, copy_memory

LENGTHS = [1, 2, 9, 50]


def draw(T=50, n=200, seed=0, **options):
    task = copy_memory(T, **options)
    return task, *task.sample(np.random.default_rng(seed), n)


@pytest.mark.parametrize("T", LENGTHS)
def test_layout(T):
    task, x, t, mask = draw(T)
    assert task.T == T and task.steps == T + 20 and (task.n_inputs, task.n_outputs) == (10, 9)
    assert x.shape == (T + 20, 200, 10) and t.shape == (T + 20, 200, 9) and mask.shape == (T + 20, 200)
    assert mask.dtype == bool and mask.all()
    for array in (x, t):
        assert np.all((array == 0) | (array == 1)) and np.all(array.sum(axis=-1) == 1)
    for symbols, targets in zip(x.argmax(axis=-1).T.tolist(), t.argmax(axis=-1).T.tolist()):
        word = symbols[:10]
        assert set(word) <= set(range(1, 9))
        assert symbols == word + [0] * (T - 1) + [9] + [0] * 10
        assert targets == [0] * (T + 10) + word


@pytest.mark.parametrize("T", LENGTHS)
def test_the_released_scalar_channel(T):
    task, x, t, mask = draw(T, inputs="scalar")
    _, one_hot, *same = draw(T)
    assert task.n_inputs == 1 and x.shape == (T + 20, 200, 1)
    np.testing.assert_array_equal(t, same[0])
    assert np.all(x[T + 9] == -1) and np.all(np.isin(x[:10], range(1, 9)))
    assert np.all(x[10 : T + 9] == 0) and np.all(x[T + 10 :] == 0)
    np.testing.assert_array_equal(x[:10, :, 0], one_hot[:10].argmax(axis=-1))


def test_symbols_are_uniform_and_independent():
    _, x, _, _ = draw(1, n=8000)
    symbols = x[:10].argmax(axis=-1)
    for place in range(10):
        np.testing.assert_allclose(np.bincount(symbols[place], minlength=10)[1:9] / 8000, 1 / 8, atol=0.015)
    pairs = np.bincount(8 * (symbols[0] - 1) + symbols[1] - 1, minlength=64) / 8000
    np.testing.assert_allclose(pairs, 1 / 64, atol=0.006)


@pytest.mark.parametrize("T", LENGTHS)
def test_baseline_is_the_loss_of_an_answer_without_memory(T):
    _, x, t, mask = draw(T)
    z = np.zeros_like(t)
    z[: T + 10, :, 0] = 800  # sure of the blank
    z[T + 10 :, :, 0] = -800  # one of the eight symbols, but which?
    total = Masked(softmax_cross_entropy).value(z, t, mask)
    assert total == pytest.approx(10 * np.log(8), rel=1e-12)
    assert baseline(T) == pytest.approx(total / (T + 20), rel=1e-12)
    z[T + 10 :, :, 3] += 0.5  # preferring a symbol does not help
    assert Masked(softmax_cross_entropy).value(z, t, mask) > total


def test_baselines_of_the_paper_s_lengths():
    numbers = {200: 0.094520, 500: 0.039989, 1000: 0.020387, 10_000: 0.002075}
    assert {T: round(baseline(T), 6) for T in numbers} == numbers


def test_accuracy_looks_at_the_last_ten_steps_alone():
    task, x, t, mask = draw(30, n=40)
    z = 8 * t - 4
    assert accuracy(task, z, t, mask) == 1 and task.wrong(z, t, mask) == 0
    z[:40] *= -1
    assert accuracy(task, z, t, mask) == 1 and task.wrong(z, t, mask) == pytest.approx(40 / 50)
    z[-1, :10] *= -1
    z[-10, 10] = np.nan
    assert accuracy(task, z, t, mask) == pytest.approx(1 - 11 / 400)
    assert mask.all(), "the caller's mask is left alone"


def test_accuracy_of_an_answer_without_memory_is_an_eighth():
    task, x, t, mask = draw(5, n=4000)
    z = np.zeros_like(t)
    z[..., 4] = 1
    assert accuracy(task, z, t, mask) == pytest.approx(1 / 8, abs=0.005)


def test_threshold():
    """A thousandth of the 10 symbols of each case, as a share of all its T + 20 steps."""
    assert copy_memory(480).threshold == pytest.approx(0.001 * 10 / 500)


@pytest.mark.parametrize("inputs", ["one_hot", "scalar"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_draws_the_same(inputs, dtype):
    _, x, t, _ = draw(dtype=dtype, inputs=inputs)
    assert x.dtype == t.dtype == dtype
    np.testing.assert_array_equal(x, draw(inputs=inputs)[1])


def test_same_seed_same_bytes_in_another_process_too():
    task, *first = draw(seed=3)
    again = pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 200)
    for a, b in zip(first, again):
        assert a.tobytes() == b.tobytes()
    assert not np.array_equal(draw(seed=4)[1], first[0])
    rng = np.random.default_rng(3)
    task.sample(rng, 200)
    assert not np.array_equal(task.sample(rng, 200)[0], first[0]), "the next batch is a fresh one"


def test_bad_arguments():
    for T in (0, -5):
        with pytest.raises(ValueError, match=f"T is {T} but must be at least 1"):
            copy_memory(T)
        with pytest.raises(ValueError, match=f"T is {T} but must be at least 1"):
            baseline(T)
    with pytest.raises(TypeError, match="T is 10.0 but must be a whole number"):
        copy_memory(10.0)
    with pytest.raises(ValueError, match="inputs is 'onehot' but must be one of 'one_hot', 'scalar'"):
        copy_memory(10, inputs="onehot")
    with pytest.raises(TypeError, match="dtype is int32"):
        copy_memory(10, dtype=np.int32)
    with pytest.raises(ValueError, match="n is 0"):
        copy_memory(10).sample(np.random.default_rng(0), 0)
    task, x, t, mask = draw(10, n=3)
    with pytest.raises(ValueError, match="z has shape"):
        accuracy(task, t[:-1], t, mask)
