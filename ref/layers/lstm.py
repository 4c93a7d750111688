"""LSTM: units that keep a cell c over time, and gates that say what goes into it, stays in it and comes out of it.

    forward      s_t  = x_t U + h_{t-1} W + b                            (s^i, s^f, s^g, s^o) = s_t      t = 1, ..., T
                 i    = sigma(s^i + p^i c_{t-1})    f = sigma(s^f + p^f c_{t-1})    g = tanh(s^g)
                 c_t  = f c_{t-1} + i g
                 o    = sigma(s^o + p^o c_t)        y = tanh(c_t)                   h_t = o y
    backward     ds^o = o(1 - o) y dh               dh = dh_t + ds_{t+1} Wᵀ                              t = T, ..., 1
                 dc   = (1 - y²) o dh + p^o ds^o + dc_{t+1} f_{t+1} + p^i ds^i_{t+1} + p^f ds^f_{t+1}
                 ds^i = i(1 - i) g dc               ds^f = f(1 - f) c_{t-1} dc      ds^g = (1 - g²) i dc
                 dx_t = ds_t Uᵀ                     dU = Σ_t x_tᵀ ds_t              dW = Σ_t h_{t-1}ᵀ ds_t
                 db   = Σ_tn ds_t                   dp^i = Σ_tn c_{t-1} ds^i        dp^f, dp^o likewise, dp^o with c_t
                 dh_0 = Σₙ ds_1 Wᵀ                  dc_0 = Σₙ (dc_1 f_1 + p^i ds^i_1 + p^f ds^f_1)
    R-forward    Rs_t = Rx_t U + x_t RU + Rh_{t-1} W + h_{t-1} RW + Rb
                 Ri   = i(1 - i) (Rs^i + p^i Rc_{t-1} + Rp^i c_{t-1})               Rf, Ro likewise, Ro with c_t
                 Rg   = (1 - g²) Rs^g               Ry = (1 - y²) Rc_t
                 Rc_t = f Rc_{t-1} + Rf c_{t-1} + i Rg + Ri g                       Rh_t = o Ry + Ro y
    R-backward   R{.} of each line of backward, with R{o(1 - o)} = (1 - 2o) Ro and R{1 - y²} = -2 y Ry

Without peepholes p^i, p^f and p^o are zero and left out.  dh_t is the gradient with respect to h_t as an output; what
comes back through time is added to it here.

The initial states h_0 and c_0 are one for all cases, (H,), or each case's own, (N, H), and then dh_0 or dc_0 is not
summed over cases.  The last states are h_T and c_T; dh_T and dc_T are the gradients of what goes on from there, and
stand for what would come from step T + 1.  So a sequence can be cut in two: the second part's dh_0 and dc_0 are the
first part's dh_T and dc_T.

Shapes: x (T, N, D), h, c and dh (T, N, H), U (D, 4H), W (H, 4H), b (4H,), p (3, H), h0 and c0 (H,) or (N, H), dh_T and
dc_T (N, H).  T steps, N cases, D inputs, H units; time comes first.  The columns of s, U, W and b are those of i, f, g,
o, in this order, H each; the rows of p are p^i, p^f, p^o.

Hochreiter & Schmidhuber 1997; the forget gate f: Gers, Schmidhuber & Cummins 2000; peepholes: Gers & Schmidhuber 2000.
"""

from typing import NamedTuple

import numpy as np

from ref.layers.logistic import sigma

Array = np.ndarray


class Cache(NamedTuple):
    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), h[0] the initial state, h[T] the last
    c: Array  # (T + 1, N, H), likewise
    gates: Array  # (T, N, 4H): i, f, g, o
    y: Array  # (T, N, H)
    U: Array
    W: Array
    h0: Array  # (H,) or (N, H), as it came
    c0: Array  # likewise
    p: Array | None


class Gradients(NamedTuple):
    """What backward returns, in the order of forward's arguments; and r_backward, each differentiated."""

    dx: Array | None
    dU: Array
    dW: Array
    db: Array
    dh0: Array
    dc0: Array
    dp: Array | None


class RCache(NamedTuple):
    Rx: Array | None  # (T, N, D)
    Rh: Array  # (T + 1, N, H)
    Rc: Array  # (T + 1, N, H)
    Rgates: Array  # (T, N, 4H)
    RU: Array
    RW: Array
    Rp: Array | None


