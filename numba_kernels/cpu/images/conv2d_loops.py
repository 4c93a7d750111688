"""The compiled convolution's loops: over groups of places that see the same part of their windows (layout), each over
pictures, a few at a time, so that they stay in a near cache.

    convolve      y_m   = start + Σ_t x_mt V_t         without start: +=        x_mt what place m sees through entry t
    to_filters    dV_t += Σ_m x_mt dy_m                                         of its window

Shapes: y, dy (N, M, O), x (N, S), V, dV (T, O), start (O,) or empty.  N cases, M places, S numbers a picture, O
filters.
"""

from numba import njit

from numba_kernels.cpu.images.products import add_products
from numba_kernels.cpu.jit import JIT


@njit(**JIT)
def convolve(y, x, V, start, groups, rows, places, offsets, lines):
    (N, M, O), S = y.shape, x.shape[1]
    to, of, flat = y.reshape(y.size), x.reshape(x.size), V.reshape(V.size)
    for g in range(len(groups)):
        B, m, first, seen, entry = groups[g]
        for n in range(0, N, B):
            some = first + min(B, N - n) * m
            out = to[n * M * O :]
            if len(start) > 0:
                for a in range(first, some):
                    row = out[rows[a] * O :]
                    for o in range(O):
                        row[o] = start[o]
            add_products(out, rows[first:some], of[n * S :], places[first:some], offsets[entry : entry + seen], flat,
                         lines[entry : entry + seen], O)


@njit(**JIT)
def to_filters(dV, x, dy, groups, rows, places, offsets, lines):
    (N, M, O), S = dy.shape, x.shape[1]
    to, of, flat = dV.reshape(dV.size), x.reshape(x.size), dy.reshape(dy.size)
    for g in range(len(groups)):
        B, m, first, seen, entry = groups[g]
        for n in range(0, N, B):
            some = first + min(B, N - n) * m
            add_products(to, lines[entry : entry + seen], of[n * S :], offsets[entry : entry + seen],
                         places[first:some], flat[n * M * O :], rows[first:some], O)
