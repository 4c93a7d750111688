"""The R-passes of memory.weighting: along a direction, from similarities to weights, one head of one case.

The equations are those of ref.memory's content, gate, shift and sharpening, line by line.

Shapes: as in memory.weighting; seen and Rseen (similarity, content, logs, w) of the head, and along the direction: (L,)
each.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import add_convolution, add_correlation, dot, extend, fill
from numba_kernels.cpu.memory.weighting import gated, r_through_softmax, said, through_softmax, to_sharpen


@njit(**INNER)
def r_gated(content, w_last, Rcontent, Rw_last, g, Rg, S, extended):
    """extended = g Rcontent + (1 - g) Rw_last + Rg (content - w_last)"""
    rest, middle = content.dtype.type(1) - g, extended[S:]
    for i in range(len(content)):
        middle[i] = g * Rcontent[i] + rest * Rw_last[i] + Rg * (content[i] - w_last[i])
    extend(extended, S)


@njit(**INNER)
def r_weigh(block, Rblock, W, w_last, Rw_last, seen, Rseen, rows, extended):
    """Of Rseen all but the similarity is written; rows (2, L) and extended (2, L + 2S): memory."""
    (beta, g, shares, gamma), (Rbeta, Rg, Rshares, Rgamma) = said(block, W), said(Rblock, W)
    (similarity, content, logs, w), (Rsimilarity, Rcontent, Rlogs, Rw) = seen, Rseen
    S, a, Rq = len(shares) // 2, rows[0], rows[1]
    for i in range(len(w)):
        Rq[i] = beta * Rsimilarity[i] + Rbeta * similarity[i]
    through_softmax(content, Rq, Rcontent)
    gated(content, w_last, g, S, extended[0])
    r_gated(content, w_last, Rcontent, Rw_last, g, Rg, S, extended[1])
    to_sharpen(shares, extended[0], a)
    fill(Rlogs, 0)
    add_convolution(shares, extended[1], Rlogs)
    add_convolution(Rshares, extended[0], Rlogs)
    for i in range(len(w)):
        Rlogs[i] /= a[i]
    for i in range(len(w)):
        Rq[i] = gamma * Rlogs[i] + Rgamma * logs[i]
    through_softmax(w, Rq, Rw)


@njit(**INNER)
def r_weigh_backward(block, Rblock, W, w_last, Rw_last, seen, Rseen, dw, Rdw, dblock, Rdblock, rows, extended):
    """dw and Rdw, what comes to w, become what goes to w_last; dblock and Rdblock but for their keys are written, and
    rows[0] and rows[1], the similarity's gradient and its R-derivative; rows (5, L), extended (4, L + 2S): memory.
    """
    (beta, g, shares, gamma), (Rbeta, Rg, Rshares, Rgamma) = said(block, W), said(Rblock, W)
    (similarity, content, logs, w), (Rsimilarity, Rcontent, Rlogs, Rw) = seen, Rseen
    S, L, M, one = len(shares) // 2, len(w), len(shares), w.dtype.type(1)
    of_gated, of_Rgated, da, Rda = extended[0], extended[1], extended[2, S:], extended[3, S:]
    dq, Rdq, a = rows[2], rows[3], rows[4]
    through_softmax(w, dw, dq)
    r_through_softmax(w, Rw, dw, Rdw, Rdq)
    dblock[W + 2 + M] = dot(logs, dq)
    Rdblock[W + 2 + M] = dot(logs, Rdq) + dot(Rlogs, dq)

    gated(content, w_last, g, S, of_gated)
    r_gated(content, w_last, Rcontent, Rw_last, g, Rg, S, of_Rgated)
    to_sharpen(shares, of_gated, a)
    for i in range(L):
        da[i] = gamma * dq[i] / a[i]
    for i in range(L):
        Rda[i] = (gamma * (Rdq[i] - dq[i] * Rlogs[i]) + Rgamma * dq[i]) / a[i]
    extend(extended[2], S)
    extend(extended[3], S)
    for j in range(M):
        moved, Rmoved = of_gated[2 * S - j :], of_Rgated[2 * S - j :]
        dblock[W + 2 + j] = dot(da[:L], moved)
        Rdblock[W + 2 + j] = dot(Rda[:L], moved) + dot(da[:L], Rmoved)
    dgated, Rdgated = dw, Rdw
    fill(dgated, 0)
    fill(Rdgated, 0)
    add_correlation(shares, extended[2], dgated)
    add_correlation(shares, extended[3], Rdgated)
    add_correlation(Rshares, extended[2], Rdgated)

    dblock[W + 1] = dot(content, dgated) - dot(w_last, dgated)
    Rdblock[W + 1] = dot(content, Rdgated) - dot(w_last, Rdgated) + dot(Rcontent, dgated) - dot(Rw_last, dgated)
    dcontent, Rdcontent, dsimilarity, Rdsimilarity, rest = rows[2], rows[3], rows[0], rows[1], one - g
    for i in range(L):
        dcontent[i] = g * dgated[i]
    for i in range(L):
        Rdcontent[i] = g * Rdgated[i] + Rg * dgated[i]
    for i in range(L):
        Rdw[i] = rest * Rdgated[i] - Rg * dgated[i]
    for i in range(L):
        dw[i] = rest * dgated[i]
    through_softmax(content, dcontent, dsimilarity)
    r_through_softmax(content, Rcontent, dcontent, Rdcontent, Rdsimilarity)
    dblock[W] = dot(similarity, dsimilarity)
    Rdblock[W] = dot(similarity, Rdsimilarity) + dot(Rsimilarity, dsimilarity)
    for i in range(L):
        Rdsimilarity[i] = beta * Rdsimilarity[i] + Rbeta * dsimilarity[i]
    for i in range(L):
        dsimilarity[i] *= beta
