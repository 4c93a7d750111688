"""The compiled NTM's loops over time, forward and backward, of some of the cases, which one thread takes through it.

At each step comes the controller, for all these cases together, and then each case's memory by itself (ntm.heads): it
stays in the processor's nearest cache.

Arguments: part, the slice of the cases; of all cases, x (T, N, D), and control and weights as in controller; said
(v, slopes) as in memory.interface; memory (M, inverse, w), each of T + 1 steps; seen (similarity, content, logs), each
of T; layout as in ntm.heads, and phis (contents_tanh, beta_from).
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import INNER, JIT
from numba_kernels.cpu.lstm.loops import ROWS
from numba_kernels.cpu.memory.access import inverse_lengths
from numba_kernels.cpu.memory.controller import speak, speak_backward, to_reads
from numba_kernels.cpu.memory.interface import activate, times_slopes
from numba_kernels.cpu.ntm.heads import backward_step, forward_step


@njit(**INNER)
def at(t, n, arrays):
    """One case of three arrays at one step."""
    a, b, c = arrays
    return a[t, n], b[t, n], c[t, n]


@njit(**JIT)
def forward_cases(part, x, control, said, memory, seen, weights, layout, phis):
    """Of every array of control, said, memory and seen all but the start is written."""
    (h, r, _, _, _), (v, slopes), (Q, _, _) = control, said, weights
    R, W, shifts, _ = layout
    contents_tanh, beta_from = phis
    N, K, L = part.stop - part.start, memory[2].shape[2], memory[2].shape[3]
    z, peepholes = np.empty((N, Q.shape[1]), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    extended = np.empty((1, L + shifts - 1), x.dtype)
    for n in range(part.start, part.stop):
        inverse_lengths(memory[0][0, n], memory[1][0, n])
    for t in range(len(x)):
        speak(t, part, x, control, weights, v[t, part], z, peepholes)
        for n in range(part.start, part.stop):
            activate(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, beta_from)
            forward_step(v[t, n], at(t, n, memory), at(t + 1, n, memory), at(t, n, seen), r[t + 1, n], layout, extended)


@njit(**JIT)
def backward_cases(part, dQ, dPq, dy, x, control, said, memory, seen, weights, layout, phis, dx, back):
    """dx and all of back, what comes to M, w, r, h and c, are written, and the parts dQ and dPq (H + 1, I), zero
    before.
    """
    (h, r, _, _, _), (v, slopes) = control, said
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    back_M, back_w, of_part = back[0], back[1], (back[2][part], back[3][part], back[4][part])
    N, K, L, H = part.stop - part.start, memory[2].shape[2], memory[2].shape[3], h.shape[2]
    steps, peepholes = max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((steps * N, len(dQ)), x.dtype), np.empty((steps * N, dQ.shape[1]), x.dtype)
    hs, do = np.empty((steps * N, H + 1), x.dtype), np.empty((steps * N, v.shape[2]), x.dtype)
    rest_Q, rest_P = np.empty_like(dQ), np.empty_like(dPq)
    dh, dc, dr = np.empty((N, H), x.dtype), np.empty(H, x.dtype), np.empty_like(r[0, 0])
    rows, extended = np.empty((3, L), x.dtype), np.empty((2, L + shifts - 1), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        do_t = do[start:stop]
        for i in range(N):
            n = part.start + i
            to_reads(t, n, dy, back[2], dr)
            backward_step(v[t, n], at(t, n, memory), at(t + 1, n, memory), at(t, n, seen), dr, back_M[n], back_w[n],
                          do_t[i], layout, rows, extended)
            times_slopes(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, do_t[i])
        kept = z[start:stop], ds[start:stop], hs[start:stop], do_t
        speak_backward(t, part, dy, x, control, weights, kept, dx, of_part, peepholes, dh, dc)
        if stop == len(z) or t == 0:
            add_product(dQ, z[:stop].T, ds[:stop], rest_Q)
            add_product(dPq, hs[:stop].T, do[:stop], rest_P)
            stop = 0
        start = stop
