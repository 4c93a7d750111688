"""The R-passes of lrua.heads: one step of the LRUA's memory, for one case, along a direction.

Arguments: as in lrua.heads, and an R before what is a derivative along the direction: of RS, the row of the inverse
lengths holds the rates of memory.r_access; usage and order do not move.
"""

from numba import njit

from numba_kernels.cpu.dnc.r_heads import r_find, r_find_backward
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.lrua.heads import rows_of
from numba_kernels.cpu.lrua.interface import cut, strength
from numba_kernels.cpu.lrua.r_writing import r_add, r_add_backward, r_aim, r_aim_backward
from numba_kernels.cpu.lrua.writing import forget
from numba_kernels.cpu.memory.r_access import r_inverse_lengths, r_read, r_read_backward
from numba_kernels.cpu.memory.rows import fill


@njit(**INNER)
def r_strength(Rbetas, h):
    """A strength of one does not move."""
    return Rbetas[h] if len(Rbetas) else Rbetas.dtype.type(0)


@njit(**INNER)
def r_forward_step(v, Rv, S, RS, new_S, Rnew_S, least, seen, Rseen, Rr, sizes, rule):
    """Rnew_S, Rseen and Rr are written."""
    R, W, (one_each, n_forgotten) = sizes[0], sizes[1], rule
    (_, _, wr), (Rm, _, Rwr) = rows_of(S, W), rows_of(RS, W)
    (new_m, inverse, new_wr), (Rnew_m, rates, Rnew_wr) = rows_of(new_S, W), rows_of(Rnew_S, W)
    (similarities, ww), (Rsimilarities, Rww) = (seen, seen[R:]), (Rseen, Rseen[R:])
    (keys, gates, betas, a), (Rkeys, Rgates, Rbetas, Ra) = cut(v, *sizes), cut(Rv, *sizes)
    r_aim(wr, Rwr, least, gates, Rgates, one_each, Rww)
    r_add(Rm, least[:n_forgotten], ww, Rww, a, Ra, Rnew_m)
    r_inverse_lengths(new_m, Rnew_m, inverse, rates)
    for h in range(R):
        r_find((new_m, Rnew_m, inverse, rates), keys[h], Rkeys[h], strength(betas, h), r_strength(Rbetas, h),
               similarities[h], new_wr[h], Rsimilarities[h], Rnew_wr[h])
        r_read(new_m, Rnew_m, new_wr[h], Rnew_wr[h], Rr[h * W :])


@njit(**INNER)
def r_backward_step(v, Rv, S, RS, new_S, Rnew_S, least, seen, Rseen, dr, Rdr, dS, RdS, dv, Rdv, sizes, rule, scratch):
    """backward_step's gradients and their R-derivatives; scratch: memory of (2, R, L) and (5, L) numbers."""
    R, W, (one_each, n_forgotten) = sizes[0], sizes[1], rule
    (_, _, wr), (_, _, Rwr) = rows_of(S, W), rows_of(RS, W)
    (new_m, inverse, new_wr), (Rnew_m, rates, Rnew_wr) = rows_of(new_S, W), rows_of(Rnew_S, W)
    (similarities, ww), (Rsimilarities, Rww) = (seen, seen[R:]), (Rseen, Rseen[R:])
    (keys, gates, betas, a), (Rkeys, Rgates, Rbetas, Ra) = cut(v, *sizes), cut(Rv, *sizes)
    (dkeys, dgates, dbetas, da), (Rdkeys, Rdgates, Rdbetas, Rda) = cut(dv, *sizes), cut(Rdv, *sizes)
    (dm, _, dwr), (Rdm, _, Rdwr), (both, rows) = rows_of(dS, W), rows_of(RdS, W), scratch
    for h in range(R):
        fill(da[h], 0)
        fill(Rda[h], 0)
        r_read_backward(new_m, Rnew_m, new_wr[h], Rnew_wr[h], dr[h * W :], Rdr[h * W :], dm,
                        Rdm, dwr[h], Rdwr[h])
        dbeta, Rdbeta = r_find_backward(
            (new_m, Rnew_m, inverse, rates), keys[h], Rkeys[h], strength(betas, h), r_strength(Rbetas, h),
            (similarities[h], new_wr[h]), (Rsimilarities[h], Rnew_wr[h]), dwr[h], Rdwr[h], dm, Rdm, dkeys[h],
            Rdkeys[h], rows)
        if len(betas):
            dbetas[h], Rdbetas[h] = dbeta, Rdbeta
    r_add_backward(dm, Rdm, ww, Rww, a, Ra, both[0], both[1], da, Rda)
    forget(dm, least[:n_forgotten])
    forget(Rdm, least[:n_forgotten])
    r_aim_backward(wr, Rwr, least, gates, Rgates, one_each, both[0], both[1], dgates, Rdgates, dwr, Rdwr)
