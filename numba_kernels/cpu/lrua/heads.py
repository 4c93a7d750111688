"""One step of the LRUA's memory, for one case: it is written and read, inside the compiled recurrence.

The equations are those of ref.cells.lrua between the interface and y.

Arguments: v the activated interface (lrua.interface); S and new_S, the case's rows over the locations at the last step
and at this one, cut as in `rows_of`, u and new_u its usages (L,); least (R,) the least used locations; seen (2R, L) of
the heads the similarities and then the weights they write with; r (R W,) what is read; sizes (R, W, B, own_add) as in
lrua.interface; rule (one_each, how many locations are forgotten).
"""

from numba import njit

from numba_kernels.cpu.dnc.free import sort
from numba_kernels.cpu.dnc.heads import find, find_backward
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.lrua.interface import cut, strength
from numba_kernels.cpu.lrua.writing import add, add_backward, aim, aim_backward, forget, use
from numba_kernels.cpu.memory.access import inverse_lengths, read, read_backward
from numba_kernels.cpu.memory.rows import fill


@njit(**INNER)
def rows_of(S, W):
    """Views of (W + 1 + R, L): the memory turned (W, L), its rows' inverse lengths (memory.access), and the weights
    that the heads read with (R, L).
    """
    return S[:W], S[W], S[W + 1 :]


@njit(**INNER)
def forward_step(v, S, u, new_S, new_u, least, seen, r, sizes, rule, decay, s):
    """new_S, new_u, least, seen and r are written; s: memory for a row."""
    R, W, (one_each, n_forgotten) = sizes[0], sizes[1], rule
    (m, _, wr), (new_m, inverse, new_wr), similarities, ww = rows_of(S, W), rows_of(new_S, W), seen, seen[R:]
    keys, gates, betas, a = cut(v, *sizes)
    sort(u, least, s)
    aim(wr, least, gates, one_each, ww)
    add(m, least[:n_forgotten], ww, a, new_m)
    inverse_lengths(new_m, inverse)
    for h in range(R):
        find(new_m, inverse, keys[h], strength(betas, h), similarities[h], new_wr[h])
        read(new_m, new_wr[h], r[h * W :])
    use(u, new_wr, ww, decay, new_u)


@njit(**INNER)
def backward_step(v, S, new_S, least, seen, dr, dS, dv, sizes, rule, scratch):
    """dS, what comes to new_S, becomes what goes to S; dv is written.  scratch: memory of (R, L) and (2, L) numbers."""
    R, W, (one_each, n_forgotten) = sizes[0], sizes[1], rule
    (_, _, wr), (new_m, inverse, new_wr), similarities, ww = rows_of(S, W), rows_of(new_S, W), seen, seen[R:]
    (keys, gates, betas, a), (dkeys, dgates, dbetas, da) = cut(v, *sizes), cut(dv, *sizes)
    (dm, _, dwr), (dww, rows) = rows_of(dS, W), scratch
    for h in range(R):
        fill(da[h], 0)
        read_backward(new_m, new_wr[h], dr[h * W :], dm, dwr[h])
        dbeta = find_backward(new_m, inverse, keys[h], strength(betas, h), similarities[h], new_wr[h], dwr[h], dm,
                              dkeys[h], rows)
        if len(betas):
            dbetas[h] = dbeta
    add_backward(dm, ww, a, dww, da)
    forget(dm, least[:n_forgotten])
    aim_backward(wr, least, gates, one_each, dww, dgates, dwr)
