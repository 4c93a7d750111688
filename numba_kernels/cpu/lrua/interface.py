"""What the controller says to the heads, activated, inside the compiled LRUA: ref.cells.lrua's Design has the pieces.

Side by side: the keys, the gates, the strengths if there are any, and the vectors that are added if they are not the
keys.  Slopes follow from the activated numbers but for the strengths', which are kept.

Shapes: v and dv (I,), of one case; slopes (B,), of the strengths; R heads, width W, B strengths, R or 0.
"""

from numba import njit

from numba_kernels.cpu.activations import logistic, tanh
from numba_kernels.cpu.dnc.interface import through_logistic
from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.interface import r_through_logistic, r_through_tanh, softplus, through_tanh


@njit(**INNER)
def cut(v, R, W, B, own_add):
    """Views: k (R, W), g (R,), beta (B,), and a (R, W), which is k where nothing else is added."""
    g, beta = R * W, R * W + R
    a = beta + B if own_add else 0
    return v[:g].reshape(R, W), v[g:beta], v[beta : beta + B], v[a : a + g].reshape(R, W)


@njit(**INNER)
def strength(betas, h):
    """One where there are none."""
    return betas[h] if len(betas) else betas.dtype.type(1)


@njit(**INNER)
def activate(v, slopes, sizes, contents_tanh, beta_from):
    """v, the controller's numbers, becomes what it says; slopes are written.  beta_from 0 or 1."""
    keys, gates, betas, a = cut(v, *sizes)
    logistic(gates)
    for h in range(len(betas)):
        betas[h], slopes[h] = softplus(betas[h])
        betas[h] += beta_from
    if contents_tanh:
        for h in range(len(keys)):
            tanh(keys[h])
            if sizes[3]:
                tanh(a[h])


@njit(**INNER)
def times_slopes(v, slopes, sizes, contents_tanh, dv):
    """dv, at what is said, becomes what goes to the controller's numbers; or Ro becomes Rv: slopes are symmetric."""
    (keys, gates, _, a), (dkeys, dgates, dbetas, da) = cut(v, *sizes), cut(dv, *sizes)
    through_logistic(gates, dgates)
    for h in range(len(dbetas)):
        dbetas[h] *= slopes[h]
    if contents_tanh:
        for h in range(len(keys)):
            through_tanh(keys[h], dkeys[h])
            if sizes[3]:
                through_tanh(a[h], da[h])


@njit(**INNER)
def r_times_slopes(v, slopes, Rv, sizes, contents_tanh, dv, Rdv):
    """Rdv becomes Rdo: slopes Rdv + Rslopes dv; dv becomes do, as in times_slopes."""
    one = v.dtype.type(1)
    (keys, gates, _, a), (Rkeys, Rgates, Rbetas, Ra) = cut(v, *sizes), cut(Rv, *sizes)
    (dkeys, dgates, dbetas, da), (Rdkeys, Rdgates, Rdbetas, Rda) = cut(dv, *sizes), cut(Rdv, *sizes)
    r_through_logistic(gates, Rgates, dgates, Rdgates)
    for h in range(len(dbetas)):  # softplus: Rslope = slope (1 - slope) Rx = (1 - slope) Ry
        Rdbetas[h] = slopes[h] * Rdbetas[h] + (one - slopes[h]) * Rbetas[h] * dbetas[h]
    if contents_tanh:
        for h in range(len(keys)):
            r_through_tanh(keys[h], Rkeys[h], dkeys[h], Rdkeys[h])
            if sizes[3]:
                r_through_tanh(a[h], Ra[h], da[h], Rda[h])
    times_slopes(v, slopes, sizes, contents_tanh, dv)
