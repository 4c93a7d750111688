"""The Markov source: entropies against closed forms and against sums over all sequences, and long samples of it."""

import itertools
import pickle

import numpy as np
import pytest

from ref.losses import Masked, softmax_cross_entropy
from ref.tasks.text.markov import MarkovSource
from ref.tasks.text.next_symbol import bits_per_character

SOURCES = [(2, 1), (5, 1), (2, 2), (3, 2), (2, 3)]
every_source = pytest.mark.parametrize("C, order", SOURCES)


def H(*p):
    return -sum(q * np.log2(q) for q in p if q > 0)


@pytest.mark.parametrize("a, b", [(0.1, 0.4), (0.5, 0.5), (1e-9, 1e-3), (1.0, 0.3)])
def test_a_chain_of_two_states(a, b):
    source = MarkovSource(np.array([[1 - a, a], [b, 1 - b]]))
    np.testing.assert_allclose(source.stationary, [b / (a + b), a / (a + b)], rtol=1e-9)
    expected = (b * H(a, 1 - a) + a * H(b, 1 - b)) / (a + b)
    assert source.entropy_rate() == pytest.approx(expected, rel=1e-9)
    assert source.floor(7) == pytest.approx(expected, rel=1e-9)
    assert source.entropy(0) == pytest.approx(H(b / (a + b), a / (a + b)), rel=1e-9)


def test_independent_symbols_and_a_cycle():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    for order in (1, 2):
        source = MarkovSource(np.tile(p, (4**order, 1)))
        assert source.order == order and source.C == 4
        assert source.entropy_rate() == pytest.approx(1.75, rel=1e-14) == source.entropy(0)
    cycle = MarkovSource(np.roll(np.eye(5), 1, axis=1))
    assert cycle.entropy_rate() == 0 and cycle.entropy(0) == pytest.approx(np.log2(5), rel=1e-12)
    codes = cycle.sample(np.random.default_rng(0), 20, 12)
    assert np.all(np.diff(codes) % 5 == 1)


def test_doubly_stochastic_is_uniform():
    """Rows and columns sum to 1: then π is uniform, and the rate is the mean of the rows' entropies."""
    P = np.array([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2], [0.2, 0.1, 0.7]])
    source = MarkovSource(P)
    np.testing.assert_allclose(source.stationary, 1 / 3, rtol=1e-13)
    assert source.entropy_rate() == pytest.approx(H(0.7, 0.2, 0.1), rel=1e-13)


def test_order_one_written_as_order_two():
    first = MarkovSource.random(4, seed=3)
    second = MarkovSource(np.tile(first.transition, (4, 1)))  # the older symbol is the most significant, and ignored
    assert second.order == 2
    assert second.entropy_rate() == pytest.approx(first.entropy_rate(), rel=1e-12)
    pairs = first.stationary[:, None] * first.transition
    np.testing.assert_allclose(second.stationary.reshape(4, 4), pairs, atol=1e-14)
    assert second.floor(5) == pytest.approx(first.floor(5), rel=1e-12)


def all_sequences(source, length):
    """(codes, probability) of every sequence, π by a long power iteration and the chain rule."""
    C, k = source.C, source.order
    pi = np.full((C,) * k, C**-k)
    P = source.transition.reshape((C,) * (k + 1))
    for _ in range(5000):
        pi = np.einsum("i...,i...s->...s", pi, P) if k > 1 else pi @ P
    for codes in itertools.product(range(C), repeat=max(length, k)):
        probability = pi[codes[:k]]
        for j in range(k, length):
            probability *= P[codes[j - k : j + 1]]
        yield codes, probability


@every_source
@pytest.mark.parametrize("T", [1, 2, 3, 5])
def test_the_floor_against_the_entropy_of_all_sequences(C, order, T):
    """H(c_0 .. c_T) = H(c_0) + T floor(T): the chain rule."""
    source = MarkovSource.random(C, order, seed=1, concentration=1.0)

    def block(length):
        total = {}
        for codes, probability in all_sequences(source, length):
            total[codes[:length]] = total.get(codes[:length], 0) + probability
        assert sum(total.values()) == pytest.approx(1, rel=1e-9)
        return H(*total.values())

    assert T * source.floor(T) == pytest.approx(block(T + 1) - block(1), rel=1e-8)
    assert source.floor(T) >= source.entropy_rate() - 1e-12
    assert source.entropy(0) == pytest.approx(block(1), rel=1e-8)


