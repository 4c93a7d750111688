"""Products with a matrix that is never formed, A_ar = x[places_a + offsets_r].

    out_a = start + Σ_r x[places_a + offsets_r] V_r             without start: out_a += ...

A convolution is one, its places the windows' first entries and its offsets those of a window's entries; the gradient of
its filters is one with the two exchanged.  Six rows of out times one vector of columns are summed in registers, over
some hundred rows of V that stay in the nearest cache: one after the other, whole cache lines, or rows of a power of two
would push each other out.

Shapes: out (a, O) and x flat, V (r, O), start (O,), empty or None, places (a,), offsets (r,) integers.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.images.lanes import add_times, lanes_of, load, store
from numba_kernels.cpu.jit import INNER

ROWS = 6  # of out, at once
DEEP = 320  # rows of V, at once, at most


@njit(**INNER)
def add_products(out, x, places, offsets, V, start):
    lanes, O = lanes_of(x), V.shape[1]
    whole, begin = V.reshape(V.size), np.zeros(max(O, lanes), x.dtype)
    if start is not None:
        begin[: len(start)] = start
    packed, rest = np.empty(DEEP * lanes, x.dtype), np.zeros(ROWS * lanes, x.dtype)
    deep = -(-len(offsets) // -(-len(offsets) // DEEP))  # of equal parts
    for r in range(0, len(offsets), deep):
        some = offsets[r : r + deep]
        if start is None:  # known when it is compiled
            fresh = False
        else:
            fresh = r == 0 and len(start) > 0
        for o in range(0, O, lanes):
            column = max(0, min(o, O - lanes))  # of the last vector: the columns before o are there already
            block = whole[r * O :]
            if O != lanes:
                pack(packed, V, r, len(some), column, column if fresh else o, lanes)
                block = packed
            for a in range(0, len(places), ROWS):
                rows = min(ROWS, len(places) - a)
                whole_block = rows == ROWS and O >= lanes
                to, first, wide = (out, a * O + column, O) if whole_block else (rest, 0, lanes)
                add_block(to, first, wide, x, places, a, rows, some, block, fresh, begin, column)
                if not whole_block:
                    for i in range(rows):
                        for j in range(min(lanes, O)):
                            at = (a + i) * O + column + j
                            out[at] = rest[i * lanes + j] if fresh else out[at] + rest[i * lanes + j]
                    rest[:] = 0


@njit(**INNER)
def pack(packed, V, r, rows, column, o, lanes):
    """V[r:, column:], zeros before o and where there are fewer columns than lanes."""
    whole, O = V.reshape(V.size), V.shape[1]
    for i in range(rows):
        if O >= lanes:
            store(packed, i * lanes, load(whole, (r + i) * O + column))
            for j in range(o - column):
                packed[i * lanes + j] = 0
        else:
            for j in range(O):
                packed[i * lanes + j] = V[r + i, j]
            for j in range(O, lanes):
                packed[i * lanes + j] = 0


@njit(**INNER)
def add_block(out, first, width, x, places, a, rows, offsets, V, fresh, start, column):
    """Six rows of out, width apart, += Σ_r, or = start + Σ_r where fresh, rows of V a vector each; where rows are
    fewer, the last of them stands for those that are not.
    """
    p0, p1, p2 = places[a], places[a + min(1, rows - 1)], places[a + min(2, rows - 1)]
    p3, p4, p5 = places[a + min(3, rows - 1)], places[a + min(4, rows - 1)], places[a + min(5, rows - 1)]
    if fresh:
        s0 = s1 = s2 = s3 = s4 = s5 = load(start, column)
    else:
        s0, s1, s2 = load(out, first), load(out, first + width), load(out, first + 2 * width)
        s3, s4, s5 = load(out, first + 3 * width), load(out, first + 4 * width), load(out, first + 5 * width)
    for r in range(len(offsets)):
        v, at = load(V, r * lanes_of(V)), offsets[r]
        s0 = add_times(s0, x, p0 + at, v)
        s1 = add_times(s1, x, p1 + at, v)
        s2 = add_times(s2, x, p2 + at, v)
        s3 = add_times(s3, x, p3 + at, v)
        s4 = add_times(s4, x, p4 + at, v)
        s5 = add_times(s5, x, p5 + at, v)
    store(out, first, s0)
    store(out, first + width, s1)
    store(out, first + 2 * width, s2)
    store(out, first + 3 * width, s3)
    store(out, first + 4 * width, s4)
    store(out, first + 5 * width, s5)
