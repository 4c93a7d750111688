"""One step of the NTM's memory, for one case: its heads look, write and read, inside the compiled recurrence.

The equations are those of ref.cells.ntm between the interface and y.  All heads look in one loop, in an order in which
what each needs is there; the memory is written in between.

Arguments: v the activated interface (memory.interface); before and after, the case's (m, inverse, w) before and after
the step, (W, L), (L,) and (K, L); seen, what heads saw, (similarity, content, logs), (K, L) each; layout (R, W, shifts,
written_first); K heads, the R read heads first; P write heads.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER, ONCE
from numba_kernels.cpu.memory.access import (
    compare,
    compare_backward,
    inverse_lengths,
    read,
    read_backward,
    write,
    write_backward,
)
from numba_kernels.cpu.memory.weighting import weigh, weigh_backward


@njit(**INNER)
def contents(v, K, P, W, shifts):
    """Views of e and a (P, W), which stand behind the heads' blocks."""
    start = K * (W + shifts + 3)
    return v[start : start + P * W].reshape(P, W), v[start + P * W :].reshape(P, W)


@njit(**ONCE)
def forward_step(v, before, after, seen, r, layout, extended):
    """The arrays after the step, what heads saw, and r (R W,) are written."""
    (m, inverse, w_last), (new, new_inverse, w), (similarity, content, logs) = before, after, seen
    R, W, shifts, written_first = layout
    K, size = len(w), W + shifts + 3
    for turn in range(K):
        h = (R + turn) % K  # those that write come first
        if h == 0:
            e, a = contents(v, K, K - R, W, shifts)
            write(m, w[R:], e, a, new)
            inverse_lengths(new, new_inverse)
            if written_first:
                m, inverse = new, new_inverse
        block = v[h * size : (h + 1) * size]
        compare(m, inverse, block[:W], similarity[h])
        weigh(block, W, w_last[h], similarity[h], content[h], logs[h], w[h], extended[0])
        if h < R:
            read(m, w[h], r[h * W :])


@njit(**ONCE)
def backward_step(v, before, after, seen, dr, dm, dw, dv, layout, rows, extended):
    """dm and dw, what comes to the memory and the weights after the step, become what goes to those before it; dv is
    written; rows (3, L) and extended (2, L + 2S): memory.
    """
    (m, inverse, w_last), (new, new_inverse, w), (similarity, content, logs) = before, after, seen
    R, W, shifts, written_first = layout
    K, size = len(w), W + shifts + 3
    for h in range(K):  # those that read come first
        if h == (R if written_first else 0):
            (e, a), (de, da) = contents(v, K, K - R, W, shifts), contents(dv, K, K - R, W, shifts)
            write_backward(m, w[R:], e, a, dm, dw[R:], de, da, rows[0])
        at, at_inverse = (new, new_inverse) if h < R and written_first else (m, inverse)
        if h < R:
            read_backward(at, w[h], dr[h * W :], dm, dw[h])
        block, dblock = v[h * size : (h + 1) * size], dv[h * size :]
        weigh_backward(block, W, w_last[h], similarity[h], content[h], logs[h], w[h], dw[h], dblock, rows[2], rows,
                       extended)
        compare_backward(at, at_inverse, block[:W], similarity[h], rows[2], dm, dblock, rows)