@every_source
def test_the_best_model_reaches_the_floor_on_a_long_sample_and_no_other_does(C, order):
    source = MarkovSource.random(C, order, seed=2, concentration=0.5)
    task = source.task(40)
    x, t, mask = task.sample(np.random.default_rng(0), 4000)
    z = source.predict(x)
    loss = Masked(softmax_cross_entropy)

    each = np.array([loss.value(z[:, n : n + 1], t[:, n : n + 1], mask[:, n : n + 1]) for n in range(1000)])
    standard_error = each.std() / np.sqrt(4000) / (40 * np.log(2))
    bits = bits_per_character(loss.value(z, t, mask), mask)
    assert standard_error < 0.01
    assert abs(bits - source.floor(40)) < 4 * standard_error

    worse = bits_per_character(loss.value(z + 0.3 * np.random.default_rng(1).standard_normal(C), t, mask), mask)
    assert worse > bits + 1e-4
    if order > 1:
        shorter = np.log(source.next_given(1))[x.argmax(axis=-1)]
        assert bits_per_character(loss.value(shorter, t, mask), mask) == pytest.approx(source.entropy(1), abs=0.02)
        assert source.entropy(1) > source.entropy_rate() + 0.01


@every_source
def test_samples_follow_the_transition_and_start_stationary(C, order):
    source = MarkovSource.random(C, order, seed=5, concentration=1.0)
    codes = source.sample(np.random.default_rng(0), 40_000, order + 2)
    numbers = C ** np.arange(order - 1, -1, -1)
    for start in (0, 2):  # the first symbols, and those after two steps
        share = np.bincount(codes[:, start : start + order] @ numbers, minlength=C**order) / 40_000
        np.testing.assert_allclose(share, source.stationary, atol=5 * np.sqrt(0.25 / 40_000))
    context, following = codes[:, :order] @ numbers, codes[:, order]
    for number in range(C**order):
        seen = following[context == number]
        np.testing.assert_allclose(np.bincount(seen, minlength=C) / len(seen), source.transition[number],
                                   atol=5 * np.sqrt(0.25 / len(seen)))


@every_source
def test_predict_against_conditional_probabilities_of_all_sequences(C, order):
    source = MarkovSource.random(C, order, seed=4, concentration=1.0)
    T = order + 1
    codes = np.array(list(itertools.product(range(C), repeat=T)))
    p = np.exp(source.predict(np.eye(C)[codes.T]))
    joint = dict(all_sequences(source, T + 1))
    for n, word in enumerate(map(tuple, codes)):
        for j in range(T):
            follow = np.array([sum(q for key, q in joint.items() if key[: j + 2] == word[: j + 1] + (s,))
                               for s in range(C)])
            np.testing.assert_allclose(p[j, n], follow / follow.sum(), rtol=1e-7)


