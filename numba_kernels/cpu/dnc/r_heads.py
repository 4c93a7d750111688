"""The R-passes of dnc.heads: one step of the DNC's memory, for one case, along a direction.

Arguments: as in dnc.heads, and an R before what is a derivative along the direction: of RS, the rows of the inverse
lengths hold the rates of memory.r_access; the order does not move.  rows (5, L): memory.
"""

from numba import njit

from numba_kernels.cpu.dnc.heads import rows_of, seen_of
from numba_kernels.cpu.dnc.interface import cut
from numba_kernels.cpu.dnc.r_free import r_allocate, r_allocate_backward, r_use, r_use_backward
from numba_kernels.cpu.dnc.r_links import (
    r_follow,
    r_follow_backward,
    r_link,
    r_link_backward,
    r_mix,
    r_mix_backward,
    r_precede,
    r_precede_backward,
)
from numba_kernels.cpu.jit import INNER, ONCE
from numba_kernels.cpu.memory.r_access import (
    r_compare,
    r_compare_backward,
    r_inverse_lengths,
    r_read,
    r_read_backward,
    r_write,
    r_write_backward,
)
from numba_kernels.cpu.memory.rows import dot, fill
from numba_kernels.cpu.memory.weighting import r_through_softmax, through_softmax


@njit(**INNER)
def r_find(at, k, Rk, beta, Rbeta, similarity, content, Rsimilarity, Rcontent):
    """Rsimilarity and Rcontent are written; at: m, Rm, inverse, rates."""
    m, Rm, inverse, rates = at
    r_compare(m, Rm, inverse, rates, k, Rk, similarity, Rsimilarity)
    for i in range(len(content)):
        Rcontent[i] = beta * Rsimilarity[i] + Rbeta * similarity[i]
    through_softmax(content, Rcontent, Rcontent)


@njit(**INNER)
def r_find_backward(at, k, Rk, beta, Rbeta, seen, Rseen, dcontent, Rdcontent, dm, Rdm, dk, Rdk, rows):
    """Return dbeta and Rdbeta; dm and Rdm are added to, dk and Rdk written; seen (similarity, content)."""
    (m, Rm, inverse, rates), (similarity, content), (Rsimilarity, Rcontent) = at, seen, Rseen
    da, Rda = rows[0], rows[1]
    through_softmax(content, dcontent, da)
    r_through_softmax(content, Rcontent, dcontent, Rdcontent, Rda)
    dbeta, Rdbeta = dot(similarity, da), dot(Rsimilarity, da) + dot(similarity, Rda)
    for i in range(len(da)):
        Rda[i] = beta * Rda[i] + Rbeta * da[i]
    for i in range(len(da)):
        da[i] *= beta
    r_compare_backward(m, Rm, inverse, rates, k, Rk, similarity, Rsimilarity, dm, Rdm, dk, Rdk, rows)
    return dbeta, Rdbeta


@njit(**INNER)
def r_weigh(a, content, gates, Ra, Rcontent, Rgates, Rww):
    """Rww is written."""
    rest = gates.dtype.type(1) - gates[0]
    own, other = gates[1] * gates[0], gates[1] * rest
    Rown, Rother = Rgates[1] * gates[0] + gates[1] * Rgates[0], Rgates[1] * rest - gates[1] * Rgates[0]
    for i in range(len(Rww)):
        Rww[i] = own * Ra[i] + Rown * a[i] + other * Rcontent[i] + Rother * content[i]


@njit(**INNER)
def r_weigh_backward(a, content, gates, Ra, Rcontent, Rgates, dww, Rdww, dgates, Rdgates, dcontent, Rdcontent):
    """dww and Rdww become what goes to a; all after them are written."""
    g_a, g_w, Rg_a, Rg_w, rest = gates[0], gates[1], Rgates[0], Rgates[1], gates.dtype.type(1) - gates[0]
    of_a, of_content = dot(a, dww), dot(content, dww)
    Rof_a, Rof_content = dot(Ra, dww) + dot(a, Rdww), dot(Rcontent, dww) + dot(content, Rdww)
    dgates[0], dgates[1] = g_w * (of_a - of_content), g_a * of_a + rest * of_content
    Rdgates[0] = Rg_w * (of_a - of_content) + g_w * (Rof_a - Rof_content)
    Rdgates[1] = Rg_a * (of_a - of_content) + g_a * Rof_a + rest * Rof_content
    Rown, Rother = Rg_w * g_a + g_w * Rg_a, Rg_w * rest - g_w * Rg_a
    for i in range(len(dww)):
        dcontent[i] = g_w * rest * dww[i]
    for i in range(len(dww)):
        Rdcontent[i] = g_w * rest * Rdww[i] + Rother * dww[i]
    for i in range(len(dww)):
        Rdww[i] = g_w * g_a * Rdww[i] + Rown * dww[i]
    for i in range(len(dww)):
        dww[i] *= g_w * g_a


