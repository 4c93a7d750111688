"""The R-passes of lrua.writing: where the memory is written and what is added, along a direction, which moves neither
the order of usages nor what is forgotten.

The equations are those of ref.memory's gate, forgetting and adding.

Shapes: as in lrua.writing.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.lrua.writing import add_backward, aim_backward, forget, its_own
from numba_kernels.cpu.memory.rows import dot


@njit(**INNER)
def r_aim(wr, Rwr, least, g, Rg, one_each, Rww):
    """Rww is written."""
    for h in range(len(g)):
        for i in range(wr.shape[1]):
            Rww[h, i] = g[h] * Rwr[h, i] + Rg[h] * wr[h, i]
        for i in its_own(least, h, one_each):
            Rww[h, i] -= Rg[h]


@njit(**INNER)
def r_aim_backward(wr, Rwr, least, g, Rg, one_each, dww, Rdww, dg, Rdg, dwr, Rdwr):
    """All after Rdww are written."""
    aim_backward(wr, least, g, one_each, dww, dg, dwr)
    aim_backward(wr, least, g, one_each, Rdww, Rdg, Rdwr)
    for h in range(len(g)):
        Rdg[h] += dot(Rwr[h], dww[h])
        for i in range(dwr.shape[1]):
            Rdwr[h, i] += Rg[h] * dww[h, i]


@njit(**INNER)
def r_add(Rm, forgotten, ww, Rww, a, Ra, Rnew):
    """Rnew is written."""
    for v in range(len(Rm)):
        for i in range(Rnew.shape[1]):
            Rnew[v, i] = Rm[v, i]
    forget(Rnew, forgotten)
    for v in range(len(Rm)):
        for h in range(len(ww)):
            for i in range(Rnew.shape[1]):
                Rnew[v, i] += Rww[h, i] * a[h, v] + ww[h, i] * Ra[h, v]


@njit(**INNER)
def r_add_backward(dm, Rdm, ww, Rww, a, Ra, dww, Rdww, da, Rda):
    """dww and Rdww are written, da and Rda added to."""
    add_backward(dm, ww, a, dww, da)
    add_backward(Rdm, ww, a, Rdww, Rda)
    for h in range(len(ww)):
        for v in range(len(dm)):
            Rda[h, v] += dot(Rww[h], dm[v])
            for i in range(dww.shape[1]):
                Rdww[h, i] += Ra[h, v] * dm[v, i]
