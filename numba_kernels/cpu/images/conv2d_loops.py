"""The compiled convolution's loops over pictures, a few at a time, so that they stay in a near cache.

    convolve      y_m    = start + Σ_t x[places_m + offsets_t] V_t          without start: +=
    to_filters    dV_t  += Σ_m x[places_m + offsets_t] dy_m

x is seen inside a margin of zeros, `around`; where it needs none, around is empty.

Shapes: y, dy (N, M, O), x (N, Y, X, C), around (B, Y', X', C), V, dV (t, O), start (O,) or empty, places (B M,) those
of B pictures, offsets (t,).  N cases, M places, O filters.
"""

from numba import njit

from numba_kernels.cpu.images.products import add_products
from numba_kernels.cpu.jit import INNER, JIT


@njit(**JIT)
def convolve(y, x, around, before, places, offsets, V, start):
    N, M, O = y.shape
    B = len(places) // M
    flat = y.reshape(N * M * O)
    for n in range(0, N, B):
        some = min(B, N - n)
        part = flat[n * M * O : (n + some) * M * O]
        add_products(part, seen(x, n, some, around, before), places[: some * M], offsets, V, start)


@njit(**JIT)
def to_filters(dV, x, around, before, places, offsets, dy):
    N, M, O = dy.shape
    B = len(places) // M
    flat, rows = dV.reshape(dV.size), dy.reshape(N * M, O)
    for n in range(0, N, B):
        some = min(B, N - n)
        add_products(flat, seen(x, n, some, around, before), offsets, places[: some * M],
                     rows[n * M : (n + some) * M], None)


@njit(**INNER)
def seen(x, n, some, around, before):
    """some pictures from the n-th on, inside their margin, flat."""
    _, Y, X, C = x.shape
    if around.size == 0:
        return x.reshape(x.size)[n * Y * X * C :]
    for i in range(some):
        for p in range(Y):
            for q in range(X):
                for c in range(C):
                    around[i, before[0] + p, before[1] + q, c] = x[n + i, p, q, c]
    return around.reshape(around.size)
