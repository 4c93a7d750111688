"""n-gram models: against a dictionary's counts, sums to 1, and a source whose entropy is known."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from ref.tasks.text.markov import MarkovSource
from ref.tasks.text.ngrams import bits_by_context, interpolated, numbered


def by_dictionary(train, test, C, most):
    """The definition, symbol by symbol; rows start after START."""
    counts = [defaultdict(Counter) for _ in range(most + 1)]

    def contexts(row, j):
        before = (-7,) * most + tuple(row[:j])
        return [before[len(before) - k:] for k in range(most + 1)]

    for row in train:
        for j in range(1, len(row)):
            if row[j] >= 0:
                for k, h in enumerate(contexts(row, j)):
                    counts[k][h][row[j]] += 1
    bits = np.zeros(most + 1)
    n = 0
    for row in test:
        for j in range(1, len(row)):
            if row[j] >= 0:
                p, n = 1 / C, n + 1
                for k, h in enumerate(contexts(row, j)):
                    seen = counts[k].get(h)
                    if seen:
                        p = (seen[row[j]] + len(seen) * p) / (sum(seen.values()) + len(seen))
                    bits[k] -= np.log2(p)
    return bits / n


def test_it_is_the_definition():
    rng = np.random.default_rng(0)
    train, test = rng.integers(0, 4, (1, 60)), rng.integers(0, 5, (6, 8))
    test[2, 5:] = -1
    assert bits_by_context(train, test, 5) == pytest.approx(by_dictionary(train.tolist(), test.tolist(), 5, 3))
    rows = rng.integers(0, 4, (9, 6))
    assert bits_by_context(rows, test, 5, 2) == pytest.approx(by_dictionary(rows.tolist(), test.tolist(), 5, 2))


def test_the_probabilities_of_all_symbols_sum_to_one():
    rng = np.random.default_rng(1)
    train, C = rng.integers(0, 3, (1, 40)), 4
    for k in (1, 2):
        context, symbol = numbered(train, k, C)
        p = np.full(C, 1 / C)
        for level in range(k + 1):
            contexts = numbered(train, level, C)
            asked = numbered(np.array([[0, 2, 1, c] for c in range(C)]), level, C)
            last = [array[2::3] for array in asked]
            p = interpolated(*contexts, *last, p, C)
        assert p.sum() == pytest.approx(1, abs=1e-12) and p.min() > 0
    assert len(context) == len(symbol) == 39


def test_the_entropy_of_a_source_is_found_and_never_undercut():
    source = MarkovSource.random(5, order=2, seed=0)
    train, test = (source.sample(np.random.default_rng(seed), 2000, 51) for seed in (0, 1))
    bits = bits_by_context(train, test, 5)
    entropies = [source.entropy(k) for k in range(3)]
    assert bits[:3] == pytest.approx(entropies, abs=0.02)
    assert bits[3] > source.entropy(2), "a longer context has nothing more to say"


def test_what_is_refused():
    rows = np.array([[0, 1, 2]])
    with pytest.raises(ValueError, match="rows has the code 2 but codes must be below C = 2"):
        bits_by_context(rows, rows, 2)
    with pytest.raises(ValueError, match="most is 9 but contexts of 9 among 200 symbols cannot be numbered"):
        bits_by_context(rows, rows, 200, 9)
    with pytest.raises(ValueError, match="goes on after its end"):
        bits_by_context(np.array([[0, -1, 2]]), rows, 3)
