"""What the controller says to the heads, activated, inside the compiled DNC: ref.cells.dnc's Design has the pieces.

Side by side: the read heads' keys and strengths, the write head's, e and v, the free gates, g_a, g_w, the read modes.
Slopes follow from the activated numbers but for the strengths', which are kept.

Shapes: v and dv (I,), of one case; slopes (R + 1,), of the strengths, the write head's last; R read heads, width W.
"""

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.interface import r_through_logistic, r_through_tanh, softplus, through_tanh
from numba_kernels.cpu.memory.rows import softmax
from numba_kernels.cpu.memory.weighting import r_through_softmax, through_softmax


@njit(**INNER)
def cut(v, R, W):
    """Views: keys (R, W) and strengths (R,) of the read heads, k (W,) and beta (1,) of the write head, e and v (1, W),
    f (R,), g_a and g_w side by side (2,), pi (R, 3).
    """
    k = R * W + R
    e, f = k + W + 1, k + 3 * W + 1
    return (v[: R * W].reshape(R, W), v[R * W : k], v[k : k + W], v[k + W : e], v[e : e + W].reshape(1, W),
            v[e + W : f].reshape(1, W), v[f : f + R], v[f + R : f + R + 2], v[f + R + 2 :].reshape(R, 3))


@njit(**INNER)
def activate(v, slopes, R, W, contents_tanh, beta_from):
    """v, the controller's numbers, becomes what it says; slopes are written.  beta_from 0 or 1."""
    keys, betas, k, beta, e, added, f, gates, pi = cut(v, R, W)
    if contents_tanh:
        for h in range(R):
            tanh(keys[h])
        tanh(k)
        tanh(added[0])
    for strengths, own in ((betas, slopes[:R]), (beta, slopes[R:])):
        for h in range(len(strengths)):
            strengths[h], own[h] = softplus(strengths[h])
            strengths[h] += beta_from
    logistic(e[0])
    logistic(f)
    logistic(gates)
    for h in range(R):
        softmax(pi[h])


@njit(**INNER)
def times_slopes(v, slopes, R, W, contents_tanh, dv):
    """dv, at what is said, becomes what goes to the controller's numbers; or Ro becomes Rv: slopes are symmetric."""
    keys, betas, k, beta, e, added, f, gates, pi = cut(v, R, W)
    dkeys, dbetas, dk, dbeta, de, dadded, df, dgates, dpi = cut(dv, R, W)
    if contents_tanh:
        for h in range(R):
            through_tanh(keys[h], dkeys[h])
        through_tanh(k, dk)
        through_tanh(added[0], dadded[0])
    for h in range(R):
        dbetas[h] *= slopes[h]
    dbeta[0] *= slopes[R]
    through_logistic(e[0], de[0])
    through_logistic(f, df)
    through_logistic(gates, dgates)
    for h in range(R):
        through_softmax(pi[h], dpi[h], dpi[h])


@njit(**INNER)
def through_logistic(y, dy):
    one = y.dtype.type(1)
    for i in range(len(y)):
        dy[i] *= y[i] * (one - y[i])


@njit(**INNER)
def r_times_slopes(v, slopes, Rv, R, W, contents_tanh, dv, Rdv):
    """Rdv becomes Rdo: slopes Rdv + Rslopes dv; dv becomes do, as in times_slopes."""
    one = v.dtype.type(1)
    keys, _, k, _, e, added, f, gates, pi = cut(v, R, W)
    Rkeys, Rbetas, Rk, Rbeta, Re, Radded, Rf, Rgates, Rpi = cut(Rv, R, W)
    dkeys, dbetas, dk, dbeta, de, dadded, df, dgates, dpi = cut(dv, R, W)
    Rdkeys, Rdbetas, Rdk, Rdbeta, Rde, Rdadded, Rdf, Rdgates, Rdpi = cut(Rdv, R, W)
    if contents_tanh:
        for h in range(R):
            r_through_tanh(keys[h], Rkeys[h], dkeys[h], Rdkeys[h])
        r_through_tanh(k, Rk, dk, Rdk)
        r_through_tanh(added[0], Radded[0], dadded[0], Rdadded[0])
    for h in range(R):  # softplus: Rslope = slope (1 - slope) Rx = (1 - slope) Ry
        Rdbetas[h] = slopes[h] * Rdbetas[h] + (one - slopes[h]) * Rbetas[h] * dbetas[h]
    Rdbeta[0] = slopes[R] * Rdbeta[0] + (one - slopes[R]) * Rbeta[0] * dbeta[0]
    r_through_logistic(e[0], Re[0], de[0], Rde[0])
    r_through_logistic(f, Rf, df, Rdf)
    r_through_logistic(gates, Rgates, dgates, Rdgates)
    for h in range(R):
        r_through_softmax(pi[h], Rpi[h], dpi[h], Rdpi[h], Rdpi[h])
    times_slopes(v, slopes, R, W, contents_tanh, dv)
