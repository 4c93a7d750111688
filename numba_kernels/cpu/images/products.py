"""Products with a matrix that is never formed, A_ar = x[places_a + offsets_r].

    out[rows_a] += Σ_r x[places_a + offsets_r] V[lines_r]

A convolution is one, its places those of the pictures and its offsets those of a window's entries; the gradient of its
filters is one with the two exchanged.  Six rows of out times one vector of columns are summed in registers, over some
hundred rows of V that stay in the nearest cache: one after the other, whole cache lines, or rows of a power of two
would push each other out.

Shapes: out, x, V flat, out and V of rows of O; rows, places (a,), offsets, lines (r,) integers.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.lanes import add_times, lanes_of, load, store

ROWS = 6  # of out, at once
EACH = np.arange(ROWS)
DEEP = 192  # rows of V, at once, at most


@njit(**INNER)
def add_products(out, rows, x, places, offsets, V, lines, O):
    lanes, parts = lanes_of(x), -(-len(offsets) // DEEP)
    packed, rest = np.empty(DEEP * lanes, x.dtype), np.zeros(ROWS * lanes, x.dtype)
    for part in range(parts):  # equal ones
        r, end = len(offsets) * part // parts, len(offsets) * (part + 1) // parts
        for o in range(0, O, lanes):
            column = max(0, min(o, O - lanes))  # of the last vector: the columns before o are there already
            pack(packed, V, lines[r:end], O, column, o, lanes)
            for a in range(0, len(rows), ROWS):
                n = min(ROWS, len(rows) - a)
                if n == ROWS and O >= lanes:
                    add_block(out, rows[a:], O, column, x, places[a:], n, offsets[r:end], packed)
                else:
                    add_block(rest, EACH, lanes, 0, x, places[a:], n, offsets[r:end], packed)
                    for i in range(n):
                        for j in range(min(lanes, O)):
                            out[rows[a + i] * O + column + j] += rest[i * lanes + j]
                    rest[:] = 0


@njit(**INNER)
def pack(packed, V, lines, O, column, o, lanes):
    """V[lines, column:], zeros before o and where there are fewer columns than lanes."""
    for i in range(len(lines)):
        first = lines[i] * O + column
        if O >= lanes:
            store(packed, i * lanes, load(V, first))
            for j in range(o - column):
                packed[i * lanes + j] = 0
        else:
            for j in range(lanes):
                packed[i * lanes + j] = V[first + j] if j < O else 0


@njit(**INNER)
def add_block(out, rows, O, column, x, places, n, offsets, V):
    """Six rows of out += Σ_r, rows of V a vector each; where places are fewer, n, the last stands for those that are
    not there.
    """
    p0, p1, p2 = places[0], places[min(1, n - 1)], places[min(2, n - 1)]
    p3, p4, p5 = places[min(3, n - 1)], places[min(4, n - 1)], places[min(5, n - 1)]
    o0, o1, o2 = rows[0] * O + column, rows[1] * O + column, rows[2] * O + column
    o3, o4, o5 = rows[3] * O + column, rows[4] * O + column, rows[5] * O + column
    s0, s1, s2, s3, s4, s5 = load(out, o0), load(out, o1), load(out, o2), load(out, o3), load(out, o4), load(out, o5)
    for r in range(len(offsets)):
        v, at = load(V, r * lanes_of(V)), offsets[r]
        s0 = add_times(s0, x, p0 + at, v)
        s1 = add_times(s1, x, p1 + at, v)
        s2 = add_times(s2, x, p2 + at, v)
        s3 = add_times(s3, x, p3 + at, v)
        s4 = add_times(s4, x, p4 + at, v)
        s5 = add_times(s5, x, p5 + at, v)
    store(out, o0, s0)
    store(out, o1, s1)
    store(out, o2, s2)
    store(out, o3, s3)
    store(out, o4, s4)
    store(out, o5, s5)
