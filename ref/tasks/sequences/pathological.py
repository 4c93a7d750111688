"""The pathological long-term-dependency tasks: the answer hangs on a few early steps, and everything between is noise.

With f(x) = floor(x T / 100); [a, b) excludes b, [a, b] includes it; each case draws its own positions and its own end:

    addition, multiplication    x = (value in [0, 1), marker)    v_A + v_B, v_A v_B          wrong: off by above 0.04
    xor                         x = (bit, marker)                bit_A xor bit_B             wrong: side of 1/2
        positions   A in [f1, f10), B in [f10, f50), end in [f100, f110); xor: [f1, f10), [f15, f25), [f50, f55)
        marker      1 at A and B, -1 at step 0 and at end - 3, else 0;  the target stands at the end
    temporal order              x one of 8 symbols               4 classes: XX, XY, YX, YY   wrong: largest output
    temporal order, 3 bits      x one of 8 symbols               8 classes: XXX to YYY       wrong: largest output
        positions   A in [f1, f10], B in [f40, f50], trigger at end - 1;
                    3 bits: A in [f1, f10], B in [f30, f40], C in [f50, f60], trigger at end
        symbols     0 to 3 distractors, 4 X, 5 Y, 6 trigger, 7 start (at step 0); end in [f100, f110), the target there
    random permutation          x one of 100 symbols             100 classes at every step   wrong: last step only
        symbols     0 or 1 first, then T - 1 drawn independently from 2 to 99 (the name says more than it is)
        targets     the next symbol, and at the last step the first one
    memorisation, 5 and 20 bits x one of S + 2 symbols           S + 2 classes, every step   wrong: share of all steps
        symbols     K of S at the start (5 of 2, 10 of 5), then blanks S, the trigger S + 1 at T - K - 1, blanks again
        targets     blanks, and in the last K steps the K symbols of the start

Arrays are time-major, x (steps, N, D), t (steps, N, C), mask (steps, N). Ends differ from case to case, so the
arrays have f110 steps (xor: f55), enough for the latest end; after a case's end the noise goes on and the mask is off.
Targets that can be counted (the classes of temporal order, the first symbol, the 32 patterns of 5 bits) are dealt out
in turn, so that each comes equally often in any slice of whole rounds; what is left of a batch is drawn at random.

Solved means wrong < 0.001; in memorisation, where T - K of T steps are easy, wrong < 0.001 K / T (our choice).

Sources: Hochreiter & Schmidhuber 1997 and Martens & Sutskever 2011 for the tasks; lengths, positions and criteria as
in the code that was released with the latter. What that code does and this module does not:

    memorisation had no symbols of their own for blank and trigger but reused the last two data symbols (in 5 bits the
        blank was one of the two symbols to remember); here there are S + 2 symbols
    memorisation refused batches larger than the number of patterns (32 in 5 bits); its teacher forcing, which
        its author had not tested, is left out
    3-bit temporal order read attributes that were never set and could not run; its classes counted the last symbol as
        the most significant one, here the first one is in both
    the last-step criterion of random permutation read a variable that was never set; a variant with a fixed
        sequence drew too few symbols and is left out
    f was computed in floating point and could come out one short (f(100) = 28 at T = 29)
    below T = 100 f1 is 0, and the marker A could overwrite the start at step 0; here A is at step 1 or later
    losses were divided by a number of outputs that did not agree with the targets (8 for 4 classes, T for 100 T,
        K S T for S classes); here the mask alone says what counts
    an output of NaN counted as right in addition and multiplication
    batches were lists of one array a step, built case by case
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from ref.tasks.sequences.sequence_task import SUCCESS, Array, Arrays, SequenceTask
from ref.validation import require_count, require_float_dtype

Range = tuple[int, int]  # first, last + 1

X, TRIGGER, START = 4, 6, 7  # Y is X + 1


def addition(T: int = 200, dtype=np.float64) -> SequenceTask:
    return operands("addition", T, dtype, "squared_error", (10, 50), (100, 110), values=uniform, operation=np.add)


def multiplication(T: int = 200, dtype=np.float64) -> SequenceTask:
    return operands("multiplication", T, dtype, "squared_error", (10, 50), (100, 110),
                    values=uniform, operation=np.multiply)


def xor(T: int = 200, dtype=np.float64) -> SequenceTask:
    return operands("xor", T, dtype, "logistic_cross_entropy", (15, 25), (50, 55), values=bits, operation=np.not_equal)


def temporal_order(T: int = 200, dtype=np.float64) -> SequenceTask:
    return order("temporal_order", T, dtype, [(1, 10), (40, 50)], lead=1)


def temporal_order_3bit(T: int = 200, dtype=np.float64) -> SequenceTask:
    return order("temporal_order_3bit", T, dtype, [(1, 10), (30, 40), (50, 60)], lead=0)


def random_permutation(T: int = 200, dtype=np.float64) -> SequenceTask:
    T, size = require_count("T", T, least=2), 100
    return SequenceTask("random_permutation", T, T, size, size, "softmax_cross_entropy",
                        partial(draw_permutation, T=T, size=size), require_float_dtype("dtype", dtype),
                        last_step_only=True)


def memorisation_5bit(T: int = 200, dtype=np.float64) -> SequenceTask:
    return memorisation("memorisation_5bit", T, dtype, K=5, S=2)


def memorisation_20bit(T: int = 200, dtype=np.float64) -> SequenceTask:
    return memorisation("memorisation_20bit", T, dtype, K=10, S=5)


TASKS = {task.__name__: task for task in (addition, multiplication, xor, temporal_order, temporal_order_3bit,
                                          random_permutation, memorisation_5bit, memorisation_20bit)}


def operands(name: str, T: int, dtype, loss: str, B: Range, end: Range,
             values: Callable, operation: Callable) -> SequenceTask:
    """Addition, multiplication or xor: `operation` on two marked `values`."""
    T = require_count("T", T, least=20)  # below, [1, f10) is empty
    A, B, end = (max(1, T // 100), 10 * T // 100), scaled(B, T), scaled(end, T)
    draw = partial(draw_operands, A=A, B=B, end=end, values=values, operation=operation)
    return SequenceTask(name, T, end[1], 2, 1, loss, draw, require_float_dtype("dtype", dtype))


def draw_operands(rng: np.random.Generator, n: int, dtype: np.dtype, A: Range, B: Range, end: Range,
                  values: Callable, operation: Callable) -> Arrays:
    steps, cases = end[1], np.arange(n)
    x, t, mask = np.zeros((steps, n, 2), dtype), np.zeros((steps, n, 1), dtype), np.zeros((steps, n), bool)
    value, marker = x[..., 0], x[..., 1]
    value[:] = values(rng, (steps, n))
    a, b, last = (rng.integers(*positions, size=n) for positions in (A, B, end))
    marker[0] = marker[last - 3, cases] = -1
    marker[a, cases] = marker[b, cases] = 1
    t[last, cases, 0] = operation(value[a, cases], value[b, cases])
    mask[last, cases] = True
    return x, t, mask


def order(name: str, T: int, dtype, positions: list[Range], lead: int) -> SequenceTask:
    """Temporal order: which of X and Y stood at each of the positions; the trigger is `lead` steps before the end."""
    T = require_count("T", T, least=10)  # below, [f100, f110) is empty
    places = [(max(1, low * T // 100), high * T // 100 + 1) for low, high in positions]
    end = scaled((100, 110), T)
    return SequenceTask(name, T, end[1], 8, 2 ** len(places), "softmax_cross_entropy",
                        partial(draw_order, places=places, end=end, lead=lead), require_float_dtype("dtype", dtype))


def draw_order(rng: np.random.Generator, n: int, dtype: np.dtype,
               places: list[Range], end: Range, lead: int) -> Arrays:
    steps, cases, K = end[1], np.arange(n), len(places)
    symbols = rng.integers(4, size=(steps, n))
    last = rng.integers(*end, size=n)
    symbols[0] = START
    symbols[last - lead, cases] = TRIGGER
    classes = deal(rng, n, 2**K)
    for place, bit in zip(places, digits(classes, K, 2)):
        symbols[rng.integers(*place, size=n), cases] = X + bit
    t, mask = np.zeros((steps, n, 2**K), dtype), np.zeros((steps, n), bool)
    t[last, cases, classes] = 1
    mask[last, cases] = True
    return one_hot(symbols, 8, dtype), t, mask


def draw_permutation(rng: np.random.Generator, n: int, dtype: np.dtype, T: int, size: int) -> Arrays:
    symbols = rng.integers(2, size, size=(T, n))
    symbols[0] = deal(rng, n, 2)
    x = one_hot(symbols, size, dtype)
    return x, np.roll(x, -1, axis=0), np.ones((T, n), bool)


def memorisation(name: str, T: int, dtype, K: int, S: int) -> SequenceTask:
    """Noiseless memorisation: K symbols of an alphabet of S, to be repeated after T - K steps."""
    T = require_count("T", T, least=2 * K + 1)
    return SequenceTask(name, T, T, S + 2, S + 2, "softmax_cross_entropy", partial(draw_memorisation, T=T, K=K, S=S),
                        require_float_dtype("dtype", dtype), threshold=SUCCESS * K / T)


def draw_memorisation(rng: np.random.Generator, n: int, dtype: np.dtype, T: int, K: int, S: int) -> Arrays:
    blank, trigger = S, S + 1
    symbols, targets = np.full((2, T, n), blank)
    symbols[:K] = targets[T - K :] = digits(deal(rng, n, S**K), K, S)
    symbols[T - K - 1] = trigger
    return one_hot(symbols, S + 2, dtype), one_hot(targets, S + 2, dtype), np.ones((T, n), bool)


def scaled(positions: Range, T: int) -> Range:
    return positions[0] * T // 100, positions[1] * T // 100


def uniform(rng: np.random.Generator, shape: tuple) -> Array:
    return rng.random(shape)


def bits(rng: np.random.Generator, shape: tuple) -> Array:
    return rng.integers(2, size=shape)


def deal(rng: np.random.Generator, n: int, k: int) -> Array:
    """Numbers 0 .. k - 1 for n cases: in turn for whole rounds of k, at random for the n mod k cases left over."""
    left = n % k
    return np.concatenate([np.arange(n - left) % k, rng.integers(k, size=left)])


def digits(numbers: Array, K: int, base: int) -> Array:
    """The K digits (K, N) of numbers (N,), most significant first."""
    return numbers // base ** np.arange(K - 1, -1, -1)[:, None] % base


def one_hot(symbols: Array, size: int, dtype: np.dtype) -> Array:
    return np.eye(size, dtype=dtype)[symbols]
