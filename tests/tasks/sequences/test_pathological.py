"""The pathological tasks: targets worked out again from the inputs, case by case, and the layout of every step."""

import pickle

import numpy as np
import pytest

from ref.tasks.sequences.pathological import TASKS, digits
from ref.tasks.sequences.sequence_task import SequenceTask

OPERANDS = {"addition": lambda a, b: a + b, "multiplication": lambda a, b: a * b, "xor": lambda a, b: (a + b) % 2}
ORDERS = {"temporal_order": [(1, 10), (40, 50)], "temporal_order_3bit": [(1, 10), (30, 40), (50, 60)]}
MEMORIES = {"memorisation_5bit": (5, 2), "memorisation_20bit": (10, 5)}
LENGTHS = [30, 50, 77, 200]
every_task = pytest.mark.parametrize("name", TASKS)
every_length = pytest.mark.parametrize("T", LENGTHS)


def draw(name, T, n=200, seed=0, dtype=np.float64):
    task = TASKS[name](T, dtype)
    return task, *task.sample(np.random.default_rng(seed), n)


def perfect(task, t):
    """Outputs z whose answers are all right."""
    return t.copy() if task.loss_name == "squared_error" else 8 * t - 4


def the_only_step(mask):
    """The step (N,) that the mask selects in each case, where it selects one."""
    assert np.all(mask.sum(axis=0) == 1)
    return mask.argmax(axis=0)


def assert_one_hot(x):
    assert np.all((x == 0) | (x == 1)) and np.all(x.sum(axis=-1) == 1)


def assert_fills(positions, low, high):
    """All positions lie in [low, high), and where there are few places each is taken."""
    assert low <= min(positions) and max(positions) < high
    if high - low <= 20:
        assert set(positions) == set(range(low, high))


@every_task
@every_length
def test_shapes(name, T):
    task, x, t, mask = draw(name, T, n=7)
    assert isinstance(task, SequenceTask) and task.name == name and task.T == T
    assert x.shape == (task.steps, 7, task.n_inputs) and t.shape == (task.steps, 7, task.n_outputs)
    assert mask.shape == (task.steps, 7) and mask.dtype == bool
    assert np.all(t[~mask] == 0) and np.isfinite(x).all() and np.isfinite(t).all()
    percent = {"xor": 55, "random_permutation": 100, **dict.fromkeys(MEMORIES, 100)}.get(name, 110)
    assert task.steps == percent * T // 100


@every_length
@pytest.mark.parametrize("name", OPERANDS)
def test_operands(name, T):
    def f(percent):
        return T * percent // 100

    task, x, t, mask = draw(name, T, n=2000)
    ends = the_only_step(mask)
    firsts, seconds = [], []
    for n in range(2000):
        value, marker = x[:, n].T
        first, second = np.flatnonzero(marker == 1)
        assert np.flatnonzero(marker == -1).tolist() == [0, ends[n] - 3]
        assert np.count_nonzero(marker) == 4
        assert t[ends[n], n, 0] == OPERANDS[name](value[first], value[second])
        firsts.append(first), seconds.append(second)
    first_second_end = [(10, 50), (100, 110)] if name != "xor" else [(15, 25), (50, 55)]
    assert_fills(firsts, max(1, f(1)), f(10))
    for positions, (low, high) in zip((seconds, ends), first_second_end):
        assert_fills(positions, f(low), f(high))
    if name == "xor":
        assert set(np.unique(x[..., 0])) == {0, 1} and abs(x[..., 0].mean() - 0.5) < 0.02
    else:
        assert x[..., 0].min() >= 0 and x[..., 0].max() < 1 and abs(x[..., 0].mean() - 0.5) < 0.02
        assert abs(x[..., 0].var() - 1 / 12) < 0.005


