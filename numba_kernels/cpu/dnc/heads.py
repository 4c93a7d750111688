"""One step of the DNC's memory, for one case: it is written and read, inside the compiled recurrence.

The equations are those of ref.cells.dnc between the interface and y.

Arguments: v the activated interface (dnc.interface); S and new_S, the case's rows over the locations at the last step
and at this one, cut as in `rows_of`; links and new_links (L, L); order and seen as in `seen_of`; r (R W,) what is read;
sizes (R, W); written_first and stopped as in Design.
"""

from numba import njit

from numba_kernels.cpu.dnc.free import allocate, allocate_backward, use, use_backward
from numba_kernels.cpu.dnc.interface import cut
from numba_kernels.cpu.dnc.links import (
    follow,
    follow_backward,
    link,
    link_backward,
    mix,
    mix_backward,
    precede,
    precede_backward,
)
from numba_kernels.cpu.jit import INNER, ONCE
from numba_kernels.cpu.memory.access import (
    compare,
    compare_backward,
    inverse_lengths,
    read,
    read_backward,
    write,
    write_backward,
)
from numba_kernels.cpu.memory.rows import dot, fill, softmax
from numba_kernels.cpu.memory.weighting import through_softmax


@njit(**INNER)
def rows_of(S, W):
    """Views of (W + R + 4, L): the memory turned (W, L), its rows' inverse lengths (memory.access), usage, precedence,
    the write head's weights, (L,) each, and the read heads' (R, L).
    """
    return S[:W], S[W], S[W + 1], S[W + 2], S[W + 3], S[W + 4 :]


@njit(**INNER)
def seen_of(seen, R):
    """Views of (3 + 4R, L), what the write head saw: allocation, similarity, content, (L,) each; and what the read
    heads did: similarities, contents, and their last weights carried backwards and forwards along the links, (R, L)
    each.
    """
    of_reads = seen[3:].reshape(4, R, seen.shape[1])
    return seen[0], seen[1], seen[2], of_reads[0], of_reads[1], of_reads[2], of_reads[3]


@njit(**INNER)
def find(m, inverse, k, beta, similarity, content):
    """similarity and content are written: softmax(beta similarity)."""
    compare(m, inverse, k, similarity)
    for i in range(len(content)):
        content[i] = beta * similarity[i]
    softmax(content)


@njit(**INNER)
def find_backward(m, inverse, k, beta, similarity, content, dcontent, dm, dk, rows):
    """Return dbeta; dm is added to, dk written.  dcontent, and rows (2, L), are memory afterwards."""
    through_softmax(content, dcontent, dcontent)
    dbeta = dot(similarity, dcontent)
    for i in range(len(dcontent)):
        dcontent[i] *= beta
    compare_backward(m, inverse, k, similarity, dcontent, dm, dk, rows)
    return dbeta


@njit(**INNER)
def weigh(a, content, gates, ww):
    """ww = g_w (g_a a + (1 - g_a) content)"""
    own, rest = gates[1] * gates[0], gates[1] * (gates.dtype.type(1) - gates[0])
    for i in range(len(ww)):
        ww[i] = own * a[i] + rest * content[i]


@njit(**INNER)
def weigh_backward(a, content, gates, dww, dgates, dcontent):
    """dww, what comes to the weights, becomes what goes to a; dcontent and dgates are written."""
    g_a, g_w = gates[0], gates[1]
    rest, of_a, of_content = gates.dtype.type(1) - g_a, dot(a, dww), dot(content, dww)
    dgates[0] = g_w * (of_a - of_content)
    dgates[1] = g_a * of_a + rest * of_content
    for i in range(len(dww)):
        dcontent[i] = g_w * rest * dww[i]
    for i in range(len(dww)):
        dww[i] *= g_w * g_a


@njit(**ONCE)
def look(m, inverse, links, wr, keys, betas, pi, similarities, contents, b, f, w, r):
    """The read heads' weights w, what they have seen, and what they read, r (R W,), are written."""
    W = keys.shape[1]
    for h in range(len(keys)):
        find(m, inverse, keys[h], betas[h], similarities[h], contents[h])
    follow(links, wr, b, f)
    mix(pi, b, contents, f, w)
    for h in range(len(keys)):
        read(m, w[h], r[h * W :])


