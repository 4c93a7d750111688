"""One step of a memory's controller inside a compiled recurrence, of some of the cases: an LSTM, or tanh units.

    s  = z Q            z = (h', r', x, 1) (N, B)         Q = W over U's rows for r, for x, and b (B, G)
    o  = h P + q        Rs = z RQ + Rz Q, Rz = (Rh', Rr', Rx, 0)          Ro = Rh P + h RP + Rq
    dQ = Σ_t zᵀ ds      RdQ = Σ_t (zᵀ Rds + Rzᵀ ds)       and so of P and q, from (h, 1) and do

Primes mark the last step.  A feed-forward controller has no h' and W, and G = H instead of 4H.  The sums over time are
products of some steps' rows at once, BLAS's, as in lstm.loops.

Arguments: part, the slice of the cases; of all cases and steps, x (T, N, D) and control (h, r, c, y, gates): h (T + 1,
N, H) and r (T + 1, N, R W), c, y = tanh(c) and gates as in lstm.loops, empty ones without an LSTM; weights (Q, P, q)
forward, backward the transposes of Q's rows for h, for r and for x, and of P, all matrices in panels; Rcontrol (Rh, Rr,
Rc, Rgates), Rweights likewise.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.activations import tanh
from numba_kernels.cpu.in_place import add, add_to_rows, put
from numba_kernels.cpu.jit import INNER, ONCE
from numba_kernels.cpu.lstm.cell import backward_cells, cells, r_backward_cells, r_cells
from numba_kernels.cpu.memory.interface import r_through_tanh, through_tanh
from numba_kernels.cpu.panels import add_product, put_product


@njit(**INNER)
def inputs(h, r, x, last, z):
    """z = (h, r, x, last), row by row; as much of h's end as z has room for, all or nothing."""
    W, D = r.shape[1], x.shape[1]
    H = z.shape[1] - W - D - 1
    for n in range(len(z)):
        for j in range(H):
            z[n, j] = h[n, j]
        for j in range(W):
            z[n, H + j] = r[n, j]
        for j in range(D):
            z[n, H + W + j] = x[n, j]
        z[n, H + W + D] = last


@njit(**INNER)
def beside_one(h, one, hs):
    """hs = (h, one), row by row."""
    H = h.shape[1]
    for n in range(len(hs)):
        for j in range(H):
            hs[n, j] = h[n, j]
        hs[n, H] = one


@njit(**INNER)
def to_reads(t, n, dy, back_r, dr):
    """dr is written: what comes to one case's reads from y and from the next step."""
    H = dy.shape[2] - len(dr)
    for j in range(len(dr)):
        dr[j] = dy[t, n, H + j] + back_r[n, j]


@njit(**ONCE)
def speak(t, part, x, control, weights, v_t, z, peepholes):
    """control's arrays at the step but for r are written, and v_t (N, I): o; z: memory, peepholes zeros (3, H)."""
    (h, r, c, y, gates), (Q, P, q) = control, weights
    h_t = h[t + 1, part]
    inputs(h[t, part], r[t, part], x[t, part], x.dtype.type(1), z)
    if len(gates):
        put_product(gates[t, part], z, Q)
        cells(c[t, part], peepholes, gates[t, part], c[t + 1, part], y[t, part], h_t)
    else:
        put_product(h_t, z, Q)
        tanh(h_t.reshape(h_t.size))
    put_product(v_t, h_t, P)
    add_to_rows(v_t, q)


@njit(**ONCE)
def speak_backward(t, part, dy, x, control, weights, kept, dx, back, peepholes, dh, dc):
    """back (back_r, back_h, back_c), what comes to r, h and c from the next step, becomes what goes to the last; dx is
    written at the step if it is not empty; kept: the step's rows (z, ds, hs, do), of which do is there and the others
    are written.  dh (N, H) and dc (H,): memory.
    """
    (h, r, c, y, gates), (Wt, Rt, Xt, Pt), (z, ds, hs, do), (back_r, back_h, back_c) = control, weights, kept, back
    put_product(dh, do, Pt)
    add(dh, dy[t, part])
    if len(gates):
        backward_cells(gates[t, part], c[t, part], y[t, part], peepholes, dh, back_h, back_c, x.dtype.type(np.inf), ds,
                       dc)
        put_product(back_h, ds, Wt)
    else:
        for n in range(len(dh)):
            through_tanh(h[t + 1, part.start + n], dh[n])
        put(ds, dh)
    put_product(back_r, ds, Rt)
    if len(dx):
        put_product(dx[t, part], ds, Xt)
    inputs(h[t, part], r[t, part], x[t, part], x.dtype.type(1), z)
    beside_one(h[t + 1, part], x.dtype.type(1), hs)


