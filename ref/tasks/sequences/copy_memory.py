"""Copy memory: ten symbols, a long blank, a delimiter, and the ten symbols have to be said again.

    step (from 0)   0 .. 9         10 .. T + 8      T + 9           T + 10 .. T + 19
    input           s_1 .. s_10    T - 1 blanks     delimiter a9    10 blanks
    target          blank          blank            blank           s_1 .. s_10

    s_i                  drawn independently from the p = 8 symbols a1 .. a8; the blank is a0
    one-hot inputs       D = 10: classes a0 .. a9                    x (T + 20, N, 10)
    scalar inputs        D = 1: 1 .. 8, blank 0, delimiter -1        x (T + 20, N, 1)
    targets              C = 9: classes a0 .. a8, at every step      t (T + 20, N, 9), mask all True
    baseline             10 ln 8 / (T + 20)                          cross-entropy a step, in nats
    accuracy             of the last 10 steps alone; chance is 1/8

The baseline is the loss of the best answer that remembers nothing: sure of the blanks, and each of the eight symbols
with the probability 1/8 in the last ten steps. An objective that sums over the steps starts from 10 ln 8 instead.

Sources: Vorontsov et al. 2017 for symbols, blanks, delimiter and recall. It speaks of the delimiter "at step T", which
is the T-th step after the ten symbols; the exact layout, the scalar channel, the loss over all T + 20 steps and the
accuracy are those of the code that was released with it. One-hot inputs, the default here, are what most later code
uses. Other than `pathological.memorisation_20bit`, where T counts all the steps and the symbols are five.

Solved means that less than 0.001 of the symbols to be recalled are wrong, 0.01 / (T + 20) of all answers (our choice).
"""

from functools import partial

import numpy as np

from ref.tasks.sequences.pathological import one_hot
from ref.tasks.sequences.sequence_task import SUCCESS, Array, Arrays, SequenceTask
from ref.validation import require_count, require_float_dtype

K = 10  # symbols to remember
P = 8  # of so many
BLANK, DELIMITER = 0, P + 1
INPUTS = {"one_hot": P + 2, "scalar": 1}  # name -> D


def copy_memory(T: int = 200, inputs: str = "one_hot", dtype=np.float64) -> SequenceTask:
    """The task with T - 1 blanks between symbols and delimiter; inputs: "one_hot" or "scalar"."""
    T = require_count("T", T)  # below, the delimiter would overwrite a symbol
    if inputs not in INPUTS:
        raise ValueError(f"inputs is {inputs!r} but must be one of {', '.join(map(repr, INPUTS))}")
    steps = T + 2 * K
    return SequenceTask("copy_memory", T, steps, INPUTS[inputs], P + 1, "softmax_cross_entropy",
                        partial(draw_copy, T=T, inputs=inputs), require_float_dtype("dtype", dtype),
                        threshold=SUCCESS * K / steps)


def draw_copy(rng: np.random.Generator, n: int, dtype: np.dtype, T: int, inputs: str) -> Arrays:
    steps = T + 2 * K
    symbols, targets = np.full((2, steps, n), BLANK)
    symbols[:K] = targets[-K:] = rng.integers(1, P + 1, size=(K, n))
    symbols[T + K - 1] = DELIMITER
    if inputs == "one_hot":
        x = one_hot(symbols, P + 2, dtype)
    else:
        x = np.where(symbols == DELIMITER, -1, symbols)[..., None].astype(dtype)
    return x, one_hot(targets, P + 1, dtype), np.ones((steps, n), bool)


def baseline(T: int) -> float:
    """The cross-entropy a step, in nats, of the best answer without memory."""
    T = require_count("T", T)
    return K * float(np.log(P)) / (T + 2 * K)


def accuracy(task: SequenceTask, z: Array, t: Array, mask: Array) -> float:
    """The fraction of right answers in the last 10 steps; z (T + 20, N, 9) the network's outputs, NaN always wrong."""
    recall = np.array(mask)
    recall[:-K] = False
    return 1 - task.wrong(z, t, recall)
