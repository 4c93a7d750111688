"""From similarities to weights, one head of one case: content, gate, shift and sharpening inside the compiled NTM.

The equations are those of ref.memory's content, gate, shift and sharpening, line by line.  What the way back can have
from a few products is computed anew there: the gated weights, and what is sharpened.

Shapes: a head's block of the interface (W + 2S + 4,): its key, beta, g, the 2S + 1 shares and gamma; rows (L,): w_last
its last weights, similarity, content, logs (of what is sharpened) and w; extended ones (L + 2S,) as in memory.rows.
"""

from numba import njit

from numba_kernels.cpu.jit import INNER
from numba_kernels.cpu.memory.rows import add_convolution, add_correlation, dot, extend, fill, log, softmax
from ref.memory.sharpening import TINY


@njit(**INNER)
def said(block, W):
    """beta, g, the shares and gamma."""
    return block[W], block[W + 1], block[W + 2 : len(block) - 1], block[len(block) - 1]


@njit(**INNER)
def gated(content, w_last, g, S, extended):
    """extended = g content + (1 - g) w_last"""
    rest, middle = content.dtype.type(1) - g, extended[S:]
    for i in range(len(content)):
        middle[i] = g * content[i] + rest * w_last[i]
    extend(extended, S)


@njit(**INNER)
def to_sharpen(shares, extended, out):
    """out = what is gated, shifted, plus tiny"""
    fill(out, out.dtype.type(TINY))
    add_convolution(shares, extended, out)


@njit(**INNER)
def weigh(block, W, w_last, similarity, content, logs, w, extended):
    """content, logs and w are written; extended: memory for a row."""
    beta, g, shares, gamma = said(block, W)
    for i in range(len(w)):
        content[i] = beta * similarity[i]
    softmax(content)
    gated(content, w_last, g, len(shares) // 2, extended)
    to_sharpen(shares, extended, w)
    log(w, logs)
    for i in range(len(w)):
        w[i] = gamma * logs[i]
    softmax(w)


@njit(**INNER)
def through_softmax(w, dw, out):
    """out = w (dw - Σ w dw)"""
    total = dot(w, dw)
    for i in range(len(w)):
        out[i] = w[i] * (dw[i] - total)


@njit(**INNER)
def r_through_softmax(w, Rw, dw, Rdw, out):
    """out = Rw (dw - Σ w dw) + w (Rdw - Σ Rw dw - Σ w Rdw)"""
    total, Rtotal = dot(w, dw), dot(Rw, dw) + dot(w, Rdw)
    for i in range(len(w)):
        out[i] = Rw[i] * (dw[i] - total) + w[i] * (Rdw[i] - Rtotal)


@njit(**INNER)
def weigh_backward(block, W, w_last, similarity, content, logs, w, dw, dblock, dsimilarity, rows, extended):
    """dw, what comes to w, becomes what goes to w_last; dsimilarity and dblock but for its key are written; rows (2, L)
    and extended (2, L + 2S): memory.
    """
    beta, g, shares, gamma = said(block, W)
    S, L, one = len(shares) // 2, len(w), w.dtype.type(1)
    dq, a, of_gated, da = rows[0], rows[1], extended[0], extended[1]
    through_softmax(w, dw, dq)
    dblock[W + 2 + len(shares)] = dot(logs, dq)
    gated(content, w_last, g, S, of_gated)
    to_sharpen(shares, of_gated, a)
    middle = da[S:]
    for i in range(L):
        middle[i] = gamma * dq[i] / a[i]
    extend(da, S)
    for j in range(len(shares)):
        dblock[W + 2 + j] = dot(middle[:L], of_gated[2 * S - j :])
    dgated = dw
    fill(dgated, 0)
    add_correlation(shares, da, dgated)
    dblock[W + 1] = dot(content, dgated) - dot(w_last, dgated)
    dcontent = rows[0]
    for i in range(L):
        dcontent[i] = g * dgated[i]
    rest = one - g
    for i in range(L):
        dw[i] = rest * dgated[i]
    through_softmax(content, dcontent, dsimilarity)
    dblock[W] = dot(similarity, dsimilarity)
    for i in range(L):
        dsimilarity[i] *= beta
