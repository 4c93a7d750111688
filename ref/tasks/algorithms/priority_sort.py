"""Priority sort: binary vectors, each with a priority; those of highest priority have to be said, the highest first.

    step (from 0)   0 .. L - 1                    L        L + 1 .. L + K
    input           (v_1, p_1) .. (v_L, p_L)      flag     nothing                       x (L + K + 1, N, bits + 2)
    target                                                 v of the 1st .. K-th          t (L + K + 1, N, bits)
                                                           highest p

    p_i             ~ U(-1, 1), independent
    inputs          the bits, the priority, the flag
    mask            True at the last K steps
    baseline        bits · K, in bits a sequence

The baseline is the cost of the best answer that remembers nothing, 128 bits by default.

Source: Graves, Wayne & Danihelka 2014, section 4.5: 20 vectors, the 16 highest of them asked for, priorities uniform on
[-1, 1].  Our choices: eight bits, the highest first, and the flag, without which a network would have to count to L and
could not be tried on another length.
"""

from functools import partial

import numpy as np

from ref.tasks.algorithms.algorithm_task import AlgorithmTask, Range, blank, random_bits, require_range
from ref.tasks.sequences.sequence_task import Arrays
from ref.validation import require_count


def priority_sort(length: int | Range = 20, answers: int = 16, bits: int = 8, lengths: str = "batch",
                  dtype=np.float64) -> AlgorithmTask:
    """length: L, or its least and its most; answers: K, at most L."""
    length, answers = require_range("length", length), require_count("answers", answers)
    bits = require_count("bits", bits)
    if answers > length[0]:
        raise ValueError(f"answers is {answers} but must be at most {length[0]}, the least length")
    return AlgorithmTask("priority_sort", bits + 2, bits, (length,), float(bits * answers),
                         partial(draw_priority_sort, K=answers, bits=bits), dtype, lengths)


def draw_priority_sort(rng: np.random.Generator, n: int, dtype: np.dtype, L: int, K: int, bits: int) -> Arrays:
    vectors, priorities = random_bits(rng, L, n, bits), rng.uniform(-1, 1, (L, n))
    x, t, mask = blank(L + K + 1, n, bits + 2, bits, dtype)
    x[:L, :, :bits], x[:L, :, bits] = vectors, priorities
    x[L, :, bits + 1] = 1
    highest = np.argsort(-priorities, axis=0)[:K]  # (K, N)
    t[L + 1 :] = np.take_along_axis(vectors, highest[..., None], axis=0)
    mask[L + 1 :] = True
    return x, t, mask
