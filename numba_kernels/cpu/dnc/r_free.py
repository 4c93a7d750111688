"""The R-passes of dnc.free: usage and allocation along a direction, which does not change the order.

The equations are those of ref.memory's usage and allocation.

Shapes: as in dnc.free; rows (4, L): memory.
"""

from numba import njit

from numba_kernels.cpu.dnc.free import offer
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import dot, fill
from ref.memory.allocation import EPSILON


@njit(**INNER)
def r_retain(wr, Rwr, f, Rf, left_out, psi, Rpsi):
    """psi is written, and its R-derivative."""
    one = psi.dtype.type(1)
    fill(psi, one)
    fill(Rpsi, 0)
    for h in range(len(f)):
        if h != left_out:
            for i in range(len(psi)):
                Rpsi[i] = (one - f[h] * wr[h, i]) * Rpsi[i] - (Rf[h] * wr[h, i] + f[h] * Rwr[h, i]) * psi[i]
            for i in range(len(psi)):
                psi[i] *= one - f[h] * wr[h, i]


@njit(**INNER)
def r_use(u, Ru, ww, Rww, wr, Rwr, f, Rf, Rnew, psi):
    """Rnew is written; psi: memory for a row."""
    one = u.dtype.type(1)
    r_retain(wr, Rwr, f, Rf, -1, psi, Rnew)
    for i in range(len(u)):
        Rnew[i] *= u[i] + (one - u[i]) * ww[i]
    for i in range(len(u)):
        Rnew[i] += ((one - ww[i]) * Ru[i] + (one - u[i]) * Rww[i]) * psi[i]


@njit(**INNER)
def r_use_backward(u, Ru, ww, Rww, wr, Rwr, f, Rf, du, Rdu, dww, Rdww, dwr, Rdwr, df, Rdf, rows):
    """du and Rdu become what goes to u; dww, Rdww, df and Rdf are written, dwr and Rdwr added to."""
    one = u.dtype.type(1)
    psi, Rpsi, dq, Rdq = rows[0], rows[1], rows[2], rows[3]
    for h in range(len(f)):
        r_retain(wr, Rwr, f, Rf, h, psi, Rpsi)
        for i in range(len(u)):
            v, Rv = u[i] + (one - u[i]) * ww[i], (one - ww[i]) * Ru[i] + (one - u[i]) * Rww[i]
            dq[i] = v * du[i] * psi[i]
            Rdq[i] = (Rv * du[i] + v * Rdu[i]) * psi[i] + v * du[i] * Rpsi[i]
        df[h] = -dot(wr[h], dq)
        Rdf[h] = -dot(Rwr[h], dq) - dot(wr[h], Rdq)
        for i in range(len(u)):
            dwr[h, i] -= f[h] * dq[i]
        for i in range(len(u)):
            Rdwr[h, i] -= Rf[h] * dq[i] + f[h] * Rdq[i]
    r_retain(wr, Rwr, f, Rf, -1, psi, Rpsi)
    for i in range(len(u)):
        kept, Rkept = psi[i] * du[i], Rpsi[i] * du[i] + psi[i] * Rdu[i]
        dww[i] = (one - u[i]) * kept
        Rdww[i] = (one - u[i]) * Rkept - Ru[i] * kept
        du[i] = (one - ww[i]) * kept
        Rdu[i] = (one - ww[i]) * Rkept - Rww[i] * kept


@njit(**INNER)
def r_offer(u, Ru, order, rows):
    """rows are written: s, P, Rs and RP, in order."""
    s, P, Rs, RP = rows[0], rows[1], rows[2], rows[3]
    rest = s.dtype.type(1 - EPSILON)
    for j in range(len(s)):
        s[j], Rs[j] = u[order[j]], rest * Ru[order[j]]
    offer(s)
    P[0], RP[0] = 1, 0
    for j in range(len(s) - 1):
        P[j + 1], RP[j + 1] = P[j] * s[j], RP[j] * s[j] + P[j] * Rs[j]


@njit(**INNER)
def r_allocate(u, Ru, order, Ra, rows):
    """Ra is written."""
    r_offer(u, Ru, order, rows)
    s, P, Rs, RP = rows[0], rows[1], rows[2], rows[3]
    one = s.dtype.type(1)
    for j in range(len(s)):
        Ra[order[j]] = (one - s[j]) * RP[j] - Rs[j] * P[j]


@njit(**INNER)
def r_allocate_backward(u, Ru, order, da, Rda, du, Rdu, rows):
    """du and Rdu are added to."""
    r_offer(u, Ru, order, rows)
    s, P, Rs, RP = rows[0], rows[1], rows[2], rows[3]
    one, rest, dP, RdP = s.dtype.type(1), s.dtype.type(1 - EPSILON), s.dtype.type(0), s.dtype.type(0)
    for j in range(len(s) - 1, -1, -1):
        at = order[j]
        du[at] += rest * P[j] * (dP - da[at])
        Rdu[at] += rest * (RP[j] * (dP - da[at]) + P[j] * (RdP - Rda[at]))
        RdP = (one - s[j]) * Rda[at] - Rs[j] * da[at] + s[j] * RdP + Rs[j] * dP
        dP = (one - s[j]) * da[at] + s[j] * dP
