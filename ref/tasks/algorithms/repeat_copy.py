"""Repeat copy: a sequence of random binary vectors and a number; it has to be said so many times, then that it is over.

    step (from 0)   0 .. L - 1     L             L + 1 .. L + R L          L + R L + 1
    input           v_1 .. v_L     flag, ρ(R)    nothing                   nothing        x (L + R L + 2, N, bits + 2)
    target                                       v_1 .. v_L, R times       end            t (L + R L + 2, N, bits + 1)

    ρ(R) = (R - (a + b)/2) / √(((b - a + 1)² - 1)/12)      mean 0 and variance 1 where R is uniform on a .. b

    inputs          the bits, the flag, the number ρ(R)
    targets         the bits, all zero at the end; the end marker, 1 at the end and 0 before
    mask            True at the last R L + 1 steps
    baseline        bits · L · R, in bits a sequence, the means of L and R

The baseline is the cost of the best answer that counts but remembers no vector; one that cannot count either also pays
for the marker.

Source: Graves, Wayne & Danihelka 2014, section 4.2: eight bits, lengths and repeats from 1 to 10, the number "on a
separate input channel", "normalised to have mean zero and variance one", no input during the answer.  Our choices: by
what it is normalised, a .. b = 1 .. 10 as in training, whatever R is asked for, since a network that was trained on one
scale could not read another; and the flag beside it, since a number may be normalised to exactly zero (as R = 5 is by
1 .. 9), which would be no input at all.
"""

from functools import partial

import numpy as np

from ref.tasks.algorithms.algorithm_task import AlgorithmTask, Range, blank, middle, random_bits, require_range
from ref.tasks.sequences.sequence_task import Arrays
from ref.validation import require_count


def repeat_copy(length: int | Range = (1, 10), repeats: int | Range = (1, 10), bits: int = 8,
                normalized_by: Range = (1, 10), lengths: str = "batch", dtype=np.float64) -> AlgorithmTask:
    """length, repeats: L and R, or the least and the most; normalized_by: a, b, whatever the repeats."""
    length, repeats = require_range("length", length), require_range("repeats", repeats)
    bits, (a, b) = require_count("bits", bits), require_range("normalized_by", normalized_by)
    if a == b:
        raise ValueError(f"normalized_by is {normalized_by!r} but must be a range: one number has no variance")
    draw = partial(draw_repeat_copy, bits=bits, normalized_by=(a, b))
    return AlgorithmTask("repeat_copy", bits + 2, bits + 1, (length, repeats), bits * middle(length) * middle(repeats),
                         draw, dtype, lengths)


def draw_repeat_copy(rng: np.random.Generator, n: int, dtype: np.dtype, L: int, R: int, bits: int,
                     normalized_by: Range) -> Arrays:
    x, t, mask = blank(L + R * L + 2, n, bits + 2, bits + 1, dtype)
    vectors = random_bits(rng, L, n, bits)
    x[:L, :, :bits] = vectors
    x[L, :, bits:] = 1, normalized(R, normalized_by)
    t[L + 1 : -1, :, :bits] = np.tile(vectors, (R, 1, 1))
    t[-1, :, bits] = 1
    mask[L + 1 :] = True
    return x, t, mask


def normalized(R: int, by: Range) -> float:
    """ρ(R)."""
    a, b = by
    return (R - (a + b) / 2) / float(np.sqrt(((b - a + 1) ** 2 - 1) / 12))
