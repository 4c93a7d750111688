"""The compiled DNC's loops over time, of some of the cases, which one thread takes through all of it.

At each step comes the controller, for all these cases together, and then each case's memory by itself.

Arguments: part, the slice of the cases; of all cases, x (T, N, D), and control and weights as in controller; said (v,
slopes) as in dnc.interface; memory (S, links), each of T + 1 steps, and seen (order, seen), each of T, as in dnc.heads;
sizes (R, W); phis (contents_tanh, beta_from), written_first and stopped as in Design; dx an array to be written or an
empty one; back, at first what comes to the last S, links, r, h and c, in the end what comes to the first; dQ and dPq (H
+ 1, I), this thread's alone.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.dnc.heads import backward_step, forward_step
from numba_kernels.cpu.dnc.interface import activate, times_slopes
from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm.loops import ROWS
from numba_kernels.cpu.memory.access import inverse_lengths
from numba_kernels.cpu.memory.controller import speak, speak_backward, to_reads


@njit(**JIT)
def forward_cases(part, x, control, said, memory, seen, weights, sizes, phis, written_first):
    """Of every array of control, said, memory and seen all but the start is written, and the start's inverse lengths.
    """
    (h, r, _, _, _), (v, slopes), (S, links), (order, saw), (Q, _, _) = control, said, memory, seen, weights
    z, peepholes = np.empty((part.stop - part.start, Q.shape[1]), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    W, s = sizes[1], np.empty_like(S[0, 0, 0])
    for n in range(part.start, part.stop):
        inverse_lengths(S[0, n, :W], S[0, n, W])
    for t in range(len(x)):
        speak(t, part, x, control, weights, v[t, part], z, peepholes)
        for n in range(part.start, part.stop):
            activate(v[t, n], slopes[t, n], sizes[0], sizes[1], phis[0], phis[1])
            forward_step(v[t, n], S[t, n], links[t, n], S[t + 1, n], links[t + 1, n], order[t, n], saw[t, n],
                         r[t + 1, n], sizes, written_first, s)


@njit(**JIT)
def backward_cases(part, dQ, dPq, dy, x, control, said, memory, seen, weights, sizes, phis, written_first, stopped,
                   dx, back):
    """dx and all of back are written, and the parts dQ and dPq, zero before."""
    (h, r, _, _, _), (v, slopes), (S, links), (order, saw), (R, W) = control, said, memory, seen, sizes
    dS, dlinks, back_r, back_h, back_c = back
    N, H, L = part.stop - part.start, h.shape[2], S.shape[3]
    of_part, steps, peepholes = (back_r[part], back_h[part], back_c[part]), max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((steps * N, len(dQ)), x.dtype), np.empty((steps * N, dQ.shape[1]), x.dtype)
    hs, do = np.empty((steps * N, H + 1), x.dtype), np.empty((steps * N, v.shape[2]), x.dtype)
    rest_Q, rest_P = np.empty_like(dQ), np.empty_like(dPq)
    dh, dc, dr = np.empty((N, H), x.dtype), np.empty(H, x.dtype), np.empty_like(r[0, 0])
    scratch = np.empty((3, R, L), x.dtype), np.empty((2, L), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        for n in range(part.start, part.stop):
            dv = do[start + n - part.start]
            to_reads(t, n, dy, back_r, dr)
            backward_step(v[t, n], S[t, n], links[t, n], S[t + 1, n], links[t + 1, n], order[t, n], saw[t, n], dr,
                          dS[n], dlinks[n], dv, sizes, written_first, stopped, scratch)
            times_slopes(v[t, n], slopes[t, n], R, W, phis[0], dv)
        kept = z[start:stop], ds[start:stop], hs[start:stop], do[start:stop]
        speak_backward(t, part, dy, x, control, weights, kept, dx, of_part, peepholes, dh, dc)
        if stop == len(z) or t == 0:
            add_product(dQ, z[:stop].T, ds[:stop], rest_Q)
            add_product(dPq, hs[:stop].T, do[:stop], rest_P)
            stop = 0
        start = stop
