"""The R-passes of memory.access: what heads do with the memory of one case, along a direction.

With p_l = R{length of M_l} / length = v_l² M_l·RM_l, R{v_l} = -v_l p_l, and

    Rsimilarity_l = v_l (Rk'·M_l + k'·RM_l) - p_l similarity_l
    Rc_l = v_l Rds_l - p_l c_l              Rb_l = v_l (Rs_l c_l + s_l Rc_l) - p_l b_l
    RdM_l += Rc_l k' + c_l Rk' - Rb_l M_l - b_l RM_l                Rdk' = Σ_l (Rc_l M_l + c_l RM_l)

Shapes: as in memory.access; rates p (L,).
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.access import inverse_length
from numba_kernels.cpu.memory.rows import dot, fill


@njit(**INNER)
def r_inverse_lengths(m, Rm, inverse, rates):
    fill(rates, 0)
    for v in range(len(m)):
        for i in range(len(rates)):
            rates[i] += m[v, i] * Rm[v, i]
    for i in range(len(rates)):
        rates[i] *= inverse[i] * inverse[i]


@njit(**INNER)
def r_compare(m, Rm, inverse, rates, k, Rk, similarity, Rsimilarity):
    """Rsimilarity is written."""
    fill(Rsimilarity, 0)
    of_k = inverse_length(k)
    along = of_k * of_k * dot(k, Rk)
    for v in range(len(m)):
        moved = Rk[v] - along * k[v]
        for i in range(len(Rsimilarity)):
            Rsimilarity[i] += moved * m[v, i] + k[v] * Rm[v, i]
    for i in range(len(Rsimilarity)):
        Rsimilarity[i] = of_k * inverse[i] * Rsimilarity[i] - rates[i] * similarity[i]


@njit(**INNER)
def r_compare_backward(m, Rm, inverse, rates, k, Rk, similarity, Rsimilarity, dm, Rdm, dk, Rdk, rows):
    """dm and Rdm are added to, dk and Rdk written; rows (5, L): the similarity's gradient, its R-derivative; memory."""
    c, Rc, b, Rb, of_k = rows[0], rows[1], rows[2], rows[3], inverse_length(k)
    for i in range(len(c)):
        c[i] *= inverse[i]
    for i in range(len(c)):
        Rc[i] = inverse[i] * Rc[i] - rates[i] * c[i]
    for i in range(len(c)):
        b[i] = inverse[i] * similarity[i] * c[i]
    for i in range(len(c)):
        Rb[i] = inverse[i] * (Rsimilarity[i] * c[i] + similarity[i] * Rc[i]) - rates[i] * b[i]
    rate = of_k * of_k * dot(k, Rk)
    for v in range(len(m)):
        dk[v] = dot(c, m[v])
        Rdk[v] = dot(Rc, m[v]) + dot(c, Rm[v])
        direction, Rdirection = of_k * k[v], of_k * (Rk[v] - rate * k[v])
        for i in range(len(c)):
            dm[v, i] += c[i] * direction - b[i] * m[v, i]
        for i in range(len(c)):
            Rdm[v, i] += Rc[i] * direction + c[i] * Rdirection - Rb[i] * m[v, i] - b[i] * Rm[v, i]
    square = of_k * of_k
    along = square * dot(k, dk)
    Ralong = square * (dot(Rk, dk) + dot(k, Rdk)) - 2 * rate * along
    for v in range(len(k)):
        Rdk[v] = of_k * (Rdk[v] - Ralong * k[v] - along * Rk[v])
        dk[v] = of_k * (dk[v] - along * k[v])
        Rdk[v] -= rate * dk[v]


@njit(**INNER)
def r_keep(w, Rw, e, Re, v, left_out, row, Rrow):
    """row *= what keep multiplies it by; Rrow is its R-derivative."""
    one = row.dtype.type(1)
    for h in range(len(w)):
        if h != left_out:
            for i in range(len(row)):
                Rrow[i] = (one - w[h, i] * e[h, v]) * Rrow[i] - (Rw[h, i] * e[h, v] + w[h, i] * Re[h, v]) * row[i]
            for i in range(len(row)):
                row[i] *= one - w[h, i] * e[h, v]


@njit(**INNER)
def r_write(m, Rm, to_write, Rto_write, Rnew, row):
    """Rnew is written; row (L,): memory."""
    (w, e, a), (Rw, Re, Ra) = to_write, Rto_write
    for v in range(len(m)):
        Rrow = Rnew[v]
        for i in range(len(row)):
            row[i] = m[v, i]
        for i in range(len(row)):
            Rrow[i] = Rm[v, i]
        r_keep(w, Rw, e, Re, v, len(w), row, Rrow)
        for h in range(len(w)):
            for i in range(len(row)):
                Rrow[i] += Rw[h, i] * a[h, v] + w[h, i] * Ra[h, v]


@njit(**INNER)
def r_write_backward(m, Rm, to_write, Rto_write, dm, Rdm, dw, Rdw, dto_write, Rdto_write, rows):
    """dm and Rdm become what goes to m; dw and Rdw are added to, the gradients of e and a written; rows (2, L): memory.
    """
    (w, e, a), (Rw, Re, Ra), (de, da), (Rde, Rda) = to_write, Rto_write, dto_write, Rdto_write
    row, Rrow = rows[0], rows[1]
    for v in range(len(m)):
        for h in range(len(w)):
            for i in range(len(row)):
                row[i] = dm[v, i] * m[v, i]
            for i in range(len(row)):
                Rrow[i] = Rdm[v, i] * m[v, i] + dm[v, i] * Rm[v, i]
            r_keep(w, Rw, e, Re, v, h, row, Rrow)
            de[h, v] = -dot(w[h], row)
            Rde[h, v] = -dot(Rw[h], row) - dot(w[h], Rrow)
            da[h, v] = dot(w[h], dm[v])
            Rda[h, v] = dot(Rw[h], dm[v]) + dot(w[h], Rdm[v])
            for i in range(len(row)):
                dw[h, i] += dm[v, i] * a[h, v] - row[i] * e[h, v]
            for i in range(len(row)):
                Rdw[h, i] += Rdm[v, i] * a[h, v] + dm[v, i] * Ra[h, v] - Rrow[i] * e[h, v] - row[i] * Re[h, v]
        r_keep(w, Rw, e, Re, v, len(w), dm[v], Rdm[v])


@njit(**INNER)
def r_read(m, Rm, w, Rw, Rr):
    for v in range(len(m)):
        Rr[v] = dot(Rw, m[v]) + dot(w, Rm[v])


@njit(**INNER)
def r_read_backward(m, Rm, w, Rw, dr, Rdr, dm, Rdm, dw, Rdw):
    """dm, Rdm, dw and Rdw are added to."""
    for v in range(len(m)):
        for i in range(len(w)):
            Rdw[i] += Rdr[v] * m[v, i] + dr[v] * Rm[v, i]
        for i in range(len(w)):
            dw[i] += dr[v] * m[v, i]
        for i in range(len(w)):
            Rdm[v, i] += Rw[i] * dr[v] + w[i] * Rdr[v]
        for i in range(len(w)):
            dm[v, i] += w[i] * dr[v]
