"""What happens to the units of an LSTM at one step, inside the compiled recurrence: ref.layers.lstm has the equations.

Case after case, and within a case every line of the equations is a loop of its own over the units that writes one row:
the compiler takes several units at once only where it can tell that what a loop writes is not what it reads.

Shapes: the gates, ds and their R-derivatives (N, 4H), columns i, f, g, o; p and Rp (3, H), zeros without peepholes; all
others (N, H), rows of memory for one case (H,).  c0 is c_{t-1}, y is tanh(c).
"""

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.in_place import clipped
from numba_kernels.cpu.jit import JIT


@njit(**JIT)
def four(s):
    """Views of the columns of i, f, g, o in one row: (4H,) -> four times (H,)."""
    H = len(s) // 4
    return s[:H], s[H : 2 * H], s[2 * H : 3 * H], s[3 * H :]


@njit(**JIT)
def cells(c0, p, s, c, y, h):
    """s, the pre-activations without the peepholes' part, becomes the gates; c, y and h are written."""
    N, H = c.shape
    for n in range(N):
        i, f, g, o = four(s[n])
        for j in range(H):
            i[j] += p[0, j] * c0[n, j]
        for j in range(H):
            f[j] += p[1, j] * c0[n, j]
        logistic(i)
        logistic(f)
        tanh(g)
        for j in range(H):
            c[n, j] = f[j] * c0[n, j] + i[j] * g[j]
        for j in range(H):
            o[j] += p[2, j] * c[n, j]
        logistic(o)
        for j in range(H):
            y[n, j] = c[n, j]
        tanh(y[n])
        for j in range(H):
            h[n, j] = o[j] * y[n, j]


@njit(**JIT)
def backward_cells(gates, c0, y, p, dh, back, back_c, clip, ds, dc):
    """ds is written; back_c, what comes to c_t from the next step, becomes what goes to c_{t-1}; dc: memory for a row.
    """
    N, H = y.shape
    one = y.dtype.type(1)  # a Python 1 would turn float32 into float64
    for n in range(N):
        i, f, g, o = four(gates[n])
        dsi, dsf, dsg, dso = four(ds[n])
        # ds^o comes first: c_t goes into o through its peephole, so that dc needs it
        for j in range(H):
            dso[j] = clipped(o[j] * (one - o[j]) * y[n, j] * (dh[n, j] + back[n, j]), clip)
        for j in range(H):
            dc[j] = (one - y[n, j] * y[n, j]) * o[j] * (dh[n, j] + back[n, j]) + p[2, j] * dso[j] + back_c[n, j]
        for j in range(H):
            dsi[j] = clipped(i[j] * (one - i[j]) * g[j] * dc[j], clip)
        for j in range(H):
            dsf[j] = clipped(f[j] * (one - f[j]) * c0[n, j] * dc[j], clip)
        for j in range(H):
            dsg[j] = clipped((one - g[j] * g[j]) * i[j] * dc[j], clip)
        for j in range(H):
            back_c[n, j] = f[j] * dc[j] + p[0, j] * dsi[j] + p[1, j] * dsf[j]


@njit(**JIT)
def r_cells(gates, c0, c, y, p, Rp, Rc0, Rs, Rc, Rh):
    """Rs, without the peepholes' part, becomes the gates' R-derivatives; Rc and Rh are written."""
    N, H = y.shape
    one = y.dtype.type(1)
    for n in range(N):
        i, f, g, o = four(gates[n])
        Ri, Rf, Rg, Ro = four(Rs[n])
        for j in range(H):
            Ri[j] = i[j] * (one - i[j]) * (Ri[j] + p[0, j] * Rc0[n, j] + Rp[0, j] * c0[n, j])
        for j in range(H):
            Rf[j] = f[j] * (one - f[j]) * (Rf[j] + p[1, j] * Rc0[n, j] + Rp[1, j] * c0[n, j])
        for j in range(H):
            Rg[j] = (one - g[j] * g[j]) * Rg[j]
        for j in range(H):
            Rc[n, j] = f[j] * Rc0[n, j] + Rf[j] * c0[n, j] + i[j] * Rg[j] + Ri[j] * g[j]
        for j in range(H):
            Ro[j] = o[j] * (one - o[j]) * (Ro[j] + p[2, j] * Rc[n, j] + Rp[2, j] * c[n, j])
        for j in range(H):
            Rh[n, j] = o[j] * (one - y[n, j] * y[n, j]) * Rc[n, j] + Ro[j] * y[n, j]


