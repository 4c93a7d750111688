"""In which order locations were written, inside the compiled DNC: precedence, links, and reading along them.

The equations are those of ref.memory's precedence, links and read_modes.  All of them go through the links row by row,
i after i, and through a row as one loop.

Shapes: links, new and dlinks (L, L); p, ww and rows (L,); w, b, c, f (R, L) of all read heads, pi (R, 3).
"""

from numba import njit

from numba_kernels.cpu.jit import INNER, SUMS
from numba_kernels.cpu.memory.rows import dot, fill, total_of


@njit(**INNER)
def precede(p, ww, new):
    """new is written: the precedence after the write."""
    m = p.dtype.type(1) - total_of(ww)
    for j in range(len(p)):
        new[j] = m * p[j] + ww[j]


@njit(**INNER)
def precede_backward(p, ww, dp, dww):
    """dp, what comes to the precedence after the write, becomes what goes to p; dww is added to."""
    m, through = p.dtype.type(1) - total_of(ww), dot(p, dp)
    for j in range(len(p)):
        dww[j] += dp[j] - through
    for j in range(len(p)):
        dp[j] *= m


@njit(**INNER)
def link(links, p, ww, new):
    """new is written: the links after the write."""
    one = ww.dtype.type(1)
    for i in range(len(ww)):
        own, rest = ww[i], one - ww[i]
        for j in range(len(ww)):
            new[i, j] = (rest - ww[j]) * links[i, j] + own * p[j]
        new[i, i] = 0


@njit(**INNER)
def link_backward(links, p, ww, dlinks, dp, dww):
    """dlinks, what comes to the links after the write, becomes what goes to those before; dp, dww are added to."""
    one = ww.dtype.type(1)
    for i in range(len(ww)):
        row, D = links[i], dlinks[i]
        own, rest = ww[i], one - ww[i]
        D[i] = 0
        dww[i] += dot_of_difference(D, p, row)
        for j in range(len(ww)):
            dww[j] -= D[j] * row[j]
        add_times(own, D, dp)
        for j in range(len(ww)):
            D[j] *= rest - ww[j]


@njit(**SUMS)
def dot_of_difference(d, a, b):
    """Σ d (a - b)"""
    total = d.dtype.type(0)
    for j in range(len(d)):
        total += d[j] * (a[j] - b[j])
    return total


@njit(**INNER)
def add_times(a, row, out):
    """out += a row"""
    for j in range(len(row)):
        out[j] += a * row[j]


@njit(**INNER)
def follow(links, w, b, f):
    """b and f are written: the weights carried backwards and forwards along the links."""
    for h in range(len(w)):
        fill(b[h], 0)
    for i in range(len(links)):
        row = links[i]
        for h in range(len(w)):
            f[h, i] = dot(row, w[h])
            add_times(w[h, i], row, b[h])


@njit(**INNER)
def follow_backward(links, w, db, df, dlinks, dw):
    """dw is written; dlinks is added to."""
    for h in range(len(w)):
        fill(dw[h], 0)
    for i in range(len(links)):
        row, drow = links[i], dlinks[i]
        for h in range(len(w)):
            dw[h, i] += dot(row, db[h])
            add_times(df[h, i], row, dw[h])
            of_db, of_w = w[h, i], df[h, i]
            for j in range(len(row)):
                drow[j] += of_db * db[h, j] + of_w * w[h, j]


@njit(**INNER)
def mix(pi, b, c, f, w):
    """w is written: the head's mixture of the three."""
    for h in range(len(w)):
        of_b, of_c, of_f = pi[h, 0], pi[h, 1], pi[h, 2]
        for j in range(w.shape[1]):
            w[h, j] = of_b * b[h, j] + of_c * c[h, j] + of_f * f[h, j]


@njit(**INNER)
def mix_backward(pi, b, c, f, dw, dpi, db, df):
    """dw, what comes to the mixture, becomes what goes to c; dpi, db and df are written."""
    for h in range(len(dw)):
        dpi[h, 0], dpi[h, 1], dpi[h, 2] = dot(b[h], dw[h]), dot(c[h], dw[h]), dot(f[h], dw[h])
        for j in range(dw.shape[1]):
            db[h, j] = pi[h, 0] * dw[h, j]
        for j in range(dw.shape[1]):
            df[h, j] = pi[h, 2] * dw[h, j]
        for j in range(dw.shape[1]):
            dw[h, j] *= pi[h, 1]
