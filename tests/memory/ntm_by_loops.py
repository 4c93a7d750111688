"""The NTM's ops as their equations stand, one entry after the other, without an array product: an oracle for values."""

import numpy as np

EPSILON, TINY = 1e-6, 1e-30


def direction(x):
    y = np.empty_like(x)
    for at in np.ndindex(x.shape[:-1]):
        y[at] = x[at] / (sum(entry * entry for entry in x[at]) + EPSILON) ** 0.5
    return y


def cosine(M, k):
    M, k = direction(M), direction(k)
    s = np.empty((*k.shape[:2], M.shape[1]))
    for n, h, i in np.ndindex(s.shape):
        s[n, h, i] = sum(a * b for a, b in zip(k[n, h], M[n, i]))
    return s


def content(s, beta):
    w = np.empty_like(s)
    for n, h, i in np.ndindex(s.shape):
        w[n, h, i] = 1 / sum(np.exp(beta[n, h] * (other - s[n, h, i])) for other in s[n, h])
    return w


def lookup(M, k, beta):
    return content(cosine(M, k), beta)


def gate(a, b, g):
    w = np.empty_like(a)
    for at in np.ndindex(a.shape):
        w[at] = g[at[:-1]] * a[at] + (1 - g[at[:-1]]) * b[at]
    return w


def shift(a, s):
    S, L, w = s.shape[-1] // 2, a.shape[-1], np.zeros_like(a)
    for n, h, i in np.ndindex(a.shape):
        for j in range(-S, S + 1):
            w[n, h, (i + j) % L] += s[n, h, j + S] * a[n, h, i]
    return w


def sharpening(a, gamma):
    w = np.empty_like(a)
    for n, h, i in np.ndindex(a.shape):
        w[n, h, i] = (a[n, h, i] + TINY) ** gamma[n, h]
    return w / w.sum(axis=-1, keepdims=True)


def addressing(M, w, k, beta, g, s, gamma):
    return sharpening(shift(gate(lookup(M, k, beta), w, g), s), gamma)


def writing(M, w, e, a):
    new = M.copy()
    for n, i, v in np.ndindex(M.shape):
        for h in range(w.shape[1]):
            new[n, i, v] *= 1 - w[n, h, i] * e[n, h, v]
        for h in range(w.shape[1]):
            new[n, i, v] += w[n, h, i] * a[n, h, v]
    return new


def reading(M, w):
    r = np.zeros((*w.shape[:2], M.shape[2]))
    for n, h, i in np.ndindex(w.shape):
        r[n, h] += w[n, h, i] * M[n, i]
    return r