@njit(**ONCE)
def r_speak(t, part, x, control, weights, Rx, Rcontrol, Rweights, Rv_t, z, peepholes):
    """Rcontrol's arrays at the step but for Rr are written, and Rv_t: Ro; z, rest (N, G), rest_v (N, I): memory."""
    (h, r, c, y, gates), (Q, P, _), (Rh, Rr, Rc, Rgates), (RQ, RP, Rq) = control, weights, Rcontrol, Rweights
    h_t, Rh_t = h[t + 1, part], Rh[t + 1, part]
    Rs = Rgates[t, part] if len(gates) else Rh_t
    inputs(h[t, part], r[t, part], x[t, part], x.dtype.type(1), z)
    put_product(Rs, z, RQ)
    inputs(Rh[t, part], Rr[t, part], Rx[t, part], x.dtype.type(0), z)
    add_product(Rs, z, Q)
    if len(gates):
        r_cells(gates[t, part], c[t, part], c[t + 1, part], y[t, part], peepholes, peepholes, Rc[t, part], Rs,
                Rc[t + 1, part], Rh_t)
    else:
        for n in range(len(Rh_t)):
            through_tanh(h_t[n], Rh_t[n])
    put_product(Rv_t, h_t, RP)
    add_product(Rv_t, Rh_t, P)
    add_to_rows(Rv_t, Rq)


@njit(**ONCE)
def r_speak_backward(t, part, dy, Rdy, x, control, weights, kept, Rx, Rcontrol, Rweights, Rkept, Rdx, back, Rback,
                     peepholes, memory):
    """back and Rback become what goes to the last step; Rdx is written at the step if it is not empty; of the step's
    rows, kept and Rkept, do and Rdo are there.  memory: two of (N, H) and (5, H) numbers.
    """
    (h, r, c, y, gates), (Wt, Rt, Xt, Pt), (z, ds, hs, do) = control, weights, kept
    (Rh, Rr, Rc, Rgates), (RWt, RRt, RXt, RPt), (Rz, Rds, Rhs, Rdo) = Rcontrol, Rweights, Rkept
    (back_r, back_h, back_c), (Rback_r, Rback_h, Rback_c) = back, Rback
    dh, Rdh, of_cells = memory
    put_product(dh, do, Pt)
    add(dh, dy[t, part])
    put_product(Rdh, Rdo, Pt)
    add_product(Rdh, do, RPt)
    add(Rdh, Rdy[t, part])
    if len(gates):
        r_backward_cells(gates[t, part], Rgates[t, part], c[t, part], Rc[t, part], Rc[t + 1, part], y[t, part],
                         peepholes, peepholes, dh, back_h, back_c, Rdh, Rback_h, Rback_c, ds, Rds, of_cells)
        put_product(back_h, ds, Wt)
        put_product(Rback_h, Rds, Wt)
        add_product(Rback_h, ds, RWt)
    else:
        for n in range(len(dh)):
            at = part.start + n
            r_through_tanh(h[t + 1, at], Rh[t + 1, at], dh[n], Rdh[n])
            through_tanh(h[t + 1, at], dh[n])
        put(ds, dh)
        put(Rds, Rdh)
    put_product(back_r, ds, Rt)
    put_product(Rback_r, Rds, Rt)
    add_product(Rback_r, ds, RRt)
    if len(Rdx):
        put_product(Rdx[t, part], Rds, Xt)
        add_product(Rdx[t, part], ds, RXt)
    inputs(h[t, part], r[t, part], x[t, part], x.dtype.type(1), z)
    inputs(Rh[t, part], Rr[t, part], Rx[t, part], x.dtype.type(0), Rz)
    beside_one(h[t + 1, part], x.dtype.type(1), hs)
    beside_one(Rh[t + 1, part], x.dtype.type(0), Rhs)
