"""The compiled DNC's loops over time along a direction, of some of the cases: R-forward and R-backward.

Arguments: as in dnc_loops, and an R before what is a derivative along the direction: Rcontrol (Rh, Rr, Rc, Rgates) and
Rweights as in controller, Rv, Rmemory and Rseen as in dnc_r_heads.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.controller import r_speak, r_speak_backward
from numba_kernels.cpu.dnc_interface import r_times_slopes, times_slopes
from numba_kernels.cpu.dnc_loops import held, looked, of_case, to_reads
from numba_kernels.cpu.dnc_r_heads import r_backward_step, r_forward_step
from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import INNER, JIT
from numba_kernels.cpu.lstm_loops import ROWS
from numba_kernels.cpu.ntm_r_memory import r_inverse_lengths


@njit(**INNER)
def r_looked(t, n, Rseen):
    """What one case's heads have seen at one step, along the direction."""
    Ra, Rsimilarity, Rcontent, Rsimilarities, Rcontents, Rb, Rf = Rseen
    return Ra[t, n], Rsimilarity[t, n], Rcontent[t, n], Rsimilarities[t, n], Rcontents[t, n], Rb[t, n], Rf[t, n]


@njit(**JIT)
def r_forward_cases(part, x, control, said, memory, seen, weights, sizes, phis, written_first, stopped, Rx, Rcontrol,
                    Rv, Rmemory, Rseen, Rweights):
    """Of every array of Rcontrol, Rv, Rmemory and Rseen all but the start is written, and the start's rates."""
    (v, slopes), (Q, P, _), (R, W) = said, weights, sizes
    N, H, L = part.stop - part.start, len(P), memory[2].shape[2]
    z, peepholes, rows = np.empty((N, len(Q)), x.dtype), np.zeros((3, H), x.dtype), np.empty((4, L), x.dtype)
    rest, rest_v = np.empty((N, Q.shape[1]), x.dtype), np.empty((N, P.shape[1]), x.dtype)
    for n in range(part.start, part.stop):
        r_inverse_lengths(memory[0][0, n], Rmemory[0][0, n], memory[1][0, n], Rmemory[1][0, n])
    for t in range(len(x)):
        r_speak(t, part, x, control, weights, Rx, Rcontrol, Rweights, Rv[t, part], z, rest, rest_v, peepholes)
        for n in range(part.start, part.stop):
            times_slopes(v[t, n], slopes[t, n], R, W, phis[0], Rv[t, n])
            r_forward_step(v[t, n], Rv[t, n], held(t, n, memory), held(t, n, Rmemory), held(t + 1, n, memory),
                           held(t + 1, n, Rmemory), looked(t, n, seen), r_looked(t, n, Rseen), Rcontrol[1][t + 1, n],
                           sizes, written_first, stopped, rows)


@njit(**JIT)
def r_backward_cases(part, RdQ, RdPq, Rdy, dy, x, control, said, memory, seen, weights, sizes, phis, written_first,
                     stopped, Rx, Rcontrol, Rv, Rmemory, Rseen, Rweights, Rdx, back, Rback):
    """Rdx and all of back and Rback are written, and the parts RdQ and RdPq, zero before."""
    (h, r, _, _, _), (v, slopes), (R, W) = control, said, sizes
    N, H, L, dtype = part.stop - part.start, h.shape[2], memory[2].shape[2], x.dtype
    of_part, Rof_part = (back[6][part], back[7][part], back[8][part]), (Rback[6][part], Rback[7][part], Rback[8][part])
    steps, peepholes = max(1, ROWS // N), np.zeros((3, H), dtype)
    z, ds = np.empty((2, steps * N, len(RdQ)), dtype), np.empty((2, steps * N, RdQ.shape[1]), dtype)
    hs, do = np.empty((2, steps * N, H + 1), dtype), np.empty((2, steps * N, v.shape[2]), dtype)
    rest_Q, rest_P, dr, Rdr = np.empty_like(RdQ), np.empty_like(RdPq), np.empty_like(r[0, 0]), np.empty_like(r[0, 0])
    of_controller = (np.empty((N, H), dtype), np.empty((N, H), dtype), np.empty((N, H), dtype), np.empty((5, H), dtype),
                     np.empty_like(r[0, part]), np.empty_like(x[0, part]))
    scratch = np.empty((6, R, L), dtype), np.empty((5, L), dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        for n in range(part.start, part.stop):
            dv, Rdv = do[0, start + n - part.start], do[1, start + n - part.start]
            to_reads(t, n, dy, back[6], dr)
            to_reads(t, n, Rdy, Rback[6], Rdr)
            r_backward_step(v[t, n], Rv[t, n], held(t, n, memory), held(t, n, Rmemory), held(t + 1, n, memory),
                            held(t + 1, n, Rmemory), looked(t, n, seen), r_looked(t, n, Rseen), dr, Rdr,
                            of_case(n, back), of_case(n, Rback), dv, Rdv, sizes, written_first, stopped, scratch)
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
