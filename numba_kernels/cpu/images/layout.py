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
    """groups (G, 5): of each, how many pictures it takes at a time; how many places it has in one, and where those in
    all of them begin in rows and places; how much a place gathers, and where that begins in offsets and lines.
    """

    groups: Array
    rows: Array  # which place of all
    places: Array  # where the first number that it gathers is in memory
    offsets: Array  # from there to each that it gathers, entries of the window and channels
    lines: Array  # of the filters, that go with them


def of_windows(windows: Windows, C: int, to_input: bool = False) -> Layout:
    """C: channels of what is gathered."""
    (P, Q), (Y, X) = (windows.picture, windows.places) if to_input else (windows.places, windows.picture)
    groups, rows, places, offsets, lines = [], [], [], [], []
    for (t_y, apart_y), (m_y, first_y) in _alike(windows, 0, to_input).items():
        for (t_x, apart_x), (m_x, first_x) in _alike(windows, 1, to_input).items():
            M = len(m_y) * len(m_x)
            B = max(1, PLACES // M)
            groups.append((B, M, sum(map(len, rows)), len(t_y) * len(t_x) * C, sum(map(len, lines))))
            rows.append(_grid(range(B), _grid(m_y, m_x, row=Q), row=P * Q))
            places.append(_grid(range(B), _grid(first_y, first_x, row=X), row=Y * X) * C)
            offsets.append(_grid(_grid(apart_y, apart_x, row=X), range(C), row=C))
            lines.append(_grid(_grid(t_y, t_x, row=windows.size[1]), range(C), row=C))
    arrays = [np.array(groups), *map(np.concatenate, (rows, places, offsets, lines))]
    for array in arrays:
        array.flags.writeable = False
    return Layout(*arrays)


layout = lru_cache(maxsize=256)(of_windows)


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


def _grid(a, b, row: int) -> Array:
    """All row a + b, flat."""
    return np.add.outer(np.array(a, np.int64) * row, np.array(b, np.int64)).ravel()