OVER = ((0, 1), (0, 1))  # the axes of a sum over steps and cases: np.tensordot(x, ds, OVER) is Σ_t x_tᵀ ds_t


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, c0: Array, p: Array | None = None
            ) -> tuple[Array, Cache]:
    """p is None where there are no peepholes."""
    T, N, _ = x.shape
    H = len(W)
    h, c = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    gates, y = np.empty((T, N, 4 * H), x.dtype), np.empty((T, N, H), x.dtype)
    pi, pf, po = _three(p)
    h[0], c[0] = h0, c0
    for t in range(T):
        si, sf, sg, so = _four(x[t] @ U + h[t] @ W + b)
        i, f, g, o = _four(gates[t])
        i[:] = sigma(si + pi * c[t])
        f[:] = sigma(sf + pf * c[t])
        g[:] = np.tanh(sg)
        c[t + 1] = f * c[t] + i * g
        o[:] = sigma(so + po * c[t + 1])
        y[t] = np.tanh(c[t + 1])
        h[t + 1] = o * y[t]
    return h[1:], Cache(x, h, c, gates, y, U, W, h0, c0, p)


def backward(dh: Array, cache: Cache, to_input: bool = True, clip: float | None = None, dh_T: Array | None = None,
             dc_T: Array | None = None) -> Gradients:
    """dp is None where there are no peepholes.

    to_input   False where nobody asks for dx, which is then None
    clip       the entries of every ds_t are kept between -clip and clip: a bounded message through time, no gradient
    dh_T, dc_T the gradients at the last states of what comes after the sequence
    """
    x, h, c, gates, y, U, W, h0, c0, p = cache
    pi, pf, po = _three(p)
    ds = np.empty(gates.shape, gates.dtype)
    back, back_c = _or_zero(dh_T), _or_zero(dc_T)  # what comes from step t + 1: at h_t, ds_{t+1} Wᵀ, and at c_t
    for t in reversed(range(len(dh))):
        i, f, g, o = _four(gates[t])
        dsi, dsf, dsg, dso = _four(ds[t])
        total = dh[t] + back  # dh of the equations: h_t is an output, and goes into step t + 1
        dso[:] = o * (1 - o) * y[t] * total
        if clip is not None:
            np.clip(dso, -clip, clip, out=dso)
        # c_t goes into y_t, into o through its peephole (so ds^o comes first), and into step t + 1
        dc = (1 - y[t] * y[t]) * o * total + po * dso + back_c
        dsi[:] = i * (1 - i) * g * dc
        dsf[:] = f * (1 - f) * c[t] * dc
        dsg[:] = (1 - g * g) * i * dc
        if clip is not None:
            np.clip(ds[t], -clip, clip, out=ds[t])
        back = ds[t] @ W.T
        back_c = f * dc + pi * dsi + pf * dsf
    dx = ds @ U.T if to_input else None
    dp = None if p is None else _to_peepholes(c, ds)
    return Gradients(dx, np.tensordot(x, ds, OVER), np.tensordot(h[:-1], ds, OVER), ds.sum(axis=(0, 1)),
                     _of_start(back, h0), _of_start(back_c, c0), dp)


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, Rc0: Array, Rp: Array | None, cache: Cache
              ) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves; Rp where there are no peepholes."""
    x, h, c, gates, y, U, W, _, _, p = cache
    Rh, Rc, Rgates = np.empty(h.shape, h.dtype), np.empty(c.shape, c.dtype), np.empty(gates.shape, gates.dtype)
    (pi, pf, po), (Rpi, Rpf, Rpo) = _three(p), _three(Rp)
    Rh[0], Rc[0] = Rh0, Rc0
    for t in range(len(x)):
        Rs = x[t] @ RU + h[t] @ RW + Rh[t] @ W + Rb
        if Rx is not None:
            Rs += Rx[t] @ U
        Rsi, Rsf, Rsg, Rso = _four(Rs)
        i, f, g, o = _four(gates[t])
        Ri, Rf, Rg, Ro = _four(Rgates[t])
        Ri[:] = i * (1 - i) * (Rsi + pi * Rc[t] + Rpi * c[t])
        Rf[:] = f * (1 - f) * (Rsf + pf * Rc[t] + Rpf * c[t])
        Rg[:] = (1 - g * g) * Rsg
        Rc[t + 1] = f * Rc[t] + Rf * c[t] + i * Rg + Ri * g
        Ro[:] = o * (1 - o) * (Rso + po * Rc[t + 1] + Rpo * c[t + 1])
        Ry = (1 - y[t] * y[t]) * Rc[t + 1]
        Rh[t + 1] = o * Ry + Ro * y[t]
    return Rh[1:], RCache(Rx, Rh, Rc, Rgates, RU, RW, Rp)


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dh_T: Array | None = None,
               dc_T: Array | None = None, Rdh_T: Array | None = None, Rdc_T: Array | None = None) -> Gradients:
    """backward, differentiated along all directions, Rdh, Rdh_T and Rdc_T."""
    x, h, c, gates, y, U, W, h0, c0, p = cache
    Rx, Rh, Rc, Rgates, RU, RW, Rp = r_cache
    (pi, pf, po), (Rpi, Rpf, Rpo) = _three(p), _three(Rp)
    ds, Rds = np.empty(gates.shape, gates.dtype), np.empty(gates.shape, gates.dtype)
    back, back_c, Rback, Rback_c = (_or_zero(d) for d in (dh_T, dc_T, Rdh_T, Rdc_T))
    for t in reversed(range(len(dh))):
        i, f, g, o = _four(gates[t])
        Ri, Rf, Rg, Ro = _four(Rgates[t])
        dsi, dsf, dsg, dso = _four(ds[t])
        Rdsi, Rdsf, Rdsg, Rdso = _four(Rds[t])
        # each line of backward, and below it the same differentiated factor by factor: R{abc} = Ra bc + a Rb c + ab Rc
        total, Rtotal = dh[t] + back, Rdh[t] + Rback
        slope = 1 - y[t] * y[t]
        Ry = slope * Rc[t + 1]
        dso[:] = o * (1 - o) * y[t] * total
        Rdso[:] = (1 - 2 * o) * Ro * y[t] * total + o * (1 - o) * (Ry * total + y[t] * Rtotal)
        dc = slope * o * total + po * dso + back_c
        Rdc = -2 * y[t] * Ry * o * total + slope * (Ro * total + o * Rtotal) + Rpo * dso + po * Rdso + Rback_c
        dsi[:] = i * (1 - i) * g * dc
        Rdsi[:] = (1 - 2 * i) * Ri * g * dc + i * (1 - i) * (Rg * dc + g * Rdc)
        dsf[:] = f * (1 - f) * c[t] * dc
        Rdsf[:] = (1 - 2 * f) * Rf * c[t] * dc + f * (1 - f) * (Rc[t] * dc + c[t] * Rdc)
        dsg[:] = (1 - g * g) * i * dc
        Rdsg[:] = -2 * g * Rg * i * dc + (1 - g * g) * (Ri * dc + i * Rdc)
        back = ds[t] @ W.T
        Rback = Rds[t] @ W.T + ds[t] @ RW.T
        back_c = f * dc + pi * dsi + pf * dsf
        Rback_c = Rf * dc + f * Rdc + Rpi * dsi + pi * Rdsi + Rpf * dsf + pf * Rdsf
    RdU = np.tensordot(x, Rds, OVER)
    if Rx is not None:
        RdU += np.tensordot(Rx, ds, OVER)
    RdW = np.tensordot(h[:-1], Rds, OVER) + np.tensordot(Rh[:-1], ds, OVER)
    Rdx = Rds @ U.T + ds @ RU.T if to_input else None
    Rdp = None if p is None else _to_peepholes(c, Rds) + _to_peepholes(Rc, ds)
    return Gradients(Rdx, RdU, RdW, Rds.sum(axis=(0, 1)), _of_start(Rback, h0), _of_start(Rback_c, c0), Rdp)


def _four(s: Array) -> list[Array]:
    """Views of the columns of i, f, g, o: (..., 4H) -> four times (..., H)."""
    return np.split(s, 4, axis=-1)


def _three(p: Array | None) -> Array | tuple[int, int, int]:
    """p^i, p^f, p^o: zero without peepholes."""
    return (0, 0, 0) if p is None else p


def _or_zero(d: Array | None) -> Array | int:
    return 0 if d is None else d


def _of_start(back: Array, state: Array) -> Array:
    """The gradient of an initial state: of one for all cases, the sum over them."""
    return back if state.ndim == 2 else back.sum(axis=0)


def _to_peepholes(c: Array, ds: Array) -> Array:
    """Σ_tn c ds at each peephole: c (T + 1, N, H), ds (T, N, 4H) -> (3, H)."""
    dsi, dsf, _, dso = _four(ds)
    return np.stack([(c[:-1] * dsi).sum(axis=(0, 1)), (c[:-1] * dsf).sum(axis=(0, 1)), (c[1:] * dso).sum(axis=(0, 1))])
