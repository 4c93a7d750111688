"""Copy: a sequence of random binary vectors, a flag, and the sequence has to be said again.

    step (from 0)   0 .. L - 1       L        L + 1 .. 2L
    input           v_1 .. v_L       flag     nothing         x (2L + 1, N, bits + 1), the flag in the last channel
    target                                    v_1 .. v_L      t (2L + 1, N, bits), mask True where v is asked for

    baseline        bits · L         in bits a sequence, L's mean

The baseline is the cost of the best answer that remembers nothing, each bit with the probability 1/2.

There is one flag, after the sequence, as the paper has it.  Some code marks the start too: it tells a network nothing
that its initial state does not, and costs a channel and a step.

Source: Graves, Wayne & Danihelka 2014, section 4.1: eight bits, lengths 1 to 20, no input during the answer.
"""

from functools import partial

import numpy as np

from ref.tasks.algorithms.algorithm_task import AlgorithmTask, Range, blank, middle, random_bits, require_range
from ref.tasks.sequences.sequence_task import Arrays
from ref.validation import require_count


def copy(length: int | Range = (1, 20), bits: int = 8, lengths: str = "batch", dtype=np.float64) -> AlgorithmTask:
    """length: L, or its least and its most."""
    length, bits = require_range("length", length), require_count("bits", bits)
    return AlgorithmTask("copy", bits + 1, bits, (length,), bits * middle(length), partial(draw_copy, bits=bits), dtype,
                         lengths)


def draw_copy(rng: np.random.Generator, n: int, dtype: np.dtype, L: int, bits: int) -> Arrays:
    x, t, mask = blank(2 * L + 1, n, bits + 1, bits, dtype)
    x[:L, :, :bits] = t[L + 1 :] = random_bits(rng, L, n, bits)
    x[L, :, bits] = 1
    mask[L + 1 :] = True
    return x, t, mask