@every_length
@pytest.mark.parametrize("name", ORDERS)
def test_temporal_order(name, T):
    task, x, t, mask = draw(name, T, n=1600)
    bits, ends = len(ORDERS[name]), the_only_step(mask)
    assert_one_hot(x)
    assert_one_hot(t[mask])
    symbols, classes = x.argmax(axis=-1), t[mask.argmax(axis=0), np.arange(1600)].argmax(axis=-1)
    places = []
    for n in range(1600):
        marked = np.flatnonzero((symbols[:, n] == 4) | (symbols[:, n] == 5))
        assert len(marked) == bits
        word = "".join("XY"[s - 4] for s in symbols[marked, n])
        assert word == "".join("XY"[int(b)] for b in f"{classes[n]:0{bits}b}"), "the class spells the symbols in order"
        assert np.flatnonzero(symbols[:, n] == 6).tolist() == [ends[n] - (1 if bits == 2 else 0)]
        assert np.flatnonzero(symbols[:, n] == 7).tolist() == [0]
        places.append(marked)
    for positions, (low, high) in zip(np.transpose(places), ORDERS[name]):
        assert_fills(positions, max(1, T * low // 100), T * high // 100 + 1)
    assert_fills(ends, T, 110 * T // 100)
    assert np.all(np.bincount(classes) == 1600 / 2**bits), "every class equally often"
    np.testing.assert_allclose(np.bincount(symbols.ravel())[:4] / np.sum(symbols < 4), 0.25, atol=0.02)


@every_length
def test_random_permutation(T):
    task, x, t, mask = draw("random_permutation", T, n=300)
    assert_one_hot(x)
    assert mask.all()
    symbols, targets = x.argmax(axis=-1), t.argmax(axis=-1)
    assert_one_hot(t)
    np.testing.assert_array_equal(np.bincount(symbols[0]), [150, 150])
    assert set(symbols[1:].ravel()) == set(range(2, 100))
    for n in range(300):
        assert targets[:, n].tolist() == symbols[1:, n].tolist() + [symbols[0, n]]
    assert any(len(set(case)) < T - 1 for case in symbols[1:].T), "drawn independently, so some symbol comes twice"


@every_length
@pytest.mark.parametrize("name", MEMORIES)
def test_memorisation(name, T):
    K, S = MEMORIES[name]
    task, x, t, mask = draw(name, T, n=320)
    assert mask.all()
    assert_one_hot(x)
    assert_one_hot(t)
    for symbols, targets in zip(x.argmax(axis=-1).T, t.argmax(axis=-1).T):
        word = symbols[:K].tolist()
        assert max(word) < S
        assert symbols.tolist() == word + [S] * (T - 2 * K - 1) + [S + 1] + [S] * K
        assert targets.tolist() == [S] * (T - K) + word
    words = {tuple(word) for word in x[:K].argmax(axis=-1).T}
    assert len(words) == 32 if S == 2 else len(words) > 300


@pytest.mark.parametrize("rounds", [1, 3])
def test_five_bits_holds_every_pattern_equally_often(rounds):
    _, x, _, _ = draw("memorisation_5bit", 30, n=32 * rounds)
    words, counts = np.unique(x[:5].argmax(axis=-1).T, axis=0, return_counts=True)
    assert len(words) == 32 and np.all(counts == rounds)


def test_a_batch_smaller_than_a_round_is_drawn_at_random():
    words = [draw("memorisation_5bit", 30, n=10, seed=seed)[1][:5].argmax(axis=-1).T.tolist() for seed in range(20)]
    assert len({tuple(word) for batch in words for word in batch}) == 32
    firsts = {draw("random_permutation", 30, n=1, seed=seed)[1][0, 0].argmax() for seed in range(20)}
    assert firsts == {0, 1}


def test_digits():
    assert digits(np.array([0, 5, 26]), 3, 3).T.tolist() == [[0, 0, 0], [0, 1, 2], [2, 2, 2]]


@every_task
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_draws_the_same(name, dtype):
    _, x, t, mask = draw(name, 40, dtype=dtype)
    _, x64, t64, mask64 = draw(name, 40)
    assert x.dtype == t.dtype == dtype
    np.testing.assert_array_equal(x, x64.astype(dtype))
    np.testing.assert_allclose(t, t64, rtol=4 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(mask, mask64)


@every_task
def test_same_seed_same_bytes(name):
    first, again, other = (draw(name, 40, seed=seed)[1:] for seed in (3, 3, 4))
    for a, b in zip(first, again):
        assert a.tobytes() == b.tobytes()
    assert not np.array_equal(first[0], other[0])
    rng = np.random.default_rng(3)
    task = TASKS[name](40)
    task.sample(rng, 200)
    assert not np.array_equal(task.sample(rng, 200)[0], first[0]), "the next batch is a fresh one"


@every_task
def test_a_task_travels_between_processes(name):
    task = pickle.loads(pickle.dumps(TASKS[name](40)))
    assert task == TASKS[name](40)
    np.testing.assert_array_equal(task.sample(np.random.default_rng(0), 5)[0], draw(name, 40, n=5)[1])


@pytest.mark.parametrize("name, least", [
    ("addition", 20), ("multiplication", 20), ("xor", 20), ("temporal_order", 10), ("temporal_order_3bit", 10),
    ("random_permutation", 2), ("memorisation_5bit", 11), ("memorisation_20bit", 21)])
def test_length(name, least):
    task, x, t, mask = draw(name, least, n=100)
    assert task.wrong(perfect(task, t), t, mask) == 0
    for T in (least - 1, 0, -5):
        with pytest.raises(ValueError, match=f"T is {T} but must be at least {least}"):
            TASKS[name](T)
    for T in (40.0, "40", True):
        with pytest.raises(TypeError, match="T is .* but must be a whole number"):
            TASKS[name](T)
    with pytest.raises(TypeError, match="dtype is int32"):
        TASKS[name](40, np.int32)


def test_the_shortest_lengths_keep_their_layout():
    test_operands("addition", 20)
    test_operands("xor", 20)
    test_temporal_order("temporal_order", 10)
    test_temporal_order("temporal_order_3bit", 10)
    test_memorisation("memorisation_5bit", 11)
    test_random_permutation(60)


@every_task
def test_bad_draws(name):
    task, rng = TASKS[name](40), np.random.default_rng(0)
    for n in (0, -1):
        with pytest.raises(ValueError, match=f"n is {n} but must be at least 1"):
            task.sample(rng, n)
    with pytest.raises(TypeError, match="n is 1.5"):
        task.sample(rng, 1.5)
    with pytest.raises(TypeError, match="rng is 0 but must be a numpy.random.Generator"):
        task.sample(0, 5)
