"""Products with a matrix that is never formed, A_ar = x[places_a + offsets_r].

    out_a += Σ_r x[places_a + offsets_r] V_r

A convolution is one, its places the windows' first entries and its offsets those of a window's entries; the gradient of
its filters is one with the two exchanged.  Six rows of out times one vector of columns are summed in registers, over
256 rows of V that stay in the nearest cache.

Shapes: out (a, O), V (r, O), x flat, places (a,), offsets (r,) integers.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.images.lanes import add_times, lanes_of, load, store
from numba_kernels.cpu.jit import INNER

ROWS = 6  # of out, at once
DEEP = 256  # rows of V, at once
NEAR = 4  # vectors: rows of V that are no longer than this are used where they are


@njit(**INNER)
def add_products(out, x, places, offsets, V):
    lanes, O = lanes_of(x), V.shape[1]
    whole = V.reshape(V.size)
    packed, rest = np.empty(DEEP * lanes, x.dtype), np.empty(ROWS * lanes, x.dtype)
    for r in range(0, len(offsets), DEEP):
        some = offsets[r : r + DEEP]
        for o in range(0, O, lanes):
            column = max(0, min(o, O - lanes))  # the last columns are taken once more, as zeros
            block, width = whole[r * O + column :], O
            if column < o or O < lanes or O > NEAR * lanes:
                pack(packed, V, r, len(some), column, o, lanes)
                block, width = packed, lanes
            for a in range(0, len(places), ROWS):
                rows = min(ROWS, len(places) - a)
                if rows == ROWS and O >= lanes:
                    add_block(out, a * O + column, O, x, places, a, rows, some, block, width)
                else:
                    rest[:] = 0
                    add_block(rest, 0, lanes, x, places, a, rows, some, block, width)
                    for i in range(rows):
                        for j in range(min(lanes, O)):
                            out[(a + i) * O + column + j] += rest[i * lanes + j]


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
def add_block(out, first, width, x, places, a, rows, offsets, V, deep):
    """Six rows of out, width apart, += Σ_r, rows of V deep apart; where rows are fewer, the last of them stands for
    those that are not.
    """
    p0, p1, p2 = places[a], places[a + min(1, rows - 1)], places[a + min(2, rows - 1)]
    p3, p4, p5 = places[a + min(3, rows - 1)], places[a + min(4, rows - 1)], places[a + min(5, rows - 1)]
    s0, s1, s2 = load(out, first), load(out, first + width), load(out, first + 2 * width)
    s3, s4, s5 = load(out, first + 3 * width), load(out, first + 4 * width), load(out, first + 5 * width)
    for r in range(len(offsets)):
        v, at = load(V, r * deep), offsets[r]
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
