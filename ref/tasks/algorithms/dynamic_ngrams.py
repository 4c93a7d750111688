"""Dynamic n-grams: bits of a source that is a new one in each sequence; at every step the next bit is asked for.

    table        P[h] ~ Beta(1/2, 1/2)            h: the last k bits; 2^k numbers, drawn anew for each sequence
    bits         P(b_j = 1) = P[b_{j-k} .. b_{j-1}],   j = 0 .. T - 1;   1/2 where j < k
    input        0, b_0, .., b_{T-2}              x (T, N, 1)
    target       b_0, b_1, .., b_{T-1}            t (T, N, 1), mask all True
    baseline     T, in bits a sequence

The baseline is the cost of the best answer that does not look at its input, to which 0 and 1 are as likely.  The best
function of the last five bits that is the same for all sequences costs 186, since runs tend to go on.  The best answer
of all counts how often each bit came after h in this sequence, and knows how tables are drawn:

    optimum      P(b_j = 1 | b_0 .. b_{j-1}) = (N1 + 1/2) / (N0 + N1 + 1)          N0, N1: zeros and ones after h so far
    its outputs  z_j = log (N1 + 1/2) - log (N0 + 1/2)                             0 where j < k

`predict` gives these outputs and `floor` their cost on the very batch that a network is judged on.  Over 200 bits with
k = 5 it is 133.3 bits a sequence on average, with a standard deviation of 36 from one sequence to the next: the mean of
1,000 sequences has a standard error of 1.1.  All T bits are scored; the first k cost a bit each, whoever predicts them,
and without them it is 128.3.

Source: Graves, Wayne & Danihelka 2014, section 4.4: six-grams (k = 5), T = 200, Beta(1/2, 1/2), the first five bits
drawn with probability 1/2, and the optimum (their equation 10, the estimator of Krichevsky and Trofimov), at about 133
bits in their figure 13.  It does not say which bits are scored; all 200, the first before any input, agrees with that.
"""

from functools import partial

import numpy as np

from ref.tasks.algorithms.algorithm_task import AlgorithmTask, Range, blank, middle, require_range
from ref.tasks.algorithms.scoring import bits_per_sequence
from ref.tasks.sequences.sequence_task import Array, Arrays
from ref.validation import require_count, require_sequences

MOST = 16  # bits of context: a table of each sequence has 2^k numbers


def dynamic_ngrams(length: int | Range = 200, context: int = 5, lengths: str = "batch",
                   dtype=np.float64) -> AlgorithmTask:
    """length: T, or its least and its most; context: k, so that n = k + 1."""
    context = require_context(context)
    length = require_range("length", length, least=context + 1)  # below, no bit comes from the table
    return AlgorithmTask("dynamic_ngrams", 1, 1, (length,), middle(length), partial(draw_ngrams, context=context),
                         dtype, lengths)


def draw_ngrams(rng: np.random.Generator, n: int, dtype: np.dtype, T: int, context: int) -> Arrays:
    table, u = rng.beta(0.5, 0.5, size=(n, 2**context)), rng.random((T, n))
    x, t, mask = blank(T, n, 1, 1, dtype)
    cases, h = np.arange(n), np.zeros(n, int)
    for j in range(T):
        bit = u[j] < (table[cases, h] if j >= context else 0.5)
        t[j, :, 0] = bit
        h = (2 * h + bit) % 2**context
    x[1:] = t[:-1]
    mask[:] = True
    return x, t, mask


def predict(x: Array, context: int = 5) -> Array:
    """Outputs z (T, N, 1) of the optimum for inputs x (T, N, 1); z_j has seen x_0 .. x_j alone."""
    x, context = require_sequences("x", x, 1), require_context(context)
    T, n, _ = x.shape
    z, counts = np.zeros_like(x), np.full((2, n, 2**context), 0.5)
    cases, h = np.arange(n), np.zeros(n, int)
    for j in range(1, T):
        bit = (x[j, :, 0] > 0.5).astype(int)  # b_{j-1}
        if j > context:  # before, nothing is counted and z stays 0
            counts[bit, cases, h] += 1
        h = (2 * h + bit) % 2**context
        z[j, :, 0] = np.log(counts[1, cases, h]) - np.log(counts[0, cases, h])
    return z


def floor(x: Array, t: Array, mask: Array, context: int = 5) -> float:
    """Bits a sequence of the optimum on this batch: floor(*batch)."""
    return bits_per_sequence(predict(x, context), t, mask)


def require_context(context: int) -> int:
    if require_count("context", context) > MOST:
        raise ValueError(f"context is {context} but must be at most {MOST}: each table has 2^context numbers")
    return int(context)
