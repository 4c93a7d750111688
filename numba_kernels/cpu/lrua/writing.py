"""Where the memory of one case is written, what is added there, and how much it is used, inside the compiled LRUA.

The equations are those of ref.memory's gate, forgetting, adding and least_used.  Which locations are used least is a
list of them, so that the indicators w^lu need not be made.

Shapes: m, dm and new (W, L), the memory turned (memory.access); wr, ww and their gradients (R, L), a and da (R, W),
g and dg (R,), of the R heads; u (L,); least (R,) integers, and forgotten as many of them as are forgotten.  one_each:
head h writes to the h-th least used location alone.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import dot


@njit(**INNER)
def its_own(least, h, one_each):
    """The least used locations that a head writes to."""
    return least[h : h + 1] if one_each else least[:]


@njit(**INNER)
def aim(wr, least, g, one_each, ww):
    """ww is written: g w^r' + (1 - g) w^lu."""
    for h in range(len(g)):
        for i in range(wr.shape[1]):
            ww[h, i] = g[h] * wr[h, i]
        for i in its_own(least, h, one_each):
            ww[h, i] += g.dtype.type(1) - g[h]


@njit(**INNER)
def aim_backward(wr, least, g, one_each, dww, dg, dwr):
    """dg and dwr are written."""
    for h in range(len(g)):
        dg[h] = dot(wr[h], dww[h])
        for i in its_own(least, h, one_each):
            dg[h] -= dww[h, i]
        for i in range(dwr.shape[1]):
            dwr[h, i] = g[h] * dww[h, i]


@njit(**INNER)
def forget(m, forgotten):
    """The rows of the forgotten locations become zero; not those that hold no numbers, as in the reference."""
    for v in range(len(m)):
        for i in forgotten:
            m[v, i] *= 0


@njit(**INNER)
def add(m, forgotten, ww, a, new):
    """new is written."""
    for v in range(len(m)):
        for i in range(new.shape[1]):
            new[v, i] = m[v, i]
    forget(new, forgotten)
    for v in range(len(m)):
        for h in range(len(ww)):
            for i in range(new.shape[1]):
                new[v, i] += ww[h, i] * a[h, v]


@njit(**INNER)
def add_backward(dm, ww, a, dww, da):
    """dww is written, da added to: where keys are added, they have gradients already."""
    for h in range(len(ww)):
        for i in range(dww.shape[1]):
            dww[h, i] = 0
        for v in range(len(dm)):
            da[h, v] += dot(ww[h], dm[v])
            for i in range(dww.shape[1]):
                dww[h, i] += a[h, v] * dm[v, i]


@njit(**INNER)
def use(u, wr, ww, decay, new):
    """new is written."""
    kept = u.dtype.type(decay)
    for i in range(len(u)):
        new[i] = kept * u[i]
    for w in (wr, ww):
        for h in range(len(w)):
            for i in range(len(u)):
                new[i] += w[h, i]
