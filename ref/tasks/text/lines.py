"""Language modelling on characters, line by line: one line is one sequence, lines longer than T characters are dropped.

    line        l_1 l_2 .. l_L newline,  1 <= L <= T          row   l_1 .. l_L newline END .. END      (N, T + 1)
    inputs      l_1 l_2 .. l_L                                targets   l_2 .. l_L newline             L of each

    train, validation, test = penn_treebank.load(folder);  letters = penn_treebank.alphabet(train, validation, test)
    task = line_model("ptb-75", line_rows(train, letters, 75), len(letters))     task.sample(rng, 50): different lines
    x, t, mask = next_symbols(line_rows(validation, letters, 75), len(letters))

Source: the code that was released with Vorontsov et al. 2017: one line, one sequence; longer ones dropped; the next
character predicted; what is after the end masked. That the newline does not count for T, that the first character of a
line is not predicted, and that empty lines are dropped too, is our choice.
"""

from functools import partial

import numpy as np

from ref.tasks.sequences.sequence_task import Array, SequenceTask
from ref.tasks.text.alphabet import Alphabet
from ref.tasks.text.next_symbol import END, next_symbol_task, require_rows, stored_rows
from ref.validation import require_count


def line_model(name: str, rows: Array, C: int, dtype=np.float64) -> SequenceTask:
    """A task that draws different ones of the rows (N, T + 1) of codes of an alphabet of C symbols."""
    rows = require_rows(rows)
    return next_symbol_task(name, rows.shape[1] - 1, C, partial(stored_rows, rows=rows), dtype)


def line_rows(text: str, letters: Alphabet, T: int) -> Array:
    """The lines of 1 .. T characters as rows of codes. Raises ValueError where there is none."""
    T = require_count("T", T)
    codes, newline = letters.encode(text + "\n"), letters.encode("\n")[0]
    ends = np.flatnonzero(codes == newline)
    starts = np.append(0, ends[:-1] + 1)
    lengths = ends - starts
    kept = (lengths > 0) & (lengths <= T)
    if not kept.any():
        shortest = lengths[lengths > 0].min(initial=len(codes))
        raise ValueError(f"T is {T} but the shortest of {np.count_nonzero(lengths)} lines has {shortest} characters"
                         if lengths.any() else "text has no line with a character in it")
    places = np.arange(T + 1)
    at = starts[kept][:, None] + places
    return np.where(places <= lengths[kept][:, None], codes[np.minimum(at, len(codes) - 1)], np.int32(END))
