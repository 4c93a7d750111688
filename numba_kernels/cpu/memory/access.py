"""What heads do with the memory of one case inside the compiled NTM: compare it with a key, write to it, read from it.

The equations are those of ref.memory's cosine, writing and reading.  With the inverse lengths of the memory's rows,
v_l = 1 / √(M_l·M_l + epsilon), and the key's direction k', cosine's become

    similarity_l  = v_l k'·M_l
    dM_l         += c_l k' - b_l M_l          dk' = Σ_l c_l M_l          c_l = v_l ds_l        b_l = v_l² s_l ds_l

so that the directions of the rows need not be kept.

The memory is turned here, (W, L): all inner loops run over the locations, which are many, and side by side in memory.

Shapes: m and dm (W, L), inverse and rows over locations (L,), k, e, a, r (W,); w, dw (P, L) and e, a, de, da (P, W) of
all P write heads.
"""

import math

from numba import njit

from numba_kernels.cpu.jit import INNER, SUMS
from numba_kernels.cpu.memory.rows import dot, fill
from ref.memory.direction import EPSILON


@njit(**INNER)
def inverse_lengths(m, inverse):
    fill(inverse, inverse.dtype.type(EPSILON))
    for v in range(len(m)):
        for i in range(len(inverse)):
            inverse[i] += m[v, i] * m[v, i]
    one = inverse.dtype.type(1)
    for i in range(len(inverse)):
        inverse[i] = one / math.sqrt(inverse[i])


@njit(**INNER)
def inverse_length(k):
    one, square = k.dtype.type(1), k.dtype.type(EPSILON)
    for v in range(len(k)):
        square += k[v] * k[v]
    return one / math.sqrt(square)


@njit(**INNER)
def compare(m, inverse, k, similarity):
    """similarity is written; k: the key itself."""
    fill(similarity, 0)
    for v in range(len(m)):
        for i in range(len(similarity)):
            similarity[i] += k[v] * m[v, i]
    of_k = inverse_length(k)
    for i in range(len(similarity)):
        similarity[i] *= of_k * inverse[i]


@njit(**SUMS)
def compare_row_backward(m, c, b, direction, dm):
    """dm is added to; return the row's Σ c m."""
    total = m.dtype.type(0)
    for i in range(len(m)):
        total += c[i] * m[i]
        dm[i] += c[i] * direction - b[i] * m[i]
    return total


@njit(**INNER)
def compare_backward(m, inverse, k, similarity, dsimilarity, dm, dk, rows):
    """dm is added to, dk written; rows (2, L): memory."""
    c, b, of_k = rows[0], rows[1], inverse_length(k)
    for i in range(len(c)):
        c[i] = inverse[i] * dsimilarity[i]
    for i in range(len(c)):
        b[i] = inverse[i] * similarity[i] * c[i]
    for v in range(len(m)):
        dk[v] = compare_row_backward(m[v], c, b, of_k * k[v], dm[v])
    along = of_k * of_k * dot(k, dk)
    for v in range(len(k)):
        dk[v] = of_k * (dk[v] - along * k[v])


@njit(**INNER)
def write(m, w, e, a, new):
    """new is written."""
    for v in range(len(m)):
        row = new[v]
        for i in range(len(row)):
            row[i] = m[v, i]
        keep(w, e, v, len(w), row)
        for h in range(len(w)):
            for i in range(len(row)):
                row[i] += w[h, i] * a[h, v]


@njit(**INNER)
def keep(w, e, v, left_out, row):
    """row *= the product over the heads, but for the one left out (none: their number), of 1 - w e"""
    one = row.dtype.type(1)
    for h in range(len(w)):
        if h != left_out:
            for i in range(len(row)):
                row[i] *= one - w[h, i] * e[h, v]


@njit(**SUMS)
def write_row_backward(E, dm, w, e, a, dw):
    """dw is added to; return the row's -Σ w E and Σ w dm."""
    of_e = of_a = w.dtype.type(0)
    for i in range(len(w)):
        of_e -= w[i] * E[i]
        of_a += w[i] * dm[i]
        dw[i] += dm[i] * a - E[i] * e
    return of_e, of_a


@njit(**INNER)
def write_backward(m, w, e, a, dm, dw, de, da, row):
    """dm, what comes to the new memory, becomes what goes to m; dw is added to, de and da written; row (L,): memory.
    """
    for v in range(len(m)):
        for h in range(len(w)):
            for i in range(len(row)):
                row[i] = dm[v, i] * m[v, i]
            keep(w, e, v, h, row)
            de[h, v], da[h, v] = write_row_backward(row, dm[v], w[h], e[h, v], a[h, v], dw[h])
        keep(w, e, v, len(w), dm[v])


@njit(**INNER)
def read(m, w, r):
    for v in range(len(m)):
        r[v] = dot(w, m[v])


@njit(**INNER)
def read_backward(m, w, dr, dm, dw):
    """dm and dw are added to."""
    for v in range(len(m)):
        for i in range(len(w)):
            dw[i] += dr[v] * m[v, i]
        for i in range(len(w)):
            dm[v, i] += w[i] * dr[v]
