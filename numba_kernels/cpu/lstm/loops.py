"""The compiled LSTM's loops over time, of some of the cases, which one thread takes through all of it.

    s_t  = z_t Q                z_t = (h_{t-1}, x_t, 1) (N, K)      Q = W over U over b (K, 4H)         K = H + D + 1
    Rs_t = z_t RQ + Rz_t Q      Rz_t = (Rh_{t-1}, Rx_t, 0)
    dQ   = Σ_t z_tᵀ ds_t        RdQ  = Σ_t (z_tᵀ Rds_t + Rz_tᵀ ds_t)

The sums over time are products of some steps' rows at once: a product of one step's rows is slow, and all rows together
do not stay in the processor's cache until they are needed.

Arguments: part, the slice of the cases; states (x, h, c, gates, y) and Rstates (Rx, Rh, Rc, Rgates) as in the caches,
of all cases; back and back_c, and their R-derivatives, at first what comes to h_T and c_T, in the end what comes to h_0
and c_0; weights (Q, p) forward, (Uᵀ, Wᵀ, p) backward, Rweights likewise; dx an array to be written or an empty one;
dQ (K, 4H) and dp (3, H), this thread's alone, dp an empty one without peepholes.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.in_place import add_product
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm.cell import add_to_peepholes, backward_cells, cells, r_backward_cells, r_cells

ROWS = 256  # about as many rows, steps times cases, go into one product of a sum over time


@njit(**JIT)
def forward_cases(part, states, Q, p):
    """h[1:], c[1:], gates and y are written."""
    x, h, c, gates, y = states
    z = np.empty((part.stop - part.start, len(Q)), x.dtype)
    for t in range(len(x)):
        s = gates[t, part]
        beside(h[t, part], x[t, part], 1, z)
        np.dot(z, Q, s)
        cells(c[t, part], p, s, c[t + 1, part], y[t, part], h[t + 1, part])


@njit(**JIT)
def beside(h, x, last, z):
    """z = (h, x, last), row by row."""
    H, D = h.shape[1], x.shape[1]
    for n in range(len(z)):
        for j in range(H):
            z[n, j] = h[n, j]
        for j in range(D):
            z[n, H + j] = x[n, j]
        z[n, H + D] = last


@njit(**JIT)
def backward_cases(part, dQ, dp, dh, states, weights, clip, dx, back, back_c):
    """dx, back and back_c are written, and the parts dQ and dp, zero before."""
    (x, h, c, gates, y), (Ut, Wt, p) = states, weights
    back, back_c = back[part], back_c[part]
    N = part.stop - part.start
    steps = max(1, ROWS // N)
    z, ds = np.empty((steps * N, dQ.shape[0]), x.dtype), np.empty((steps * N, dQ.shape[1]), x.dtype)
    dc, rest_Q = np.empty_like(back[0]), np.empty_like(dQ)
    start = 0  # of this step's rows in z and ds
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        z_t, ds_t = z[start:stop], ds[start:stop]
        backward_cells(gates[t, part], c[t, part], y[t, part], p, dh[t, part], back, back_c, clip, ds_t, dc)
        beside(h[t, part], x[t, part], 1, z_t)
        np.dot(ds_t, Wt, back)
        if len(dx):
            np.dot(ds_t, Ut, dx[t, part])
        if len(dp):
            add_to_peepholes(dp, c[t, part], c[t + 1, part], ds_t)
        if stop == len(z) or t == 0:
            add_product(dQ, z[:stop].T, ds[:stop], rest_Q)
            stop = 0
        start = stop


@njit(**JIT)
def r_forward_cases(part, states, weights, Rstates, Rweights):
    """Rh[1:], Rc[1:] and Rgates are written."""
    (x, h, c, gates, y), (Q, p) = states, weights
    (Rx, Rh, Rc, Rgates), (RQ, Rp) = Rstates, Rweights
    z, rest = np.empty((part.stop - part.start, len(Q)), x.dtype), np.empty_like(gates[0, part])
    for t in range(len(x)):
        Rs = Rgates[t, part]
        beside(h[t, part], x[t, part], 1, z)
        np.dot(z, RQ, Rs)
        beside(Rh[t, part], Rx[t, part], 0, z)
        add_product(Rs, z, Q, rest)
        r_cells(gates[t, part], c[t, part], c[t + 1, part], y[t, part], p, Rp, Rc[t, part],
                Rs, Rc[t + 1, part], Rh[t + 1, part])


@njit(**JIT)
def r_backward_cases(part, RdQ, Rdp, Rdh, dh, states, weights, Rstates, Rweights, Rdx, back, back_c, Rback, Rback_c):
    """Rdx and all of back, back_c, Rback, Rback_c are written, and the parts RdQ and Rdp, zero before."""
    (x, h, c, gates, y), (Ut, Wt, p) = states, weights
    (Rx, Rh, Rc, Rgates), (RUt, RWt, Rp) = Rstates, Rweights
    N = part.stop - part.start
    steps = max(1, ROWS // N)
    z, ds = np.empty((steps * N, RdQ.shape[0]), x.dtype), np.empty((steps * N, RdQ.shape[1]), x.dtype)
    Rz, Rds = np.empty_like(z), np.empty_like(ds)
    back, back_c, Rback, Rback_c = back[part], back_c[part], Rback[part], Rback_c[part]
    rows = np.empty((5, Rback.shape[1]), x.dtype)
    rest, rest_x, rest_Q = np.empty_like(back), np.empty_like(x[0, part]), np.empty_like(RdQ)
    start = 0
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        z_t, Rz_t, ds_t, Rds_t = z[start:stop], Rz[start:stop], ds[start:stop], Rds[start:stop]
        r_backward_cells(gates[t, part], Rgates[t, part], c[t, part], Rc[t, part], Rc[t + 1, part], y[t, part], p, Rp,
                         dh[t, part], back, back_c, Rdh[t, part], Rback, Rback_c, ds_t, Rds_t, rows)
        beside(h[t, part], x[t, part], 1, z_t)
        beside(Rh[t, part], Rx[t, part], 0, Rz_t)
        np.dot(ds_t, Wt, back)
        np.dot(Rds_t, Wt, Rback)
        add_product(Rback, ds_t, RWt, rest)
        if len(Rdx):
            np.dot(Rds_t, Ut, Rdx[t, part])
            add_product(Rdx[t, part], ds_t, RUt, rest_x)
        if len(Rdp):
            add_to_peepholes(Rdp, c[t, part], c[t + 1, part], Rds_t)
            add_to_peepholes(Rdp, Rc[t, part], Rc[t + 1, part], ds_t)
        if stop == len(z) or t == 0:
            add_product(RdQ, z[:stop].T, Rds[:stop], rest_Q)
            add_product(RdQ, Rz[:stop].T, ds[:stop], rest_Q)
            stop = 0
        start = stop
