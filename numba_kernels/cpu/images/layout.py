"""What the windows of a convolution see, in groups of places that see the same part of their windows.

    y_m += x_i K_t      along an axis, for all m, t, i with  i = s m + t - P  and i inside the picture

Forward, a place m of y gathers from the entries i of x that it sees, through the entries t of its window; back to the
input, an entry i of dx gathers from the places m of dy that have seen it.  Here m, or i, is what gathers.  At the edges
less is gathered than in the middle: what falls into padding, or between the steps of a stride, is in no group at all.
"""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import Windows

Array = np.ndarray
PLACES = 256  # at least so many at a time, of as many pictures as that takes


class Layout(NamedTuple):
    """Each group's numbers, one after the other; the pictures that it takes at a time have theirs side by side."""

    groups: Array  # (G, 5): how many pictures; how many places of each, and where theirs begin; how much each gathers,
    rows: Array  # of what gathers, and where that begins                                    and where that begins
    places: Array  # where the first entry that is gathered is, in flat memory
    offsets: Array  # from there to each that is gathered, by entries of the window and channels
    lines: Array  # of the filters, that go with them


@lru_cache(maxsize=256)
def layout(windows: Windows, C: int, to_input: bool = False) -> Layout:
    """C: channels of what is gathered."""
    pictures = [windows.picture, windows.places][:: -1 if to_input else 1]
    (Y, X), (P, Q) = pictures
    groups, parts = [], ([], [], [], [])
    begin = [0, 0]
    for (t_y, apart_y), (m_y, first_y) in _alike(windows, 0, to_input).items():
        for (t_x, apart_x), (m_x, first_x) in _alike(windows, 1, to_input).items():
            B = max(1, PLACES // (len(m_y) * len(m_x)))
            numbers = (_grid(range(B), P * Q, _grid(m_y, Q, m_x)),
                       _grid(range(B), Y * X, _grid(first_y, X, first_x)) * C,
                       _grid(_grid(apart_y, X, apart_x) * C, 1, range(C)),
                       _grid(_grid(t_y, windows.size[1], t_x) * C, 1, range(C)))
            groups.append((B, len(m_y) * len(m_x), begin[0], len(numbers[2]), begin[1]))
            begin = [begin[0] + len(numbers[0]), begin[1] + len(numbers[2])]
            for part, array in zip(parts, numbers):
                part.append(array)
    arrays = [np.array(groups), *map(np.concatenate, parts)]
    for array in arrays:
        array.flags.writeable = False
    return Layout(*arrays)


def _alike(windows: Windows, axis: int, to_input: bool) -> dict:
    """(entries of the window, steps from the first gathered to each) -> (what gathers so, the first that it gathers)"""
    gathered = {m: [] for m in range((windows.picture if to_input else windows.places)[axis])}
    for m in range(windows.places[axis]):
        for t in range(windows.size[axis]):
            i = windows.stride * m + t - windows.padding
            if 0 <= i < windows.picture[axis]:
                to, source = (i, m) if to_input else (m, i)
                gathered[to].append((t, source))
    alike = defaultdict(lambda: ([], []))
    for to, pairs in gathered.items():
        entries, sources = zip(*pairs) if pairs else ((), ())
        first = min(sources, default=0)
        group = alike[entries, tuple(source - first for source in sources)]
        group[0].append(to)
        group[1].append(first)
    return alike


def _grid(a, step: int, b) -> Array:
    """All a step + b, flat."""
    return np.add.outer(np.array(a, np.int64) * step, np.array(b, np.int64)).ravel()
