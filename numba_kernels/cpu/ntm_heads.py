"""One step of the NTM's memory, for one case: its heads look, write and read, inside the compiled recurrence.

The equations are those of ref.cells.ntm between the interface and y.

Arguments: v the activated interface (ntm_interface); memory, the case's arrays at the step: (m, inverse, w) before it,
(W, L), (L,) and (K, L), the same after it, and what heads saw, similarity, content and logs (K, L) each; layout (R, W,
shifts, written_first); K heads, the R read heads first; P write heads.
"""

from numba import njit

from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.ntm_memory import (
    compare, compare_backward, inverse_lengths, read, read_backward, write, write_backward,
)
from numba_kernels.cpu.ntm_weighting import weigh, weigh_backward


@njit(**JIT)
def contents(v, K, P, W, shifts):
    """Views of e and a (P, W), which stand behind the heads' blocks."""
    start = K * (W + shifts + 3)
    return v[start : start + P * W].reshape(P, W), v[start + P * W :].reshape(P, W)


@njit(**JIT)
def look(first, last, v, W, shifts, m, inverse, w_last, seen, w, extended):
    """w and what is seen by the heads from the first to before the last."""
    similarity, content, logs = seen
    size = W + shifts + 3
    for h in range(first, last):
        block = v[h * size : (h + 1) * size]
        compare(m, inverse, block[:W], similarity[h])
        weigh(block, W, w_last[h], similarity[h], content[h], logs[h], w[h], extended[0])


@njit(**JIT)
def look_backward(first, last, v, W, shifts, m, inverse, w_last, seen, w, dw, dm, dv, rows, extended):
    """dw, of each head what comes to w, becomes what goes to w_last; dm is added to; the heads' blocks of dv are
    written.
    """
    similarity, content, logs = seen
    size = W + shifts + 3
    for h in range(first, last):
        block, dblock = v[h * size : (h + 1) * size], dv[h * size : (h + 1) * size]
        weigh_backward(block, W, w_last[h], similarity[h], content[h], logs[h], w[h], dw[h], dblock, rows[2], rows,
                       extended)
        compare_backward(m, inverse, block[:W], similarity[h], rows[2], dm, dblock[:W], rows)


@njit(**JIT)
def forward_step(v, before, after, seen, r, layout, extended):
    """The arrays after the step, what heads saw, and r (R W,) are written."""
    (m, inverse, w_last), (new, new_inverse, w) = before, after
    R, W, shifts, written_first = layout
    K = len(w)
    e, a = contents(v, K, K - R, W, shifts)
    look(R, K, v, W, shifts, m, inverse, w_last, seen, w, extended)
    write(m, w[R:], e, a, new)
    inverse_lengths(new, new_inverse)
    if written_first:
        look(0, R, v, W, shifts, new, new_inverse, w_last, seen, w, extended)
    else:
        look(0, R, v, W, shifts, m, inverse, w_last, seen, w, extended)
    for h in range(R):
        read(new if written_first else m, w[h], r[h * W : (h + 1) * W])


@njit(**JIT)
def read_and_look_backward(v, m, inverse, w_last, seen, w, dr, dm, dw, dv, layout, rows, extended):
    """The read heads' part of the way back, at the memory that they see."""
    R, W, shifts, _ = layout
    for h in range(R):
        read_backward(m, w[h], dr[h * W : (h + 1) * W], dm, dw[h])
    look_backward(0, R, v, W, shifts, m, inverse, w_last, seen, w, dw, dm, dv, rows, extended)


@njit(**JIT)
def backward_step(v, before, after, seen, dr, dm, dw, dv, layout, rows, extended):
    """dm and dw, what comes to the memory and the weights after the step, become what goes to those before it; dv is
    written; rows (3, L) and extended (2, L + 2S): memory.
    """
    (m, inverse, w_last), (new, new_inverse, w) = before, after
    R, W, shifts, written_first = layout
    K = len(w)
    (e, a), (de, da) = contents(v, K, K - R, W, shifts), contents(dv, K, K - R, W, shifts)
    if written_first:
        read_and_look_backward(v, new, new_inverse, w_last, seen, w, dr, dm, dw, dv, layout, rows, extended)
    write_backward(m, w[R:], e, a, dm, dw[R:], de, da, rows[0])
    look_backward(R, K, v, W, shifts, m, inverse, w_last, seen, w, dw, dm, dv, rows, extended)
    if not written_first:
        read_and_look_backward(v, m, inverse, w_last, seen, w, dr, dm, dw, dv, layout, rows, extended)