@njit(**ONCE)
def r_forward_step(v, Rv, S, RS, links, Rlinks, new_S, Rnew_S, new_links, Rnew_links, order, seen, Rseen, Rr, sizes,
                   written_first, stopped, rows):
    """Rnew_S, Rnew_links, Rseen and Rr are written."""
    (m, inverse, u, p, ww, wr), (Rm, rates, Ru, Rp, Rww, Rwr) = rows_of(S, sizes[1]), rows_of(RS, sizes[1])
    new_m, new_inverse, new_u, _, new_ww, new_wr = rows_of(new_S, sizes[1])
    Rnew_m, new_rates, Rnew_u, Rnew_p, Rnew_ww, Rnew_wr = rows_of(Rnew_S, sizes[1])
    a, similarity, content, similarities, contents, b, f = seen_of(seen, sizes[0])
    Ra, Rsimilarity, Rcontent, Rsimilarities, Rcontents, Rb, Rf = seen_of(Rseen, sizes[0])
    keys, betas, k, beta, e, added, free, gates, pi = cut(v, *sizes)
    Rkeys, Rbetas, Rk, Rbeta, Re, Radded, Rfree, Rgates, Rpi = cut(Rv, *sizes)
    L, W = len(u), sizes[1]
    fill(rows[1], 0)
    r_use(u, Ru, ww, rows[1] if stopped else Rww, wr, Rwr, free, Rfree, Rnew_u, rows[0])
    r_allocate(new_u, Rnew_u, order, Ra, rows)
    r_find((m, Rm, inverse, rates), k, Rk, beta[0], Rbeta[0], similarity, content, Rsimilarity, Rcontent)
    r_weigh(a, content, gates, Ra, Rcontent, Rgates, Rnew_ww)
    r_write(m, Rm, (new_ww.reshape(1, L), e, added), (Rnew_ww.reshape(1, L), Re, Radded), Rnew_m, rows[0])
    r_inverse_lengths(new_m, Rnew_m, new_inverse, new_rates)
    r_link(links, Rlinks, p, Rp, new_ww, Rnew_ww, Rnew_links)
    r_precede(p, Rp, new_ww, Rnew_ww, Rnew_p)
    if written_first:
        m, Rm, inverse, rates, links, Rlinks = new_m, Rnew_m, new_inverse, new_rates, new_links, Rnew_links
    for h in range(len(keys)):
        r_find((m, Rm, inverse, rates), keys[h], Rkeys[h], betas[h], Rbetas[h], similarities[h], contents[h],
               Rsimilarities[h], Rcontents[h])
    r_follow(links, Rlinks, wr, Rwr, Rb, Rf)
    r_mix(pi, Rpi, (b, contents, f), (Rb, Rcontents, Rf), Rnew_wr)
    for h in range(len(keys)):
        r_read(m, Rm, new_wr[h], Rnew_wr[h], Rr[h * W :])


@njit(**ONCE)
def r_look_backward(at, wr, Rwr, said, Rsaid, seen, Rseen, w, Rw, dr, Rdr, dm, Rdm, dlinks, Rdlinks, dw, Rdw, dsaid,
                    Rdsaid, scratch):
    """look_backward's gradients and their R-derivatives.

    at (m, Rm, inverse, rates, links, Rlinks); said and dsaid (keys, betas, pi) and their gradients; seen (similarities,
    contents, b, f).
    """
    m, Rm, inverse, rates, links, Rlinks = at
    (keys, betas, pi), (Rkeys, Rbetas, Rpi) = said, Rsaid
    (dkeys, dbetas, dpi), (Rdkeys, Rdbetas, Rdpi) = dsaid, Rdsaid
    (similarities, contents, b, f), (Rsimilarities, Rcontents, Rb, Rf) = seen, Rseen
    six, rows = scratch
    db, df, dcontents, Rdb, Rdf, Rdcontents, W = six[0], six[1], six[2], six[3], six[4], six[5], keys.shape[1]
    for h in range(len(keys)):
        r_read_backward(m, Rm, w[h], Rw[h], dr[h * W :], Rdr[h * W :], dm, Rdm, dw[h], Rdw[h])
        for i in range(dw.shape[1]):
            dcontents[h, i] = dw[h, i]
        for i in range(dw.shape[1]):
            Rdcontents[h, i] = Rdw[h, i]
    r_mix_backward(pi, Rpi, (b, contents, f), (Rb, Rcontents, Rf), dcontents, Rdcontents, dpi, Rdpi, db, Rdb, df, Rdf)
    r_follow_backward(links, Rlinks, wr, Rwr, db, Rdb, df, Rdf, dlinks, Rdlinks, dw, Rdw)
    for h in range(len(keys)):
        dbetas[h], Rdbetas[h] = r_find_backward(
            (m, Rm, inverse, rates), keys[h], Rkeys[h], betas[h], Rbetas[h], (similarities[h], contents[h]),
            (Rsimilarities[h], Rcontents[h]), dcontents[h], Rdcontents[h], dm, Rdm, dkeys[h], Rdkeys[h], rows)


