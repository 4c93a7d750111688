"""The DNC's memory once more, entry by entry as its equations have it: the oracle of values, and autograd's."""

from math import prod

import autograd.numpy as np

EPSILON = 1e-6


def usage(u, ww, wr, f):
    """(u + ww - u ww) ∏_k (1 - f_k wr_k)."""
    (N, L), K = u.shape, f.shape[1]
    return np.array([[(u[n, i] + ww[n, i] - u[n, i] * ww[n, i]) * prod(1 - f[n, k] * wr[n, k, i] for k in range(K))
                      for i in range(L)] for n in range(N)])


def allocation(u):
    """No sort: what is in front of location i is all that is used less, and of what is used alike, the lower indices.
    """
    N, L = u.shape
    s = EPSILON + (1 - EPSILON) * u
    return np.array([[(1 - s[n, i]) * prod(s[n, j] for j in range(L) if in_front(u[n], j, i)) for i in range(L)]
                     for n in range(N)])


def in_front(u, j: int, i: int) -> bool:
    return u[j] < u[i] or (u[j] == u[i] and j < i)


def links(links, p, ww):
    N, L = p.shape
    return np.array([[[0.0 if i == j else (1 - ww[n, i] - ww[n, j]) * links[n, i, j] + ww[n, i] * p[n, j]
                       for j in range(L)] for i in range(L)] for n in range(N)])


def precedence(p, ww):
    N, L = p.shape
    return np.array([[(1 - sum(ww[n, j] for j in range(L))) * p[n, i] + ww[n, i] for i in range(L)] for n in range(N)])


def read_modes(links, w, c, pi):
    N, K, L = w.shape
    return np.array([[[pi[n, k, 0] * sum(links[n, j, i] * w[n, k, j] for j in range(L))
                       + pi[n, k, 1] * c[n, k, i]
                       + pi[n, k, 2] * sum(links[n, i, j] * w[n, k, j] for j in range(L))
                       for i in range(L)] for k in range(K)] for n in range(N)])
