"""The compiled DNC's loops over time, of some of the cases, which one thread takes through all of it: forward, backward.

The controller's part is the NTM's (ntm_loops); then comes each case's memory by itself (dnc_heads).

Arguments: part, the slice of the cases; of all cases, x (T, N, D); control (h, r, c, y, gates) and said (v, slopes) as
in ntm_loops; memory (m, inverse, u, links, p, ww, wr), each of T + 1 steps, and seen, of eight arrays, each of T, as in
dnc_heads; weights (Q, P, q); sizes (R, W); phis (contents_tanh, beta_from), written_first and stopped as in Design.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.activations import tanh
from numba_kernels.cpu.dnc_heads import backward_step, forward_step
from numba_kernels.cpu.dnc_interface import activate, activate_backward
from numba_kernels.cpu.in_place import add, add_product, add_to_rows
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.lstm_cell import backward_cells, cells
from numba_kernels.cpu.lstm_loops import ROWS
from numba_kernels.cpu.ntm_interface import through_tanh
from numba_kernels.cpu.ntm_loops import inputs
from numba_kernels.cpu.ntm_memory import inverse_lengths


@njit(**JIT)
def held(t, n, memory):
    """One case's memory at one step."""
    m, inverse, u, links, p, ww, wr = memory
    return m[t, n], inverse[t, n], u[t, n], links[t, n], p[t, n], ww[t, n], wr[t, n]


@njit(**JIT)
def looked(t, n, seen):
    order, a, similarity, content, similarities, contents, b, f = seen
    return (order[t, n], a[t, n], similarity[t, n], content[t, n], similarities[t, n], contents[t, n], b[t, n],
            f[t, n])


@njit(**JIT)
def forward_cases(part, x, control, said, memory, seen, weights, sizes, phis, written_first):
    """Of every array of control, said, memory and seen all but the start is written, and the start's inverse lengths."""
    (h, r, c, y, gates), (v, slopes), (Q, P, q) = control, said, weights
    R, W = sizes
    contents_tanh, beta_from = phis
    z, peepholes = np.empty((part.stop - part.start, len(Q)), x.dtype), np.zeros((3, h.shape[2]), x.dtype)
    s = np.empty_like(memory[2][0, 0])
    for n in range(part.start, part.stop):
        inverse_lengths(memory[0][0, n], memory[1][0, n])
    for t in range(len(x)):
        h_t, v_t = h[t + 1, part], v[t, part]
        inputs(h[t, part], r[t, part], x[t, part], 1, z)
        if len(gates):
            np.dot(z, Q, gates[t, part])
            cells(c[t, part], peepholes, gates[t, part], c[t + 1, part], y[t, part], h_t)
        else:
            np.dot(z, Q, h_t)
            tanh(h_t.reshape(h_t.size))
        np.dot(h_t, P, v_t)
        add_to_rows(v_t, q)
        for n in range(part.start, part.stop):
            activate(v[t, n], slopes[t, n], R, W, contents_tanh, beta_from)
            forward_step(v[t, n], held(t, n, memory), held(t + 1, n, memory), looked(t, n, seen), r[t + 1, n], sizes,
                         written_first, s)


@njit(**JIT)
def backward_cases(part, dQ, dPq, dy, x, control, said, memory, seen, weights, sizes, phis, written_first, stopped,
                   dx, back):
    """dx and all of back, what comes to m, u, links, p, ww, wr, r, h and c, are written, and the parts dQ and dPq
    (H + 1, I), zero before.

    weights: the transposes of Q's rows for h, for r and for x, and of P.
    """
    (h, r, c, y, gates), (v, slopes), (Wt, Rt, Xt, Pt) = control, said, weights
    R, W = sizes
    dm, du, dlinks, dp, dww, dwr, back_r, back_h, back_c = back
    back_r, back_h, back_c = back_r[part], back_h[part], back_c[part]
    N, H, L = part.stop - part.start, h.shape[2], du.shape[1]
    steps, peepholes = max(1, ROWS // N), np.zeros((3, H), x.dtype)
    z, ds = np.empty((steps * N, len(dQ)), x.dtype), np.empty((steps * N, dQ.shape[1]), x.dtype)
    hs, do = np.ones((steps * N, H + 1), x.dtype), np.empty((steps * N, len(v[0, 0])), x.dtype)
    rest_Q, rest_P = np.empty_like(dQ), np.empty_like(dPq)
    dh, dc, dr, limit = np.empty((N, H), x.dtype), np.empty(H, x.dtype), np.empty_like(r[0, 0]), x.dtype.type(np.inf)
    scratch = np.empty((3, R, L), x.dtype), np.empty((2, L), x.dtype)
    start = 0  # of this step's rows in z, ds, hs and do
    for t in range(len(x) - 1, -1, -1):
        stop = start + N
        z_t, ds_t, do_t = z[start:stop], ds[start:stop], do[start:stop]
        for i in range(N):
            n = part.start + i
            for j in range(len(dr)):
                dr[j] = dy[t, n, H + j] + back_r[i, j]
            backward_step(v[t, n], held(t, n, memory), held(t + 1, n, memory), looked(t, n, seen), dr,
                          (dm[n], du[n], dlinks[n], dp[n], dww[n], dwr[n]), do_t[i], sizes, written_first, stopped,
                          scratch)
            activate_backward(v[t, n], slopes[t, n], R, W, phis[0], do_t[i])
        np.dot(do_t, Pt, dh)
        add(dh, dy[t, part])
        if len(gates):
            backward_cells(gates[t, part], c[t, part], y[t, part], peepholes, dh, back_h, back_c, limit, ds_t, dc)
            np.dot(ds_t, Wt, back_h)
        else:
            for i in range(N):
                for j in range(H):
                    ds_t[i, j] = dh[i, j]
                through_tanh(h[t + 1, part.start + i], ds_t[i])
        np.dot(ds_t, Rt, back_r)
        if len(dx):
            np.dot(ds_t, Xt, dx[t, part])
        inputs(h[t, part], r[t, part], x[t, part], 1, z_t)
        for i in range(N):
            for j in range(H):
                hs[start + i, j] = h[t + 1, part.start + i, j]
        if stop == len(z) or t == 0:
            add_product(dQ, z[:stop].T, ds[:stop], rest_Q)
            add_product(dPq, hs[:stop].T, do[:stop], rest_P)
            stop = 0
        start = stop
