"""Associative recall: a list of items, one of them again, and the item that followed it has to be said.

    an item is a sequence of V random binary vectors; there are K items and a query q, uniform on 1 .. K - 1

    steps       1           V          ...    1           V          1          V          1          V
    input       delimiter   item 1     ...    delimiter   item K     query      item q     query      nothing
    target                                                                                            item q + 1

    inputs      the bits, the items' delimiter, the query's        x (T, N, bits + 2),  T = (K + 2)(V + 1)
    targets     the bits                                           t (T, N, bits), mask True at the last V steps
    baseline    bits · V, in bits a sequence

The baseline is the cost of the best answer that remembers nothing, 18 bits by default.

The last item is never asked, since nothing follows it.  Items are drawn independently, so that the query may fit two of
them and the answer then be in doubt: of six items of 18 bits two are equal with the probability 15/2¹⁸, of six items of
4 bits nearly two times in three.

Source: Graves, Wayne & Danihelka 2014, section 4.3: three vectors of six bits, 2 to 6 items in training, an item
"bounded on the left and right by delimiter symbols", and figure 12, where items and query have delimiters on channels
of their own.  Our reading: one delimiter stands between two items, the query's ends the last item, and a second one
ends the query.
"""

from functools import partial

import numpy as np

from ref.tasks.algorithms.algorithm_task import AlgorithmTask, Range, blank, random_bits, require_range
from ref.tasks.sequences.sequence_task import Arrays
from ref.validation import require_count


def associative_recall(items: int | Range = (2, 6), vectors: int = 3, bits: int = 6, lengths: str = "batch",
                       dtype=np.float64) -> AlgorithmTask:
    """items: K, or its least and its most; vectors: V, of so many bits."""
    items = require_range("items", items, least=2)  # below, no item has one that follows it
    vectors, bits = require_count("vectors", vectors), require_count("bits", bits)
    draw = partial(draw_associative_recall, V=vectors, bits=bits)
    return AlgorithmTask("associative_recall", bits + 2, bits, (items,), float(bits * vectors), draw, dtype, lengths)


def draw_associative_recall(rng: np.random.Generator, n: int, dtype: np.dtype, K: int, V: int, bits: int) -> Arrays:
    items = random_bits(rng, K, V, n, bits)
    q, cases = rng.integers(K - 1, size=n), np.arange(n)  # from 0
    x, t, mask = blank((K + 2) * (V + 1), n, bits + 2, bits, dtype)
    listed, query = x[: K * (V + 1)].reshape(K, V + 1, n, bits + 2), x[K * (V + 1) : -V]  # views
    listed[:, 0, :, bits] = 1
    listed[:, 1:, :, :bits] = items
    query[[0, -1], :, bits + 1] = 1
    query[1:-1, :, :bits] = items[q, :, cases].swapaxes(0, 1)
    t[-V:] = items[q + 1, :, cases].swapaxes(0, 1)
    mask[-V:] = True
    return x, t, mask
