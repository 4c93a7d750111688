"""The R-passes of dnc.links: precedence, links, and reading along them, along a direction.

The equations are those of ref.memory's precedence, links and read_modes.

Shapes: as in dnc.links.
"""

from numba import njit

from numba_kernels.cpu.dnc.links import (
    add_times,
    dot_of_difference,
    follow_backward,
    link_backward,
    mix_backward,
    precede_backward,
)
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import dot, fill, total_of


@njit(**INNER)
def r_precede(p, Rp, ww, Rww, Rnew):
    """Rnew is written."""
    m, Rm = p.dtype.type(1) - total_of(ww), -total_of(Rww)
    for j in range(len(p)):
        Rnew[j] = m * Rp[j] + Rm * p[j] + Rww[j]


@njit(**INNER)
def r_precede_backward(p, Rp, ww, Rww, dp, Rdp, dww, Rdww):
    """dp and Rdp become what goes to p; dww and Rdww are added to."""
    m, Rm, Rthrough = p.dtype.type(1) - total_of(ww), -total_of(Rww), dot(p, Rdp) + dot(Rp, dp)
    for j in range(len(p)):
        Rdww[j] += Rdp[j] - Rthrough
    for j in range(len(p)):
        Rdp[j] = m * Rdp[j] + Rm * dp[j]
    precede_backward(p, ww, dp, dww)


@njit(**INNER)
def r_link(links, Rlinks, p, Rp, ww, Rww, Rnew):
    """Rnew is written."""
    one = ww.dtype.type(1)
    for i in range(len(ww)):
        own, Rown, rest = ww[i], Rww[i], one - ww[i]
        for j in range(len(ww)):
            Rnew[i, j] = (rest - ww[j]) * Rlinks[i, j] - (Rown + Rww[j]) * links[i, j]
        add_times(Rown, p, Rnew[i])
        add_times(own, Rp, Rnew[i])
        Rnew[i, i] = 0


@njit(**INNER)
def r_link_backward(links, Rlinks, p, Rp, ww, Rww, dlinks, Rdlinks, dp, Rdp, dww, Rdww):
    """dlinks and Rdlinks become what goes to the links before; dp, dww, Rdp and Rdww are added to."""
    one = ww.dtype.type(1)
    for i in range(len(ww)):
        row, Rrow, D, RD = links[i], Rlinks[i], dlinks[i], Rdlinks[i]
        own, Rown, rest = ww[i], Rww[i], one - ww[i]
        D[i], RD[i] = 0, 0
        Rdww[i] += dot_of_difference(RD, p, row) + dot_of_difference(D, Rp, Rrow)
        for j in range(len(ww)):
            Rdww[j] -= RD[j] * row[j] + D[j] * Rrow[j]
        add_times(own, RD, Rdp)
        add_times(Rown, D, Rdp)
        for j in range(len(ww)):
            RD[j] = (rest - ww[j]) * RD[j] - (Rown + Rww[j]) * D[j]
    link_backward(links, p, ww, dlinks, dp, dww)


@njit(**INNER)
def r_follow(links, Rlinks, w, Rw, Rb, Rf):
    """Rb and Rf are written."""
    for h in range(len(w)):
        fill(Rb[h], 0)
    for i in range(len(links)):
        row, Rrow = links[i], Rlinks[i]
        for h in range(len(w)):
            Rf[h, i] = dot(row, Rw[h]) + dot(Rrow, w[h])
            add_times(Rw[h, i], row, Rb[h])
            add_times(w[h, i], Rrow, Rb[h])


@njit(**INNER)
def r_follow_backward(links, Rlinks, w, Rw, db, Rdb, df, Rdf, dlinks, Rdlinks, dw, Rdw):
    """dw and Rdw are written; dlinks and Rdlinks are added to."""
    for h in range(len(w)):
        fill(Rdw[h], 0)
    for i in range(len(links)):
        row, Rrow, Rdrow = links[i], Rlinks[i], Rdlinks[i]
        for h in range(len(w)):
            Rdw[h, i] += dot(row, Rdb[h]) + dot(Rrow, db[h])
            add_times(Rdf[h, i], row, Rdw[h])
            add_times(df[h, i], Rrow, Rdw[h])
            add_times(Rw[h, i], db[h], Rdrow)
            add_times(w[h, i], Rdb[h], Rdrow)
            add_times(Rdf[h, i], w[h], Rdrow)
            add_times(df[h, i], Rw[h], Rdrow)
    follow_backward(links, w, db, df, dlinks, dw)


@njit(**INNER)
def r_mix(pi, Rpi, seen, Rseen, Rw):
    """Rw is written; seen (b, c, f)."""
    for h in range(len(Rw)):
        fill(Rw[h], 0)
        for k in range(3):
            add_times(pi[h, k], Rseen[k][h], Rw[h])
            add_times(Rpi[h, k], seen[k][h], Rw[h])


@njit(**INNER)
def r_mix_backward(pi, Rpi, seen, Rseen, dw, Rdw, dpi, Rdpi, db, Rdb, df, Rdf):
    """dw and Rdw become what goes to c; all after them are written."""
    b, c, f = seen
    for h in range(len(dw)):
        for k in range(3):
            Rdpi[h, k] = dot(seen[k][h], Rdw[h]) + dot(Rseen[k][h], dw[h])
        for j in range(dw.shape[1]):
            Rdb[h, j] = pi[h, 0] * Rdw[h, j] + Rpi[h, 0] * dw[h, j]
        for j in range(dw.shape[1]):
            Rdf[h, j] = pi[h, 2] * Rdw[h, j] + Rpi[h, 2] * dw[h, j]
        for j in range(dw.shape[1]):
            Rdw[h, j] = pi[h, 1] * Rdw[h, j] + Rpi[h, 1] * dw[h, j]
    mix_backward(pi, b, c, f, dw, dpi, db, df)
