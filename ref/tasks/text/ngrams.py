"""What the last k symbols say of the next one: bits a symbol of n-gram models, counted on one text, asked of another.

    p_k(c | h) = (n(h c) + d(h) p_{k-1}(c | h')) / (n(h) + d(h))        h: the last k symbols;  h': without the oldest
    p_{-1}(c)  = 1 / C

n(h c) counts how often c came after h in training, n(h) = Σ_c n(h c), and d(h) is how many different symbols came
after h: the more there were, the more is left to the shorter context.  Where h was never seen, p_k is p_{k-1}.  Each
p_k sums to 1 over all C symbols, so that its bits are those of a code that could be used: an honest level for a network
that reads the same symbols.

Rows (N, T + 1) are those of `next_symbol`, -1 after their end.  Each starts anew: a context that reaches back beyond
the start of its row is one of its own there, and p_{k-1} where training rows have none such.

Source: the interpolation of Witten and Bell 1991, their method C.
"""

import numpy as np

from ref.tasks.sequences.sequence_task import Array
from ref.tasks.text.next_symbol import require_rows
from ref.validation import require_count


def bits_by_context(train: Array, test: Array, C: int, most: int = 3) -> list[float]:
    """Bits a target of the rows `test` for contexts of 0, 1, .., `most` symbols, counted on the rows `train`.

    A text in one piece is one row: codes[None].  Raises ValueError where C^(most + 1) contexts do not fit an int64.
    """
    train, test = require_rows(train), require_rows(test)
    C, most = require_count("C", C, least=2), require_count("most", most, least=0)
    if max(train.max(), test.max()) >= C:
        raise ValueError(f"rows has the code {max(train.max(), test.max())} but codes must be below C = {C}")
    if (most + 2) * np.log2(C + 1) > 62:
        raise ValueError(f"most is {most} but contexts of {most} among {C} symbols cannot be numbered")
    p, bits = np.full(np.count_nonzero(test[:, 1:] >= 0), 1 / C), []
    for k in range(most + 1):
        p = interpolated(*numbered(train, k, C), *numbered(test, k, C), p, C)
        bits.append(float(-np.log2(p).mean()))
    return bits


def numbered(rows: Array, k: int, C: int) -> tuple[Array, Array]:
    """(context, next symbol) of every target: the last k symbols before it, or all there are, as one number."""
    rows = np.asarray(rows, np.int64)
    context, known = np.zeros((len(rows), rows.shape[1] - 1), np.int64), np.arange(1, rows.shape[1])
    for back in range(k, 0, -1):  # oldest first; 0 stands for what is before the row's start
        symbol = np.zeros_like(context)
        symbol[:, back - 1:] = rows[:, :rows.shape[1] - back] + 1
        context = context * (C + 1) + np.where(known >= back, symbol, 0)
    there = rows[:, 1:] >= 0
    return context[there], rows[:, 1:][there]


def interpolated(context: Array, symbol: Array, asked: Array, answer: Array, shorter: Array, C: int) -> Array:
    """p_k of the targets (asked, answer), from the pairs (context, symbol) of training and p_{k-1} of the targets."""
    pairs, n_pair = np.unique(context * C + symbol, return_counts=True)
    seen, first, n_different = np.unique(pairs // C, return_index=True, return_counts=True)
    n_context = np.add.reduceat(n_pair, first)
    n_hc = looked_up(pairs, n_pair, asked * C + answer)
    n_h, d_h = looked_up(seen, n_context, asked), looked_up(seen, n_different, asked)
    return np.where(n_h > 0, (n_hc + d_h * shorter) / np.maximum(n_h + d_h, 1), shorter)


def looked_up(keys: Array, values: Array, asked: Array) -> Array:
    """values[i] where keys[i] is what is asked for, 0 where no key is; keys ascend."""
    at = np.searchsorted(keys, asked).clip(max=len(keys) - 1)
    return np.where(keys[at] == asked, values[at], 0)
