"""The compiled NTM's loops over time along a direction, of some of the cases: R-forward and R-backward.

Arguments: as in ntm.loops, and an R before what is a derivative along the direction: Rcontrol and Rweights as in
controller, Rv, Rmemory (RM, rates, Rw) with the rates of memory.r_access, Rseen.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm.loops import ROWS
from numba_kernels.cpu.memory.controller import r_speak, r_speak_backward, to_reads
from numba_kernels.cpu.memory.interface import r_times_slopes, times_slopes
from numba_kernels.cpu.memory.r_access import r_inverse_lengths
from numba_kernels.cpu.ntm.loops import at
from numba_kernels.cpu.ntm.r_heads import r_backward_step, r_forward_step


@njit(**JIT)
def r_forward_cases(part, x, control, said, memory, seen, weights, layout, phis, Rx, Rcontrol, Rv, Rmemory, Rseen,
                    Rweights):
    """Of every array of Rcontrol, Rv, Rmemory and Rseen all but the start is written."""
    (h, _, _, _, _), (v, slopes), (Q, _, _), (_, Rr, _, _) = control, said, weights, Rcontrol
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    N, K, L = part.stop - part.start, memory[2].shape[2], memory[2].shape[3]
    z, peepholes = np.empty((N, Q.shape[1]), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    rows, extended = np.empty((2, L), x.dtype), np.empty((2, L + shifts - 1), x.dtype)
    for n in range(part.start, part.stop):
        r_inverse_lengths(memory[0][0, n], Rmemory[0][0, n], memory[1][0, n], Rmemory[1][0, n])
    for t in range(len(x)):
        r_speak(t, part, x, control, weights, Rx, Rcontrol, Rweights, Rv[t, part], z, peepholes)
        for n in range(part.start, part.stop):
            times_slopes(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, Rv[t, n])
            r_forward_step(v[t, n], Rv[t, n], at(t, n, memory), at(t, n, Rmemory), at(t + 1, n, memory),
                           at(t + 1, n, Rmemory), at(t, n, seen), at(t, n, Rseen), Rr[t + 1, n], layout, rows, extended)


@njit(**JIT)
def r_backward_cases(part, RdQ, RdPq, Rdy, dy, x, control, said, memory, seen, weights, layout, phis, Rx, Rcontrol, Rv,
                     Rmemory, Rseen, Rweights, Rdx, back, Rback):
    """Rdx and all of back and Rback are written, and the parts RdQ and RdPq, zero before."""
    (h, r, _, _, _), (v, slopes) = control, said
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    back_M, back_w, of_part = back[0], back[1], (back[2][part], back[3][part], back[4][part])
    Rback_M, Rback_w, Rof_part = Rback[0], Rback[1], (Rback[2][part], Rback[3][part], Rback[4][part])
    N, K, L, H = part.stop - part.start, memory[2].shape[2], memory[2].shape[3], h.shape[2]
    steps, peepholes = max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((2, steps * N, len(RdQ)), x.dtype), np.empty((2, steps * N, RdQ.shape[1]), x.dtype)
    hs, do = np.empty((2, steps * N, H + 1), x.dtype), np.empty((2, steps * N, v.shape[2]), x.dtype)
    rest_Q, rest_P = np.empty_like(RdQ), np.empty_like(RdPq)
    of_controller = np.empty((N, H), x.dtype), np.empty((N, H), x.dtype), np.empty((5, H), x.dtype)
    dr, Rdr = np.empty_like(r[0, 0]), np.empty_like(r[0, 0])
    rows, extended = np.empty((5, L), x.dtype), np.empty((4, L + shifts - 1), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        do_t, Rdo_t = do[0, start:stop], do[1, start:stop]
        for i in range(N):
            n = part.start + i
            to_reads(t, n, dy, back[2], dr)
            to_reads(t, n, Rdy, Rback[2], Rdr)
            r_backward_step(v[t, n], Rv[t, n], at(t, n, memory), at(t, n, Rmemory), at(t + 1, n, memory),
                            at(t + 1, n, Rmemory), at(t, n, seen), at(t, n, Rseen), dr, Rdr, back_M[n], Rback_M[n],
                            back_w[n], Rback_w[n], do_t[i], Rdo_t[i], layout, rows, extended)
            r_times_slopes(v[t, n], slopes[t, n], Rv[t, n], W, shifts, (K - R) * W, contents_tanh, do_t[i], Rdo_t[i])
        kept = z[0, start:stop], ds[0, start:stop], hs[0, start:stop], do_t
        Rkept = z[1, start:stop], ds[1, start:stop], hs[1, start:stop], Rdo_t
        r_speak_backward(t, part, dy, Rdy, x, control, weights, kept, Rx, Rcontrol, Rweights, Rkept, Rdx, of_part,
                         Rof_part, peepholes, of_controller)
        if stop == steps * N or t == 0:
            for k in range(2):  # one factor moves, and then the other
                add_product(RdQ, z[k, :stop].T, ds[1 - k, :stop], rest_Q)
                add_product(RdPq, hs[k, :stop].T, do[1 - k, :stop], rest_P)
            stop = 0
        start = stop
