"""Least recently used access once more, case by case and row by row as its equations have it: the oracle of values, and
autograd's.
"""

import autograd.numpy as np
from autograd.tracer import getval

EPSILON = 1e-6


def sigma(x):
    return 1 / (1 + np.exp(-x))


def phi(name: str):
    return {"tanh": np.tanh, "identity": lambda x: x, "softplus": lambda x: np.log(1 + np.exp(x)),
            "oneplus": lambda x: 1 + np.log(1 + np.exp(x))}[name]


def cosine(a, b):
    return np.sum(a * b) / (np.sqrt(np.sum(a * a) + EPSILON) * np.sqrt(np.sum(b * b) + EPSILON))


def controller(x, h, c, weights):
    s = np.dot(x, weights.U) + weights.b
    if weights.W is None:
        return np.tanh(s), None
    i, f, g, o = np.reshape(s + np.dot(h, weights.W), (4, -1))
    c = sigma(f) * c + sigma(i) * np.tanh(g)
    return sigma(o) * np.tanh(c), c


def step(x, state, weights, design):
    """One step of one case.  state: M a list of rows, w a list of each head's weights, u a list of numbers, r, h, c."""
    M, w, u, r, h, c = state
    L, W, R = design.n_locations, design.width, design.n_read_heads
    h, c = controller(np.concatenate([x, np.ravel(r)]), h, c, weights)
    said, at = np.dot(h, weights.P) + weights.q, 0

    def take(n):
        nonlocal at
        at += n
        return said[at - n : at]

    k = phi(design.contents)(np.reshape(take(R * W), (R, W)))
    g = sigma(take(R))
    beta = np.ones(R) if design.strength == "none" else phi(design.strength)(take(R))
    a = phi(design.contents)(np.reshape(take(R * W), (R, W))) if design.separate_add else k
    assert at == len(said)

    least = sorted(range(L), key=lambda i: (u[i], i))[:R]
    zeroed = least[:1] if design.zeroes == "first" else least
    written = [[g[j] * w[j][i] + (1 - g[j]) * (i in (least if design.spread == "all" else least[j : j + 1]))
                for i in range(L)] for j in range(R)]
    M = [(0 if i in zeroed else 1) * M[i] + sum(written[j][i] * a[j] for j in range(R)) for i in range(L)]
    w = []
    for j in range(R):
        powers = [np.exp(beta[j] * cosine(M[i], k[j])) for i in range(L)]
        w.append([power / sum(powers) for power in powers])
    r = np.stack([sum(w[j][i] * M[i] for i in range(L)) for j in range(R)])
    u = [design.usage_decay * u[i] + sum(getval(w[j][i] + written[j][i]) for j in range(R)) for i in range(L)]
    return np.concatenate([h, np.ravel(r)]), (M, w, u, r, h, c)


def through_time(x, weights, start, design):
    """y (T, N, H + R W) and the usage (T, N, L); the start one for all cases, or each case's own."""
    ys, us = [], []
    for n in range(x.shape[1]):
        M, w, u, r, h, c = (array if array is None or array.ndim == ndim else array[n]
                            for array, ndim in zip(start, (2, 2, 1, 2, 1, 1)))
        state, of_case = (list(M), [list(row) for row in w], list(u), r, h, c), []
        for x_t in x:
            y, state = step(x_t[n], state, weights, design)
            of_case.append((y, state[2]))
        ys.append(np.stack([y for y, _ in of_case]))
        us.append(np.array([u for _, u in of_case]))
    return np.stack(ys, axis=1), np.stack(us, axis=1)
