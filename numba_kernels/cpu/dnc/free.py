"""Where the memory is free, and how it is allocated, inside the compiled DNC.

The equations are those of ref.memory's usage and allocation.  What the way back can have from a few products is
computed anew there.

Shapes: u, ww, a and rows (L,); wr and dwr (R, L), f and df (R,), of the read heads; order (L,) integers.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import dot, fill
from ref.memory.allocation import EPSILON


@njit(**INNER)
def retain(wr, f, left_out, psi):
    """psi is written: the product over the read heads, but for the one left out, of 1 - f wr."""
    one = psi.dtype.type(1)
    fill(psi, one)
    for h in range(len(f)):
        if h != left_out:
            for i in range(len(psi)):
                psi[i] *= one - f[h] * wr[h, i]


@njit(**INNER)
def use(u, ww, wr, f, new):
    """new is written: the usage after the last write and what the read heads set free."""
    one = u.dtype.type(1)
    retain(wr, f, -1, new)
    for i in range(len(u)):
        new[i] *= u[i] + (one - u[i]) * ww[i]


@njit(**INNER)
def use_backward(u, ww, wr, f, du, dww, dwr, df, rows):
    """du, what comes to the usage after, becomes what goes to u; dww and df are written, dwr is added to."""
    one = u.dtype.type(1)
    psi, dq = rows[0], rows[1]
    for h in range(len(f)):
        retain(wr, f, h, psi)
        for i in range(len(u)):
            dq[i] = psi[i] * (u[i] + (one - u[i]) * ww[i]) * du[i]
        df[h] = -dot(wr[h], dq)
        for i in range(len(u)):
            dwr[h, i] -= f[h] * dq[i]
    retain(wr, f, -1, psi)
    for i in range(len(u)):
        dww[i] = (one - u[i]) * psi[i] * du[i]
    for i in range(len(u)):
        du[i] *= (one - ww[i]) * psi[i]


@njit(**INNER)
def sort(u, order, s):
    """order is written: the locations, the least used first, the lower of two that are used alike before the other, NaN
    last, as NumPy's stable argsort has it, or as many of them as it has room for; and s, the usages in this order.

    By insertion: L² / 4 moves, where every step goes through L² links.
    """
    for i in range(len(u)):
        place = min(i, len(order) - 1)
        if place < i and not is_after(s[place], u[i]):
            continue
        for j in range(place, 0, -1):
            if not is_after(s[j - 1], u[i]):
                break
            s[j], order[j] = s[j - 1], order[j - 1]
            place = j - 1
        s[place], order[place] = u[i], i


@njit(**INNER)
def is_after(a, b):
    return a > b or (a != a and b == b)


@njit(**INNER)
def offer(s):
    """s, usages in order, become what allocation counts with."""
    epsilon = s.dtype.type(EPSILON)
    rest = s.dtype.type(1 - EPSILON)
    for j in range(len(s)):
        s[j] = epsilon + rest * s[j]


@njit(**INNER)
def allocate(u, order, a, s):
    """order and a are written; s: memory for a row."""
    sort(u, order, s)
    offer(s)
    left = one = s.dtype.type(1)
    for j in range(len(s)):
        a[order[j]] = (one - s[j]) * left
        left *= s[j]


@njit(**INNER)
def allocate_backward(u, order, da, du, rows):
    """du is added to."""
    s, P = rows[0], rows[1]
    one, rest = s.dtype.type(1), s.dtype.type(1 - EPSILON)
    for j in range(len(s)):
        s[j] = u[order[j]]
    offer(s)
    P[0] = one
    for j in range(len(s) - 1):
        P[j + 1] = P[j] * s[j]
    dP = s.dtype.type(0)  # of what comes after
    for j in range(len(s) - 1, -1, -1):
        dy = da[order[j]]
        du[order[j]] += rest * P[j] * (dP - dy)
        dP = (one - s[j]) * dy + s[j] * dP