@njit(**ONCE)
def r_backward_step(v, Rv, S, RS, links, Rlinks, new_S, Rnew_S, new_links, Rnew_links, order, seen, Rseen, dr, Rdr, dS,
                    RdS, dlinks, Rdlinks, dv, Rdv, sizes, written_first, stopped, scratch):
    """backward_step's gradients and their R-derivatives; scratch: memory of (6, R, L) and (5, L) numbers."""
    (m, inverse, u, p, ww, wr), (Rm, rates, Ru, Rp, Rww, Rwr) = rows_of(S, sizes[1]), rows_of(RS, sizes[1])
    new_m, new_inverse, new_u, _, new_ww, new_wr = rows_of(new_S, sizes[1])
    Rnew_m, new_rates, Rnew_u, _, Rnew_ww, Rnew_wr = rows_of(Rnew_S, sizes[1])
    a, similarity, content, similarities, contents, b, f = seen_of(seen, sizes[0])
    Ra, Rsimilarity, Rcontent, Rsimilarities, Rcontents, Rb, Rf = seen_of(Rseen, sizes[0])
    keys, betas, k, beta, e, added, free, gates, pi = cut(v, *sizes)
    Rkeys, Rbetas, Rk, Rbeta, Re, Radded, Rfree, Rgates, Rpi = cut(Rv, *sizes)
    dkeys, dbetas, dk, dbeta, de, dadded, dfree, dgates, dpi = cut(dv, *sizes)
    Rdkeys, Rdbetas, Rdk, Rdbeta, Rde, Rdadded, Rdfree, Rdgates, Rdpi = cut(Rdv, *sizes)
    (dm, _, du, dp, dww, dwr), (Rdm, _, Rdu, Rdp, Rdww, Rdwr) = rows_of(dS, sizes[1]), rows_of(RdS, sizes[1])
    rows, L, dcontent, Rdcontent = scratch[1], len(u), scratch[0][0, 0], scratch[0][1, 0]
    for turn in range(2):
        if (turn == 0) == written_first:
            at = m, Rm, inverse, rates, links, Rlinks
            if written_first:
                at = new_m, Rnew_m, new_inverse, new_rates, new_links, Rnew_links
            r_look_backward(at, wr, Rwr, (keys, betas, pi), (Rkeys, Rbetas, Rpi), (similarities, contents, b, f),
                            (Rsimilarities, Rcontents, Rb, Rf), new_wr, Rnew_wr, dr, Rdr, dm, Rdm, dlinks, Rdlinks,
                            dwr, Rdwr, (dkeys, dbetas, dpi), (Rdkeys, Rdbetas, Rdpi), scratch)
        else:
            r_precede_backward(p, Rp, new_ww, Rnew_ww, dp, Rdp, dww, Rdww)
            r_link_backward(links, Rlinks, p, Rp, new_ww, Rnew_ww, dlinks, Rdlinks, dp, Rdp, dww, Rdww)
            r_write_backward(m, Rm, (new_ww.reshape(1, L), e, added), (Rnew_ww.reshape(1, L), Re, Radded), dm, Rdm,
                             dww.reshape(1, L), Rdww.reshape(1, L), (de, dadded), (Rde, Rdadded), rows)
            r_weigh_backward(a, content, gates, Ra, Rcontent, Rgates, dww, Rdww, dgates, Rdgates, dcontent, Rdcontent)
            dbeta[0], Rdbeta[0] = r_find_backward(
                (m, Rm, inverse, rates), k, Rk, beta[0], Rbeta[0], (similarity, content), (Rsimilarity, Rcontent),
                dcontent, Rdcontent, dm, Rdm, dk, Rdk, rows)
            r_allocate_backward(new_u, Rnew_u, order, dww, Rdww, du, Rdu, rows)
    still = rows[4]
    fill(still, 0)
    r_use_backward(u, Ru, ww, still if stopped else Rww, wr, Rwr, free, Rfree, du, Rdu, dww, Rdww, dwr, Rdwr, dfree,
                   Rdfree, rows)
    if stopped:
        fill(dww, 0)
        fill(Rdww, 0)
