"""The compiled Elman recurrence's loops over time, of some of the cases, which one thread takes through all of it.

The equations are those of ref.layers.elman, line by line, with products written into memory that is there already.

Arguments: part, the slice of the cases; x, h, Rx, Rh, dh, Rdh, damped of all cases, Rx and damped empty ones where
there are none; Ut, Wt, RUt, RWt the transposes; dx and Rdx arrays to be written or empty ones; back and Rback (N, H),
at first what comes to h_T, in the end what comes to h_0; dU (D, H), dW (H, H) and db (H,) this thread's alone; phi one
of the codes of activations.
"""

import numpy as np
from numba import njit

from numba_kernels.cpu.activations import activate, r_slope, slope
from numba_kernels.cpu.in_place import add, add_product, add_rows, add_to_rows, clip_entries, multiply, multiply_by_sum
from numba_kernels.cpu.jit import JIT


@njit(**JIT)
def forward_cases(part, x, h, U, W, b, phi):
    """h[1:] is written."""
    rest = np.empty_like(h[0, part])
    for t in range(len(x)):
        s = h[t + 1, part]
        np.dot(x[t, part], U, s)
        add_product(s, h[t, part], W, rest)
        add_to_rows(s, b)
        activate(phi, s)


@njit(**JIT)
def backward_cases(part, dU, dW, db, dh, damped, x, h, Ut, Wt, phi, clip, dx, back):
    """dx and back are written, and the parts dU, dW and db, zero before."""
    back = back[part]
    ds, rest_U, rest_W = np.empty_like(back), np.empty_like(dU), np.empty_like(dW)
    for t in range(len(x) - 1, -1, -1):
        slope(phi, h[t + 1, part], ds)
        multiply_by_sum(ds, dh[t, part], back)
        if len(damped):
            add(ds, damped[t, part])
        if clip < np.inf:
            clip_entries(ds, clip)
        np.dot(ds, Wt, back)
        if len(dx):
            np.dot(ds, Ut, dx[t, part])
        add_product(dU, x[t, part].T, ds, rest_U)
        add_product(dW, h[t, part].T, ds, rest_W)
        add_rows(db, ds)


@njit(**JIT)
def r_forward_cases(part, x, h, U, W, phi, Rx, Rh, RU, RW, Rb):
    """Rh[1:] is written."""
    rest, phi_slope = np.empty_like(h[0, part]), np.empty_like(h[0, part])
    for t in range(len(x)):
        Rs = Rh[t + 1, part]
        np.dot(x[t, part], RU, Rs)
        if len(Rx):
            add_product(Rs, Rx[t, part], U, rest)
        add_product(Rs, h[t, part], RW, rest)
        add_product(Rs, Rh[t, part], W, rest)
        add_to_rows(Rs, Rb)
        slope(phi, h[t + 1, part], phi_slope)
        multiply(Rs, phi_slope)


@njit(**JIT)
def r_backward_cases(part, RdU, RdW, Rdb, Rdh, dh, x, h, Ut, Wt, phi, Rx, Rh, RUt, RWt, Rdx, back, Rback):
    """Rdx, back and Rback are written, and the parts RdU, RdW and Rdb, zero before."""
    back, Rback = back[part], Rback[part]
    ds, Rds, rest = np.empty_like(Rback), np.empty_like(Rback), np.empty_like(Rback)
    rest_x, rest_U, rest_W = np.empty_like(x[0, part]), np.empty_like(RdU), np.empty_like(RdW)
    for t in range(len(x) - 1, -1, -1):
        y = h[t + 1, part]
        slope(phi, y, ds)
        r_slope(phi, y, Rh[t + 1, part], Rds)
        # Rds = R{phi'} (dh_t + ds_{t+1} Wᵀ) + phi' (Rdh_t + R{ds_{t+1} Wᵀ}), while ds still holds phi'
        multiply_by_sum(Rds, dh[t, part], back)
        add(Rback, Rdh[t, part])
        multiply(Rback, ds)
        add(Rds, Rback)
        # only now may ds become phi' (dh_t + ds_{t+1} Wᵀ), and back what comes to step t - 1
        multiply_by_sum(ds, dh[t, part], back)
        np.dot(ds, Wt, back)
        np.dot(Rds, Wt, Rback)
        add_product(Rback, ds, RWt, rest)
        if len(Rdx):
            np.dot(Rds, Ut, Rdx[t, part])
            add_product(Rdx[t, part], ds, RUt, rest_x)
        add_product(RdU, x[t, part].T, Rds, rest_U)
        if len(Rx):
            add_product(RdU, Rx[t, part].T, ds, rest_U)
        add_product(RdW, h[t, part].T, Rds, rest_W)
        add_product(RdW, Rh[t, part].T, ds, rest_W)
        add_rows(Rdb, Rds)
