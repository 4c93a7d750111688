"""The compiled NTM's loops over time, forward and backward, of some of the cases, which one thread takes through it.

    s_t = z_t Q        z_t = (h_{t-1}, r_{t-1}, x_t, 1) (N, B)      Q = W over U's rows for r, for x, and b (B, G)
    o_t = h_t P + q    then each case's memory by itself (ntm_heads): it stays in the processor's nearest cache

without h and W for the feed-forward controller, which has G = H instead of 4H.  Sums over time are products of some
steps' rows at once (lstm_loops).

Arguments: part, the slice of the cases; of all cases, x (T, N, D); control (h, r, c, y, gates): h (T + 1, N, H) and r
(T + 1, N, R W), c, y = tanh(c) and gates as in lstm_loops, empty ones without an LSTM; said (v, slopes) as in
ntm_interface; memory (M, inverse, w), each of T + 1 steps; seen (similarity, content, logs), each of T; weights (Q, P,
q); layout as in ntm_heads, and phis (contents_tanh, beta_from).
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.activations import tanh
from numba_kernels.cpu.in_place import add, add_product, add_to_rows, put
from numba_kernels.cpu.jit import INNER, JIT
from numba_kernels.cpu.lstm_cell import backward_cells, cells
from numba_kernels.cpu.lstm_loops import ROWS
from numba_kernels.cpu.ntm_heads import backward_step, forward_step
from numba_kernels.cpu.ntm_interface import activate, through_tanh, times_slopes
from numba_kernels.cpu.ntm_memory import inverse_lengths


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
def at(t, n, arrays):
    """One case of three arrays at one step."""
    a, b, c = arrays
    return a[t, n], b[t, n], c[t, n]


@njit(**JIT)
def forward_cases(part, x, control, said, memory, seen, weights, layout, phis):
    """Of every array of control, said, memory and seen all but the start is written."""
    (h, r, c, y, gates), (v, slopes), (Q, P, q) = control, said, weights
    R, W, shifts, _ = layout
    contents_tanh, beta_from = phis
    N, K, L = part.stop - part.start, memory[2].shape[2], memory[2].shape[3]
    z, p = np.empty((N, len(Q)), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    extended = np.empty((1, L + shifts - 1), x.dtype)
    for n in range(part.start, part.stop):
        inverse_lengths(memory[0][0, n], memory[1][0, n])
    for t in range(len(x)):
        h_t, v_t = h[t + 1, part], v[t, part]
        inputs(h[t, part], r[t, part], x[t, part], 1, z)
        if len(gates):
            np.dot(z, Q, gates[t, part])
            cells(c[t, part], p, gates[t, part], c[t + 1, part], y[t, part], h_t)
        else:
            np.dot(z, Q, h_t)
            tanh(h_t.reshape(h_t.size))
        np.dot(h_t, P, v_t)
        add_to_rows(v_t, q)
        for n in range(part.start, part.stop):
            activate(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, beta_from)
            forward_step(v[t, n], at(t, n, memory), at(t + 1, n, memory), at(t, n, seen), r[t + 1, n], layout, extended)


@njit(**JIT)
def backward_cases(part, dQ, dPq, dy, x, control, said, memory, seen, weights, layout, phis, dx, back):
    """dx and all of back, what comes to M, w, r, h and c, are written, and the parts dQ and dPq (H + 1, I), zero
    before.  weights: the transposes of Q's rows for h, for r and for x, and of P.
    """
    (h, r, c, y, gates), (v, slopes), (Wt, Rt, Xt, Pt) = control, said, weights
    R, W, shifts, _ = layout
    contents_tanh, _ = phis
    back_M, back_w, back_r, back_h, back_c = back[0], back[1], back[2][part], back[3][part], back[4][part]
    N, K, L, H = part.stop - part.start, memory[2].shape[2], memory[2].shape[3], h.shape[2]
    steps, p = max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((steps * N, len(dQ)), x.dtype), np.empty((steps * N, dQ.shape[1]), x.dtype)
    hs, do = np.empty((steps * N, H + 1), x.dtype), np.empty((steps * N, v.shape[2]), x.dtype)
    rest_Q, rest_P = np.empty_like(dQ), np.empty_like(dPq)
    dh, dc, dr, limit = np.empty((N, H), x.dtype), np.empty(H, x.dtype), np.empty_like(r[0, 0]), x.dtype.type(np.inf)
    rows, extended = np.empty((3, L), x.dtype), np.empty((2, L + shifts - 1), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        z_t, ds_t, do_t = z[start:stop], ds[start:stop], do[start:stop]
        for i in range(N):
            n = part.start + i
            for j in range(len(dr)):
                dr[j] = dy[t, n, H + j] + back_r[i, j]
            backward_step(v[t, n], at(t, n, memory), at(t + 1, n, memory), at(t, n, seen), dr, back_M[n], back_w[n],
                          do_t[i], layout, rows, extended)
            times_slopes(v[t, n], slopes[t, n], W, shifts, (K - R) * W, contents_tanh, do_t[i])
        np.dot(do_t, Pt, dh)
        add(dh, dy[t, part])
        if len(gates):
            backward_cells(gates[t, part], c[t, part], y[t, part], p, dh, back_h, back_c, limit, ds_t, dc)
            np.dot(ds_t, Wt, back_h)
        else:
            for i in range(N):
                through_tanh(h[t + 1, part.start + i], dh[i])
            put(ds_t, dh)
        np.dot(ds_t, Rt, back_r)
        if len(dx):
            np.dot(ds_t, Xt, dx[t, part])
        inputs(h[t, part], r[t, part], x[t, part], 1, z_t)
        beside_one(h[t + 1, part], 1, hs[start:stop])
        if stop == len(z) or t == 0:
            add_product(dQ, z[:stop].T, ds[:stop], rest_Q)
            add_product(dPq, hs[:stop].T, do[:stop], rest_P)
            stop = 0
        start = stop