@njit(**JIT)
def r_backward_cells(gates, Rgates, c0, Rc0, Rc, y, p, Rp, dh, back, back_c, Rdh, Rback, Rback_c, ds, Rds, rows):
    """ds and Rds are written; Rback_c and back_c go from c_t to c_{t-1}; rows (5, H) is memory for one case."""
    N, H = y.shape
    one, two = y.dtype.type(1), y.dtype.type(2)
    total, Rtotal, Ry, dc, Rdc = rows[0], rows[1], rows[2], rows[3], rows[4]
    for n in range(N):
        i, f, g, o = four(gates[n])
        Ri, Rf, Rg, Ro = four(Rgates[n])
        dsi, dsf, dsg, dso = four(ds[n])
        Rdsi, Rdsf, Rdsg, Rdso = four(Rds[n])
        # Each line of backward_cells, then the same differentiated factor by factor.  back_c and Rback_c are read for
        # dc and Rdc before they are written over with what goes to step t - 1.
        for j in range(H):
            total[j] = dh[n, j] + back[n, j]
        for j in range(H):
            Rtotal[j] = Rdh[n, j] + Rback[n, j]
        for j in range(H):
            Ry[j] = (one - y[n, j] * y[n, j]) * Rc[n, j]
        for j in range(H):
            dso[j] = o[j] * (one - o[j]) * y[n, j] * total[j]
        for j in range(H):
            Rdso[j] = o[j] * (one - o[j]) * (Ry[j] * total[j] + y[n, j] * Rtotal[j])
            Rdso[j] += (one - two * o[j]) * Ro[j] * y[n, j] * total[j]
        for j in range(H):
            dc[j] = (one - y[n, j] * y[n, j]) * o[j] * total[j] + p[2, j] * dso[j] + back_c[n, j]
        for j in range(H):
            Rdc[j] = (one - y[n, j] * y[n, j]) * (Ro[j] * total[j] + o[j] * Rtotal[j])
            Rdc[j] -= two * y[n, j] * Ry[j] * o[j] * total[j]
        for j in range(H):
            Rdc[j] += Rp[2, j] * dso[j] + p[2, j] * Rdso[j] + Rback_c[n, j]
        for j in range(H):
            dsi[j] = i[j] * (one - i[j]) * g[j] * dc[j]
        for j in range(H):
            Rdsi[j] = i[j] * (one - i[j]) * (Rg[j] * dc[j] + g[j] * Rdc[j])
            Rdsi[j] += (one - two * i[j]) * Ri[j] * g[j] * dc[j]
        for j in range(H):
            dsf[j] = f[j] * (one - f[j]) * c0[n, j] * dc[j]
        for j in range(H):
            Rdsf[j] = f[j] * (one - f[j]) * (Rc0[n, j] * dc[j] + c0[n, j] * Rdc[j])
            Rdsf[j] += (one - two * f[j]) * Rf[j] * c0[n, j] * dc[j]
        for j in range(H):
            dsg[j] = (one - g[j] * g[j]) * i[j] * dc[j]
        for j in range(H):
            Rdsg[j] = (one - g[j] * g[j]) * (Ri[j] * dc[j] + i[j] * Rdc[j]) - two * g[j] * Rg[j] * i[j] * dc[j]
        for j in range(H):
            back_c[n, j] = f[j] * dc[j] + p[0, j] * dsi[j] + p[1, j] * dsf[j]
        for j in range(H):
            Rback_c[n, j] = Rf[j] * dc[j] + f[j] * Rdc[j] + Rp[0, j] * dsi[j] + p[0, j] * Rdsi[j]
            Rback_c[n, j] += Rp[1, j] * dsf[j] + p[1, j] * Rdsf[j]


@njit(**JIT)
def add_to_peepholes(dp, c0, c, ds):
    """dp += Σₙ c ds at each peephole."""
    N, H = c.shape
    for n in range(N):
        dsi, dsf, _, dso = four(ds[n])
        for j in range(H):
            dp[0, j] += c0[n, j] * dsi[j]
        for j in range(H):
            dp[1, j] += c0[n, j] * dsf[j]
        for j in range(H):
            dp[2, j] += c[n, j] * dso[j]