def test_what_never_happens_is_never_drawn():
    P = np.array([[0.0, 1.0, 0.0], [0.3, 0.0, 0.7], [0.0, 1.0, 0.0]])
    codes = MarkovSource(P).sample(np.random.default_rng(0), 500, 200)
    assert not np.any(P[codes[:, :-1], codes[:, 1:]] == 0)
    transient = MarkovSource(np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(transient.stationary, [0, 0.5, 0.5], atol=1e-15)
    assert transient.entropy_rate() == 0 and 0 not in transient.sample(np.random.default_rng(0), 100, 5)
    x, t, mask = transient.task(5).sample(np.random.default_rng(0), 10)
    assert Masked(softmax_cross_entropy).value(transient.predict(x), t, mask) == 0


def test_concentration_and_seed():
    rates = [MarkovSource.random(8, concentration=c).entropy_rate() for c in (0.05, 0.5, 50)]
    assert rates[0] < 1 < rates[1] < 2.7 < rates[2] < 3
    first, again, other = (MarkovSource.random(8, 2, seed).transition for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_task(dtype):
    source = MarkovSource.random(6, 2)
    task = source.task(30, dtype)
    assert (task.T, task.steps, task.n_inputs, task.n_outputs, task.threshold) == (30, 30, 6, 6, 0)
    first = task.sample(np.random.default_rng(3), 20)
    x, t, mask = first
    assert x.dtype == t.dtype == source.predict(x).dtype == dtype and mask.all()
    np.testing.assert_array_equal(x[1:], t[:-1])
    for a, b in zip(first, pickle.loads(pickle.dumps(task)).sample(np.random.default_rng(3), 20)):
        assert a.tobytes() == b.tobytes()
    np.testing.assert_array_equal(x, source.task(30).sample(np.random.default_rng(3), 20)[0])
    assert not np.array_equal(task.sample(np.random.default_rng(4), 20)[0], x)
    assert 0 < task.wrong(source.predict(x), t, mask) < 0.8


def test_rows_in_float32_are_made_to_sum_to_one():
    P = np.random.default_rng(0).dirichlet(np.ones(7), size=7).astype(np.float32)
    np.testing.assert_allclose(MarkovSource(P).transition.sum(axis=1), 1, rtol=1e-15)


@pytest.mark.parametrize("transition, error, message", [
    (np.eye(3)[:2], ValueError, r"transition has shape \(2, 3\) but must be \(C\^k, C\)"),
    (np.ones((8, 3)) / 3, ValueError, r"transition has shape \(8, 3\)"),
    (np.ones((1, 1)), ValueError, r"transition has shape \(1, 1\)"),
    (np.ones((1, 3)) / 3, ValueError, r"transition has shape \(1, 3\)"),
    (np.ones(4), ValueError, r"transition has shape \(4,\)"),
    (np.zeros((0, 3)), ValueError, r"transition has shape \(0, 3\)"),
    (np.ones((2**13, 2)) / 2, ValueError, "at most 4096 rows"),
    (np.array([[0.5, 0.5], [0.5, 0.6]]), ValueError, r"transition\[1\] has the smallest entry 0.5 and the sum 1.1"),
    (np.array([[1.5, -0.5], [0.5, 0.5]]), ValueError, r"transition\[0\] has the smallest entry -0.5"),
    (np.array([[np.nan, 0.5], [0.5, 0.5]]), ValueError, "transition must be finite"),
    (np.eye(2, dtype=int), TypeError, "transition is int64"),
])
def test_bad_transitions(transition, error, message):
    with pytest.raises(error, match=message):
        MarkovSource(transition)


def test_other_bad_arguments():
    source = MarkovSource.random(3, 2)
    for call, error, message in [
        (lambda: MarkovSource(np.eye(2)).entropy_rate(), ValueError, "transition has 2 groups of contexts that are"),
        (lambda: MarkovSource.random(1), ValueError, "C is 1 but must be at least 2"),
        (lambda: MarkovSource.random(3, 0), ValueError, "order is 0"),
        (lambda: MarkovSource.random(30, 3), ValueError, "order is 3 but 30 symbols .* 27000 contexts, more than 4096"),
        (lambda: MarkovSource.random(3, concentration=0), ValueError, "concentration is 0 but must be above 0"),
        (lambda: MarkovSource.random(3, seed=-1), ValueError, "seed is -1"),
        (lambda: source.entropy(3), ValueError, "m is 3 but the source's order is 2"),
        (lambda: source.floor(0), ValueError, "T is 0"),
        (lambda: source.task(0), ValueError, "T is 0"),
        (lambda: source.sample(np.random.default_rng(0), 2, 0), ValueError, "length is 0"),
        (lambda: source.predict(np.zeros((3, 2, 4))), ValueError, r"x has shape \(3, 2, 4\)"),
    ]:
        with pytest.raises(error, match=message):
            call()
