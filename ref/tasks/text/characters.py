"""Language modelling on characters: one long text, cut into windows of T + 1 characters, each of which is a sequence.

    at random      c_s .. c_{s+T},  s uniform on 0 .. L - T - 1                 `language_model`, to train on
    in turn        c_0 .. c_T,  c_T .. c_2T,  ..                                `windows`, to evaluate on:
                   each character but the first is a target exactly once, the last window is filled up with END

    text = tragedies();  letters = Alphabet.of(text)                            or read_text(path), a user's own text
    train, validation, test = map(letters.encode, split(text))
    task = language_model("tragedies", train, 100, len(letters))                task.sample(rng, 50)
    x, t, mask = next_symbols(windows(validation, 100), len(letters))

Windows are rows of codes (N, T + 1); `next_symbol` makes inputs and targets of them. Every window starts anew from the
network's initial state: how a text goes on from one to the next is not used (our choice). Each character is one of
len(letters), so that a model that knows nothing needs log2 len(letters) bits for it.
"""

from functools import partial

import numpy as np

from ref.tasks.sequences.sequence_task import Array, SequenceTask
from ref.tasks.text.next_symbol import END, next_symbol_task
from ref.validation import require_count


def language_model(name: str, codes: Array, T: int, C: int, dtype=np.float64) -> SequenceTask:
    """A task that draws windows at random places; codes (L,) of an alphabet of C symbols, L above T."""
    codes, T = require_codes(codes), require_count("T", T)
    if len(codes) <= T:
        raise ValueError(f"T is {T} but the text has only {len(codes)} characters: T + 1 are needed")
    return next_symbol_task(name, T, C, partial(random_windows, codes=codes, T=T), dtype)


def random_windows(rng: np.random.Generator, n: int, codes: Array, T: int) -> Array:
    return codes[rng.integers(len(codes) - T, size=n)[:, None] + np.arange(T + 1)]


def windows(codes: Array, T: int) -> Array:
    """All of the text as rows (N, T + 1), N = ⌈(L - 1) / T⌉; the last character of a row is the first of the next."""
    codes, T = require_codes(codes), require_count("T", T)
    N = -(-(len(codes) - 1) // T)
    padded = np.full(N * T + 1, END, codes.dtype)
    padded[: len(codes)] = codes
    return padded[np.arange(N)[:, None] * T + np.arange(T + 1)]


def require_codes(codes: Array) -> Array:
    codes = np.asarray(codes)
    if not np.issubdtype(codes.dtype, np.signedinteger):
        raise TypeError(f"codes is {codes.dtype} but must be signed whole numbers, as from Alphabet.encode")
    if codes.ndim != 1 or len(codes) < 2:
        raise ValueError(f"codes has shape {codes.shape} but must be (L,) with L at least 2")
    if codes.min() < 0:
        raise ValueError(f"codes has {codes.min()} but must be at least 0")
    return codes
