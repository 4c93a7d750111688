"""What the controller says to the heads, activated, inside the compiled DNC: ref.cells.dnc's Design has the pieces.

Side by side: the read heads' keys and strengths, the write head's, e and v, the free gates, g_a, g_w, the read modes.
Slopes follow from the activated numbers but for the strengths', which are kept.

Shapes: v and dv (I,), of one case; slopes (R + 1,), of the strengths, the write head's last; R read heads, width W.
"""

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.jit import JIT
from numba_kernels.cpu.ntm_interface import softplus, through_tanh
from numba_kernels.cpu.ntm_rows import softmax
from numba_kernels.cpu.ntm_weighting import through_softmax


@njit(**JIT)
def cut(v, R, W):
    """Views: keys (R, W) and strengths (R,) of the read heads, k (W,) and beta (1,) of the write head, e and v (1, W),
    f (R,), g_a and g_w side by side (2,), pi (R, 3).
    """
    k = R * W + R
    e, f = k + W + 1, k + 3 * W + 1
    return (v[: R * W].reshape(R, W), v[R * W : k], v[k : k + W], v[k + W : e], v[e : e + W].reshape(1, W),
            v[e + W : f].reshape(1, W), v[f : f + R], v[f + R : f + R + 2], v[f + R + 2 :].reshape(R, 3))


@njit(**JIT)
def activate(v, slopes, R, W, contents_tanh, beta_from):
    """v, the controller's numbers, becomes what it says; slopes are written.  beta_from 0 or 1."""
    keys, betas, k, beta, e, added, f, gates, pi = cut(v, R, W)
    if contents_tanh:
        tanh(keys.reshape(keys.size))
        tanh(k)
        tanh(added[0])
    for h in range(R):
        betas[h], slopes[h] = softplus(betas[h])
        betas[h] += beta_from
    beta[0], slopes[R] = softplus(beta[0])
    beta[0] += beta_from
    logistic(e[0])
    logistic(f)
    logistic(gates)
    for h in range(R):
        softmax(pi[h])


@njit(**JIT)
def activate_backward(v, slopes, R, W, contents_tanh, dv):
    """dv, at what is said, becomes what goes to the controller's numbers."""
    keys, betas, k, beta, e, added, f, gates, pi = cut(v, R, W)
    dkeys, dbetas, dk, dbeta, de, dadded, df, dgates, dpi = cut(dv, R, W)
    if contents_tanh:
        through_tanh(keys.reshape(keys.size), dkeys.reshape(dkeys.size))
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


@njit(**JIT)
def through_logistic(y, dy):
    one = y.dtype.type(1)
    for i in range(len(y)):
        dy[i] *= y[i] * (one - y[i])
