"""Predicting the next symbol: from rows of codes to inputs and targets, and from cross-entropy to bits a character.

    rows       c_0 c_1 .. c_T, codes of C symbols, one sequence a row; after its end -1         (N, T + 1)
    input      one-hot of c_k,      k = 0 .. T - 1                                              x (T, N, C)
    target     one-hot of c_{k+1}                                                               t (T, N, C)
    mask       whether c_{k+1} is there; where it is not, x and t are zero                      mask (T, N)

    bits a character = cross-entropy / ln 2, mean over the targets

Rows keep cases in rows, so that they can be shuffled and cut like any other data (`ref.training.batches`); one-hot
arrays take C times 8 bytes a character and are made a batch at a time.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from ref.batch import Batch
from ref.tasks.sequences.sequence_task import Array, Arrays, SequenceTask, distinct
from ref.validation import require_count, require_float_dtype, require_number

Rows = Callable[[np.random.Generator, int], Array]  # (rng, n) -> rows (n, T + 1)

END = -1


def next_symbols(rows: Array, C: int, dtype=np.float64) -> Batch:
    """The batch x, t, mask of rows (N, T + 1) of codes below C."""
    rows, C, dtype = require_rows(rows), require_count("C", C, least=2), require_float_dtype("dtype", dtype)
    if rows.max() >= C:
        raise ValueError(f"rows has the code {rows.max()} but codes must be below C = {C}")
    codes = rows.T
    mask = codes[1:] != END
    one_hot = np.eye(C + 1, C, dtype=dtype)  # the last row is zero, and END is its number
    return Batch.of((one_hot[np.where(mask, codes[:-1], END)], one_hot[codes[1:]], mask))


def next_symbol_task(name: str, T: int, C: int, rows: Rows, dtype=np.float64) -> SequenceTask:
    """A task that draws its rows by `rows`; it is never solved, and `wrong` is the share of symbols not predicted."""
    T = require_count("T", T)
    return SequenceTask(name, T, T, C, C, "softmax_cross_entropy", partial(draw_next_symbol, C=C, rows=rows),
                        require_float_dtype("dtype", dtype), threshold=0.0)


def draw_next_symbol(rng: np.random.Generator, n: int, dtype: np.dtype, C: int, rows: Rows) -> Arrays:
    return tuple(next_symbols(rows(rng, n), C, dtype))


def stored_rows(rng: np.random.Generator, n: int, rows: Array) -> Array:
    """n different ones of the rows, at random."""
    return rows[distinct(rng, n, len(rows))]


def bits_per_character(cross_entropy: float, mask: Array) -> float:
    """Bits a target, from a cross-entropy in nats, summed over steps, mean over cases.

    It is what an Objective with `Masked(loss)` and no weight decay gives as its value; mask (S, N) is that of the same
    batch. A uniform answer costs log2 C, whatever the text.
    """
    if cross_entropy == cross_entropy:  # NaN stays NaN
        cross_entropy = require_number("cross_entropy", cross_entropy, least=0)
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise TypeError(f"mask is {mask.dtype} of the shape {mask.shape} but must be bool (S, N)")
    if not mask.any():
        raise ValueError("mask selects no step: there is no character to divide by")
    return cross_entropy * mask.shape[1] / (np.count_nonzero(mask) * float(np.log(2)))


def require_rows(rows: Array) -> Array:
    rows = np.asarray(rows)
    if not np.issubdtype(rows.dtype, np.integer):
        raise TypeError(f"rows is {rows.dtype} but must be whole numbers")
    if rows.ndim != 2 or len(rows) == 0 or rows.shape[1] < 2:
        raise ValueError(f"rows has shape {rows.shape} but must be (N, T + 1) with N and T at least 1")
    if rows.min() < END:
        raise ValueError(f"rows has the code {rows.min()} but codes must be at least 0, or -1 after the end")
    ended = rows == END
    if np.any(ended[:, :-1] & ~ended[:, 1:]):
        raise ValueError(f"rows[{np.argwhere(ended[:, :-1] & ~ended[:, 1:])[0][0]}] goes on after its end: "
                         f"-1 may only be followed by -1")
    return rows
