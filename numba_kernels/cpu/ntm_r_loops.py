"""The compiled NTM's loops over time along a direction, of some of the cases: R-forward and R-backward.

    Rs_t = z_t RQ + Rz_t Q             Rz_t = (Rh_{t-1}, Rr_{t-1}, Rx_t, 0)
    Ro_t = Rh_t P + h_t RP + Rq
    RdQ  = Σ_t (z_tᵀ Rds_t + Rz_tᵀ ds_t)

Arguments: as in ntm_loops, and an R before what is a derivative along the direction: Rcontrol (Rh, Rr, Rc, Rgates),
Rsaid Rv, Rmemory (RM, rates, Rw) with the rates of ntm_r_memory, Rseen, Rweights.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.in_place import add, add_product, add_to_rows, put
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm_cell import r_backward_cells, r_cells
from numba_kernels.cpu.lstm_loops import ROWS
from numba_kernels.cpu.ntm_interface import r_through_tanh, r_times_slopes, through_tanh, times_slopes
from numba_kernels.cpu.ntm_loops import at, beside_one, inputs
from numba_kernels.cpu.ntm_r_heads import r_backward_step, r_forward_step
from numba_kernels.cpu.ntm_r_memory import r_inverse_lengths


@njit(**JIT)
def r_forward_cases(part, x, control, said, memory, seen, weights, layout, phis, Rx, Rcontrol, Rv, Rmemory, Rseen,
                    Rweights):
    """Of every array of Rcontrol, Rv, Rmemory and Rseen all but the start is written."""
    (h, r, c, y, gates), (v, slopes), (Q, P, _) = control, said, weights
    (Rh, Rr, Rc, Rgates), (RQ, RP, Rq) = Rcontrol, Rweights
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    N, K, L = part.stop - part.start, memory[2].shape[2], memory[2].shape[3]
    z, p = np.empty((N, len(Q)), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    rest, rest_v = np.empty((N, Q.shape[1]), x.dtype), np.empty((N, P.shape[1]), x.dtype)
    rows, extended = np.empty((2, L), x.dtype), np.empty((2, L + shifts - 1), x.dtype)
    for n in range(part.start, part.stop):
        r_inverse_lengths(memory[0][0, n], Rmemory[0][0, n], memory[1][0, n], Rmemory[1][0, n])
    for t in range(len(x)):
        h_t, Rh_t, Rv_t = h[t + 1, part], Rh[t + 1, part], Rv[t, part]
        Rs = Rgates[t, part] if len(gates) else Rh_t
        inputs(h[t, part], r[t, part], x[t, part], 1, z)
        np.dot(z, RQ, Rs)
        inputs(Rh[t, part], Rr[t, part], Rx[t, part], 0, z)
        add_product(Rs, z, Q, rest)
        if len(gates):
            r_cells(gates[t, part], c[t, part], c[t + 1, part], y[t, part], p, p, Rc[t, part],
                    Rs, Rc[t + 1, part], Rh_t)
        else:
            for n in range(N):
                through_tanh(h_t[n], Rh_t[n])
        np.dot(h_t, RP, Rv_t)
        add_product(Rv_t, Rh_t, P, rest_v)
        add_to_rows(Rv_t, Rq)
        for n in range(part.start, part.stop):
            times_slopes(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, Rv[t, n])
            r_forward_step(v[t, n], Rv[t, n], at(t, n, memory), at(t, n, Rmemory), at(t + 1, n, memory),
                           at(t + 1, n, Rmemory), at(t, n, seen), at(t, n, Rseen), Rr[t + 1, n], layout, rows, extended)


@njit(**JIT)
def r_backward_cases(part, RdQ, RdPq, Rdy, dy, x, control, said, memory, seen, weights, layout, phis, Rx, Rcontrol, Rv,
                     Rmemory, Rseen, Rweights, Rdx, back, Rback):
    """Rdx and all of back and Rback are written, and the parts RdQ and RdPq, zero before."""
    (h, r, c, y, gates), (v, slopes), (Wt, Rt, Xt, Pt) = control, said, weights
    (Rh, Rr, Rc, Rgates), (RWt, RRt, RXt, RPt) = Rcontrol, Rweights
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    back_M, back_w, back_r, back_h, back_c = back[0], back[1], back[2][part], back[3][part], back[4][part]
    Rback_M, Rback_w, Rback_r, Rback_h, Rback_c = Rback[0], Rback[1], Rback[2][part], Rback[3][part], Rback[4][part]
    N, K, L, H = part.stop - part.start, memory[2].shape[2], memory[2].shape[3], h.shape[2]
    steps, p = max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((2, steps * N, len(RdQ)), x.dtype), np.empty((2, steps * N, RdQ.shape[1]), x.dtype)
    hs, do = np.empty((2, steps * N, H + 1), x.dtype), np.empty((2, steps * N, v.shape[2]), x.dtype)
    rest_Q, rest_P = np.empty_like(RdQ), np.empty_like(RdPq)
    dh, Rdh, rest_h, of_cells = (np.empty((N, H), x.dtype), np.empty((N, H), x.dtype), np.empty((N, H), x.dtype),
                                 np.empty((5, H), x.dtype))
    dr, Rdr, rest_r, rest_x = (np.empty_like(r[0, 0]), np.empty_like(r[0, 0]), np.empty_like(back_r),
                               np.empty_like(x[0, part]))
    rows, extended = np.empty((5, L), x.dtype), np.empty((4, L + shifts - 1), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        ds_t, Rds_t, do_t, Rdo_t = ds[0, start:stop], ds[1, start:stop], do[0, start:stop], do[1, start:stop]
        for i in range(N):
            n = part.start + i
            for j in range(len(dr)):
                dr[j] = dy[t, n, H + j] + back_r[i, j]
            for j in range(len(dr)):
                Rdr[j] = Rdy[t, n, H + j] + Rback_r[i, j]
            r_backward_step(v[t, n], Rv[t, n], at(t, n, memory), at(t, n, Rmemory), at(t + 1, n, memory),
                            at(t + 1, n, Rmemory), at(t, n, seen), at(t, n, Rseen), dr, Rdr, back_M[n], Rback_M[n],
                            back_w[n], Rback_w[n], do_t[i], Rdo_t[i], layout, rows, extended)
            r_times_slopes(v[t, n], slopes[t, n], Rv[t, n], W, shifts, (K - R) * W, contents_tanh, do_t[i], Rdo_t[i])
        np.dot(do_t, Pt, dh)
        add(dh, dy[t, part])
        np.dot(Rdo_t, Pt, Rdh)
        add_product(Rdh, do_t, RPt, rest_h)
        add(Rdh, Rdy[t, part])
        if len(gates):
            r_backward_cells(gates[t, part], Rgates[t, part], c[t, part], Rc[t, part], Rc[t + 1, part], y[t, part],
                             p, p, dh, back_h, back_c, Rdh, Rback_h, Rback_c, ds_t, Rds_t, of_cells)
            np.dot(ds_t, Wt, back_h)
            np.dot(Rds_t, Wt, Rback_h)
            add_product(Rback_h, ds_t, RWt, rest_h)
        else:
            for i in range(N):
                r_through_tanh(h[t + 1, part.start + i], Rh[t + 1, part.start + i], dh[i], Rdh[i])
                through_tanh(h[t + 1, part.start + i], dh[i])
            put(ds_t, dh)
            put(Rds_t, Rdh)
        np.dot(ds_t, Rt, back_r)
        np.dot(Rds_t, Rt, Rback_r)
        add_product(Rback_r, ds_t, RRt, rest_r)
        if len(Rdx):
            np.dot(Rds_t, Xt, Rdx[t, part])
            add_product(Rdx[t, part], ds_t, RXt, rest_x)
        inputs(h[t, part], r[t, part], x[t, part], 1, z[0, start:stop])
        inputs(Rh[t, part], Rr[t, part], Rx[t, part], 0, z[1, start:stop])
        beside_one(h[t + 1, part], 1, hs[0, start:stop])
        beside_one(Rh[t + 1, part], 0, hs[1, start:stop])
        if stop == steps * N or t == 0:
            add_product(RdQ, z[0, :stop].T, ds[1, :stop], rest_Q)
            add_product(RdQ, z[1, :stop].T, ds[0, :stop], rest_Q)
            add_product(RdPq, hs[0, :stop].T, do[1, :stop], rest_P)
            add_product(RdPq, hs[1, :stop].T, do[0, :stop], rest_P)
            stop = 0
        start = stop
