"""Adding: two of T numbers are marked, one in each half; their sum is asked for at the last step.

    x_t = (v_t, m_t)     v_t ~ U(0, 1);  m_A = m_B = 1, else 0                 x (T, N, 2)
    positions            A uniform on 0 .. ⌊T/2⌋ - 1,  B on ⌊T/2⌋ .. T - 1
    target               v_A + v_B, or half of it, at the last step alone      t (S, N, 1), mask (S, N)
    baseline             Var(v_A + v_B) = 1/6, of half the sum 1/24            mean squared error of a constant

S = 1 with outputs="last", the default, for a network that reads out the last step alone; S = T with outputs="all".
The best constant is the mean, 1 for the sum and 1/2 for half of it. `ref.losses.squared_error` has a factor 1/2: on its
scale the baselines are 1/12 and 1/48.

Where it differs from `pathological.addition`: every sequence has exactly T steps and ends with the answer, there is no
noise after it; the marker is 0 or 1 and does not mark start and end by -1; A may stand anywhere in the first half and B
anywhere in the second, so that they lie T/2 to T and 0 to T/2 steps before the answer, not 90 % to 109 % and 50 % to
100 % of T.

Source: the code that was released with Vorontsov et al. 2017, whose target is **half** the sum: its baseline is 1/24,
and errors on it are to be multiplied by 4 before they are compared with others'. Here the default is the sum, as in
much other code. Wrong is an answer more than 0.04 away, as in `pathological` (our choice).
"""

from functools import partial

import numpy as np

from ref.tasks.sequences.sequence_task import Arrays, SequenceTask, output_rows, require_outputs
from ref.validation import require_count, require_float_dtype


def adding(T: int = 200, half_sum: bool = False, outputs: str = "last", dtype=np.float64) -> SequenceTask:
    """The task at T steps; half_sum: the released code's target; outputs: the steps read out, "last" or "all"."""
    T = require_count("T", T, least=2)  # below, the first half is empty
    require_outputs(outputs)
    draw = partial(draw_adding, T=T, scale=0.5 if require_flag(half_sum) else 1.0, rows=output_rows(outputs, T))
    name = "adding_half_sum" if half_sum else "adding"
    return SequenceTask(name, T, T, 2, 1, "squared_error", draw, require_float_dtype("dtype", dtype), outputs=outputs)


def draw_adding(rng: np.random.Generator, n: int, dtype: np.dtype, T: int, scale: float, rows: int) -> Arrays:
    cases = np.arange(n)
    x, t, mask = np.zeros((T, n, 2), dtype), np.zeros((rows, n, 1), dtype), np.zeros((rows, n), bool)
    value, marker = x[..., 0], x[..., 1]
    value[:] = rng.random((T, n))
    a, b = rng.integers(T // 2, size=n), rng.integers(T // 2, T, size=n)
    marker[a, cases] = marker[b, cases] = 1
    t[-1, :, 0] = scale * (value[a, cases] + value[b, cases])
    mask[-1] = True
    return x, t, mask


def baseline(half_sum: bool = False) -> float:
    """The mean squared error of the best constant answer."""
    return 1 / 24 if require_flag(half_sum) else 1 / 6


def require_flag(half_sum: bool) -> bool:
    if not isinstance(half_sum, (bool, np.bool_)):
        raise TypeError(f"half_sum is {half_sum!r} but must be True or False")
    return bool(half_sum)