@njit(**ONCE)
def look_backward(m, inverse, links, wr, keys, betas, pi, similarities, contents, b, f, w, dr, dm, dlinks, dw,
                  dkeys, dbetas, dpi, scratch):
    """dw, what comes to the read heads' weights, becomes what goes to the last ones; dm and dlinks are added to."""
    three, rows = scratch
    db, df, dcontents, W = three[0], three[1], three[2], keys.shape[1]
    for h in range(len(keys)):
        read_backward(m, w[h], dr[h * W :], dm, dw[h])
    for h in range(len(dw)):
        for i in range(dw.shape[1]):
            dcontents[h, i] = dw[h, i]
    mix_backward(pi, b, contents, f, dcontents, dpi, db, df)
    follow_backward(links, wr, db, df, dlinks, dw)
    for h in range(len(keys)):
        dbetas[h] = find_backward(m, inverse, keys[h], betas[h], similarities[h], contents[h], dcontents[h], dm,
                                  dkeys[h], rows)


@njit(**ONCE)
def forward_step(v, S, links, new_S, new_links, order, seen, r, sizes, written_first, s):
    """new_S, new_links, order, seen and r are written; s: memory for a row."""
    m, inverse, u, p, ww, wr = rows_of(S, sizes[1])
    new_m, new_inverse, new_u, new_p, new_ww, new_wr = rows_of(new_S, sizes[1])
    a, similarity, content, similarities, contents, b, f = seen_of(seen, sizes[0])
    keys, betas, k, beta, e, added, free, gates, pi = cut(v, *sizes)
    use(u, ww, wr, free, new_u)
    allocate(new_u, order, a, s)
    find(m, inverse, k, beta[0], similarity, content)
    weigh(a, content, gates, new_ww)
    write(m, new_ww.reshape(1, len(new_ww)), e, added, new_m)
    inverse_lengths(new_m, new_inverse)
    link(links, p, new_ww, new_links)
    precede(p, new_ww, new_p)
    if written_first:
        m, inverse, links = new_m, new_inverse, new_links
    look(m, inverse, links, wr, keys, betas, pi, similarities, contents, b, f, new_wr, r)


@njit(**ONCE)
def backward_step(v, S, links, new_S, new_links, order, seen, dr, dS, dlinks, dv, sizes, written_first, stopped,
                  scratch):
    """dS and dlinks, what comes to new_S and new_links, become what goes to S and links; dv is written.

    scratch: memory of (3, R, L) and (2, L) numbers.
    """
    m, inverse, u, p, ww, wr = rows_of(S, sizes[1])
    new_m, new_inverse, new_u, _, new_ww, new_wr = rows_of(new_S, sizes[1])
    dm, _, du, dp, dww, dwr = rows_of(dS, sizes[1])
    a, similarity, content, similarities, contents, b, f = seen_of(seen, sizes[0])
    keys, betas, k, beta, e, added, free, gates, pi = cut(v, *sizes)
    dkeys, dbetas, dk, dbeta, de, dadded, dfree, dgates, dpi = cut(dv, *sizes)
    rows, L, dcontent = scratch[1], len(u), scratch[0][0, 0]
    for turn in range(2):
        if (turn == 0) == written_first:  # what the read heads saw comes back before the write, or after it
            at, at_inverse, at_links = (new_m, new_inverse, new_links) if written_first else (m, inverse, links)
            look_backward(at, at_inverse, at_links, wr, keys, betas, pi, similarities, contents, b, f, new_wr, dr, dm,
                          dlinks, dwr, dkeys, dbetas, dpi, scratch)
        else:
            precede_backward(p, new_ww, dp, dww)
            link_backward(links, p, new_ww, dlinks, dp, dww)
            write_backward(m, new_ww.reshape(1, L), e, added, dm, dww.reshape(1, L), de, dadded, rows[0])
            weigh_backward(a, content, gates, dww, dgates, dcontent)
            dbeta[0] = find_backward(m, inverse, k, beta[0], similarity, content, dcontent, dm, dk, rows)
            allocate_backward(new_u, order, dww, du, rows)
    use_backward(u, ww, wr, free, du, dww, dwr, dfree, rows)
    if stopped:
        fill(dww, 0)
