"""The compiled DNC's loops over time along a direction, of some of the cases: R-forward and R-backward.

Arguments: as in dnc.loops, and an R before what is a derivative along the direction: Rcontrol (Rh, Rr, Rc, Rgates) and
Rweights as in controller, Rv, Rmemory (RS, Rlinks) and Rsaw, T steps of Rseen, as in dnc.r_heads.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.dnc.interface import r_times_slopes, times_slopes
from numba_kernels.cpu.dnc.r_heads import r_backward_step, r_forward_step
from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm.loops import ROWS
from numba_kernels.cpu.memory.controller import r_speak, r_speak_backward, to_reads
from numba_kernels.cpu.memory.r_access import r_inverse_lengths


@njit(**JIT)
def r_forward_cases(part, x, control, said, memory, seen, weights, sizes, phis, written_first, stopped, Rx, Rcontrol,
                    Rv, Rmemory, Rsaw, Rweights):
    """Of every array of Rcontrol, Rv, Rmemory and Rsaw all but the start is written, and the start's rates."""
    (v, slopes), (Q, P, _), (R, W), (S, links), (RS, Rlinks), (order, saw) = said, weights, sizes, memory, Rmemory, seen
    N, H, L, Rr = part.stop - part.start, P.shape[1], S.shape[3], Rcontrol[1]
    z, peepholes, rows = np.empty((N, Q.shape[1]), x.dtype), np.zeros((3, H), x.dtype), np.empty((4, L), x.dtype)
    for n in range(part.start, part.stop):
        r_inverse_lengths(S[0, n, :W], RS[0, n, :W], S[0, n, W], RS[0, n, W])
    for t in range(len(x)):
        r_speak(t, part, x, control, weights, Rx, Rcontrol, Rweights, Rv[t, part], z, peepholes)
        for n in range(part.start, part.stop):
            times_slopes(v[t, n], slopes[t, n], R, W, phis[0], Rv[t, n])
            r_forward_step(v[t, n], Rv[t, n], S[t, n], RS[t, n], links[t, n], Rlinks[t, n], S[t + 1, n], RS[t + 1, n],
                           links[t + 1, n], Rlinks[t + 1, n], order[t, n], saw[t, n], Rsaw[t, n], Rr[t + 1, n], sizes,
                           written_first, stopped, rows)


@njit(**JIT)
def r_backward_cases(part, RdQ, RdPq, Rdy, dy, x, control, said, memory, seen, weights, sizes, phis, written_first,
                     stopped, Rx, Rcontrol, Rv, Rmemory, Rsaw, Rweights, Rdx, back, Rback):
    """Rdx and all of back and Rback are written, and the parts RdQ and RdPq, zero before."""
    (h, r, _, _, _), (v, slopes), (R, W), (order, saw) = control, said, sizes, seen
    (S, links), (RS, Rlinks) = memory, Rmemory
    (dS, dlinks, back_r, back_h, back_c), (RdS, Rdlinks, Rback_r, Rback_h, Rback_c) = back, Rback
    N, H, L, dtype = part.stop - part.start, h.shape[2], S.shape[3], x.dtype
    of_part, Rof_part = (back_r[part], back_h[part], back_c[part]), (Rback_r[part], Rback_h[part], Rback_c[part])
    steps, peepholes = max(1, ROWS // N), np.zeros((3, H), dtype)
    z, ds = np.empty((2, steps * N, len(RdQ)), dtype), np.empty((2, steps * N, RdQ.shape[1]), dtype)
    hs, do = np.empty((2, steps * N, H + 1), dtype), np.empty((2, steps * N, v.shape[2]), dtype)
    rest_Q, rest_P, dr, Rdr = np.empty_like(RdQ), np.empty_like(RdPq), np.empty_like(r[0, 0]), np.empty_like(r[0, 0])
    of_controller = np.empty((N, H), dtype), np.empty((N, H), dtype), np.empty((5, H), dtype)
    scratch = np.empty((6, R, L), dtype), np.empty((5, L), dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        for n in range(part.start, part.stop):
            dv, Rdv = do[0, start + n - part.start], do[1, start + n - part.start]
            to_reads(t, n, dy, back_r, dr)
            to_reads(t, n, Rdy, Rback_r, Rdr)
            r_backward_step(v[t, n], Rv[t, n], S[t, n], RS[t, n], links[t, n], Rlinks[t, n], S[t + 1, n], RS[t + 1, n],
                            links[t + 1, n], Rlinks[t + 1, n], order[t, n], saw[t, n], Rsaw[t, n], dr, Rdr, dS[n],
                            RdS[n], dlinks[n], Rdlinks[n], dv, Rdv, sizes, written_first, stopped, scratch)
            r_times_slopes(v[t, n], slopes[t, n], Rv[t, n], R, W, phis[0], dv, Rdv)
        r_speak_backward(
            t, part, dy, Rdy, x, control, weights,
            (z[0, start:stop], ds[0, start:stop], hs[0, start:stop], do[0, start:stop]), Rx, Rcontrol, Rweights,
            (z[1, start:stop], ds[1, start:stop], hs[1, start:stop], do[1, start:stop]), Rdx, of_part, Rof_part,
            peepholes, of_controller)
        if stop == steps * N or t == 0:
            add_product(RdQ, z[0, :stop].T, ds[1, :stop], rest_Q)
            add_product(RdQ, z[1, :stop].T, ds[0, :stop], rest_Q)
            add_product(RdPq, hs[0, :stop].T, do[1, :stop], rest_P)
            add_product(RdPq, hs[1, :stop].T, do[0, :stop], rest_P)
            stop = 0
        start = stop
