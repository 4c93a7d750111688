"""Associative recall: items, query and answer read back from the arrays, case by case, and what a guess costs."""

import numpy as np
import pytest

from ref.tasks.algorithms.associative_recall import associative_recall
from ref.tasks.algorithms.scoring import bits_per_sequence


def read(x, bits):
    """The items and the query of one case's inputs (T, bits + 2), told apart by their delimiters alone."""
    groups, kinds = [], []
    for row in x:
        flags = row[bits:].tolist()
        if any(flags):
            assert flags in ([1, 0], [0, 1]) and not row[:bits].any()
            groups.append([])
            kinds.append("item" if flags[0] else "query")
        else:
            groups[-1].append(tuple(row[:bits]))
    return groups, kinds


@pytest.mark.parametrize("V, bits", [(3, 6), (1, 9), (4, 3)])
@pytest.mark.parametrize("K", [2, 3, 6, 20])
def test_layout(K, V, bits):
    task = associative_recall(K, V, bits)
    x, t, mask = task.sample(np.random.default_rng(0), 60)
    T = (K + 2) * (V + 1)
    assert (task.n_inputs, task.n_outputs) == (bits + 2, bits) and x.shape == (T, 60, bits + 2)
    assert t.shape == (T, 60, bits) and mask[-V:].all() and not mask[:-V].any() and not x[-V:].any()
    doubtful = 0
    for case in range(60):
        groups, kinds = read(x[:, case], bits)
        assert kinds == ["item"] * K + ["query"] * 2
        *items, query, nothing = groups
        assert {len(one) for one in groups} == {V} and not np.any(nothing)
        answer = [tuple(row) for row in t[-V:, case]]
        followers = [items[k + 1] for k in range(K - 1) if items[k] == query]
        assert answer in followers
        doubtful += len(followers) > 1
    assert doubtful <= 6


def test_every_item_but_the_last_is_asked_for_as_often():
    K, V = 4, 2
    x, _, _ = associative_recall(K, V, bits=12).sample(np.random.default_rng(1), 6000)
    asked = np.zeros(K)
    items = x[: K * (V + 1)].reshape(K, V + 1, 6000, 14)[:, 1:, :, :12]
    query = x[K * (V + 1) + 1 : K * (V + 1) + 1 + V, :, :12]
    for k in range(K):
        asked[k] = np.mean(np.all(items[k] == query, axis=(0, 2)))
    assert asked[:3] == pytest.approx(np.full(3, 1 / 3), abs=0.025) and asked[3] < 0.001


def test_the_paper_s_sizes():
    task = associative_recall()
    assert (task.n_inputs, task.n_outputs, task.sizes, task.baseline) == (8, 6, ((2, 6),), 18)
    lengths = {len(task.sample(np.random.default_rng(seed), 2)[0]) for seed in range(60)}
    assert lengths == {4 * (K + 2) for K in range(2, 7)}


def test_a_guess_costs_18_bits_and_the_query_is_no_better_one():
    task = associative_recall(lengths="case")
    x, t, mask = task.sample(np.random.default_rng(2), 4000)
    assert bits_per_sequence(np.zeros_like(t), t, mask) == pytest.approx(task.baseline, rel=1e-13)
    K = mask.argmax(axis=0) // 4 - 1
    z = np.zeros_like(t)
    for case in range(4000):
        start = 4 * K[case] + 1
        z[mask[:, case], case] = 0.3 * (2 * x[start : start + 3, case, :6] - 1)
    assert np.abs(z[mask]).min() > 0.2
    assert bits_per_sequence(z, t, mask) > 18.05


def test_bad_arguments():
    for arguments, error, message in [
        (dict(items=1), ValueError, "items is 1 but must be at least 2"),
        (dict(items=(1, 6)), ValueError, r"items\[0\] is 1 but must be at least 2"),
        (dict(items=(6, 2)), ValueError, r"items is \(6, 2\) but its least, 6, must not be above its most, 2"),
        (dict(vectors=0), ValueError, "vectors is 0 but must be at least 1"),
        (dict(bits=0), ValueError, "bits is 0 but must be at least 1"),
    ]:
        with pytest.raises(error, match=message):
            associative_recall(**arguments)
