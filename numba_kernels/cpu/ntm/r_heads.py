"""The R-passes of ntm.heads: one step of the NTM's memory, for one case, along a direction.

Arguments: as in ntm.heads, and an R before what is a derivative along the direction; Rbefore and Rafter (Rm, rates, Rw)
with the rates of memory.r_access.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER, ONCE
from numba_kernels.cpu.memory.r_access import (
    r_compare,
    r_compare_backward,
    r_inverse_lengths,
    r_read,
    r_read_backward,
    r_write,
    r_write_backward,
)
from numba_kernels.cpu.memory.r_weighting import r_weigh, r_weigh_backward
from numba_kernels.cpu.ntm.heads import contents


@njit(**INNER)
def of_head(h, seen, w):
    similarity, content, logs = seen
    return similarity[h], content[h], logs[h], w[h]


@njit(**ONCE)
def r_forward_step(v, Rv, before, Rbefore, after, Rafter, seen, Rseen, Rr, layout, rows, extended):
    """The arrays after the step, what heads saw, and r, along the direction; rows (2, L), extended (2, L + 2S): memory.
    """
    (m, inverse, w_last), (new, new_inverse, w) = before, after
    (Rm, rates, Rw_last), (Rnew, new_rates, Rw) = Rbefore, Rafter
    R, W, shifts, written_first = layout
    K, size = len(w), W + shifts + 3
    for turn in range(K):
        h = (R + turn) % K
        if h == 0:
            (e, a), (Re, Ra) = contents(v, K, K - R, W, shifts), contents(Rv, K, K - R, W, shifts)
            r_write(m, Rm, (w[R:], e, a), (Rw[R:], Re, Ra), Rnew, rows[0])
            r_inverse_lengths(new, Rnew, new_inverse, new_rates)
            if written_first:
                m, inverse, Rm, rates = new, new_inverse, Rnew, new_rates
        block, Rblock = v[h * size : (h + 1) * size], Rv[h * size : (h + 1) * size]
        r_compare(m, Rm, inverse, rates, block[:W], Rblock[:W], seen[0][h], Rseen[0][h])
        r_weigh(block, Rblock, W, w_last[h], Rw_last[h], of_head(h, seen, w), of_head(h, Rseen, Rw), rows, extended)
        if h < R:
            r_read(m, Rm, w[h], Rw[h], Rr[h * W :])


@njit(**ONCE)
def r_backward_step(v, Rv, before, Rbefore, after, Rafter, seen, Rseen, dr, Rdr, dm, Rdm, dw, Rdw, dv, Rdv, layout,
                    rows, extended):
    """backward_step's gradients and their R-derivatives; rows (5, L) and extended (4, L + 2S): memory."""
    (m, inverse, w_last), (new, new_inverse, w) = before, after
    (Rm, rates, Rw_last), (Rnew, new_rates, Rw) = Rbefore, Rafter
    R, W, shifts, written_first = layout
    K, size = len(w), W + shifts + 3
    for h in range(K):
        if h == (R if written_first else 0):
            (e, a), (Re, Ra) = contents(v, K, K - R, W, shifts), contents(Rv, K, K - R, W, shifts)
            r_write_backward(m, Rm, (w[R:], e, a), (Rw[R:], Re, Ra), dm, Rdm, dw[R:], Rdw[R:],
                             contents(dv, K, K - R, W, shifts), contents(Rdv, K, K - R, W, shifts), rows)
        at, Rat, at_inverse, at_rates = m, Rm, inverse, rates
        if h < R and written_first:
            at, Rat, at_inverse, at_rates = new, Rnew, new_inverse, new_rates
        block, Rblock, dblock, Rdblock = (
            v[h * size : (h + 1) * size], Rv[h * size : (h + 1) * size],
            dv[h * size :], Rdv[h * size :])
        if h < R:
            r_read_backward(at, Rat, w[h], Rw[h], dr[h * W :], Rdr[h * W :], dm, Rdm, dw[h],
                            Rdw[h])
        r_weigh_backward(block, Rblock, W, w_last[h], Rw_last[h], of_head(h, seen, w), of_head(h, Rseen, Rw), dw[h],
                         Rdw[h], dblock, Rdblock, rows, extended)
        r_compare_backward(at, Rat, at_inverse, at_rates, block[:W], Rblock[:W], seen[0][h], Rseen[0][h], dm, Rdm,
                           dblock, Rdblock, rows)
