"""NTM and DNC a second time, as a textbook has them, for one case, in autograd's NumPy: an oracle of whole sequences.

M is (L, W) here, and every head is a loop.  Nothing of ref.memory or ref.cells is used but the named tuples.
"""

import autograd.numpy as np
import numpy

EPSILON, TINY = 1e-6, 1e-30


def sigma(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


def controller(x, r, h, c, weights):
    z = np.concatenate([x, *r])
    if weights.W is None:
        return np.tanh(z @ weights.U + weights.b), None
    s = z @ weights.U + h @ weights.W + weights.b
    H = len(h)
    c = sigma(s[H : 2 * H]) * c + sigma(s[:H]) * np.tanh(s[2 * H : 3 * H])
    return sigma(s[3 * H :]) * np.tanh(c), c


class Tape:
    """What the controller says, cut off piece by piece, all heads of a piece side by side."""

    def __init__(self, o):
        self.o, self.at = o, 0

    def take(self, phi, *sizes):
        K, size = sizes
        part = self.o[self.at : self.at + K * size]
        self.at += K * size
        return [phi(part[k * size : (k + 1) * size]) for k in range(K)]


def similar(M, k):
    return np.array([np.dot(row, k) / (np.sqrt(np.dot(row, row) + EPSILON) * np.sqrt(np.dot(k, k) + EPSILON))
                     for row in M])


def ntm(x, weights, start, design):
    """y (T, H + R W) of one case."""
    M, w_read, w_write, r, h, c = start
    L, W, S = design.n_locations, design.width, design.shifts
    contents = np.tanh if design.contents == "tanh" else lambda v: v
    strength = softplus if design.strength == "softplus" else lambda v: 1 + softplus(v)

    def heads(tape, K):
        return list(zip(tape.take(contents, K, W), tape.take(strength, K, 1), tape.take(sigma, K, 1),
                        tape.take(softmax, K, 2 * S + 1), tape.take(lambda v: 1 + softplus(v), K, 1)))

    def address(M, w, head):
        k, beta, g, s, gamma = head
        w = g * softmax(beta * similar(M, k)) + (1 - g) * w
        w = sum(s[j + S] * np.array([w[(i - j) % L] for i in range(L)]) for j in range(-S, S + 1))
        w = (w + TINY) ** gamma
        return w / np.sum(w)

    outputs = []
    for x_t in x:
        h, c = controller(x_t, r, h, c, weights)
        tape = Tape(h @ weights.P + weights.q)
        readers, writers = heads(tape, len(w_read)), heads(tape, len(w_write))
        e, a = tape.take(sigma, len(w_write), W), tape.take(contents, len(w_write), W)
        before = M
        w_write = [address(M, w, head) for w, head in zip(w_write, writers)]
        for w, e_h in zip(w_write, e):
            M = M * (1 - np.outer(w, e_h))
        for w, a_h in zip(w_write, a):
            M = M + np.outer(w, a_h)
        seen = M if design.order == "write first" else before
        w_read = [address(seen, w, head) for w, head in zip(w_read, readers)]
        r = [w @ seen for w in w_read]
        outputs.append(np.concatenate([h, *r]))
    return np.stack(outputs)


def plain(u):
    """The numbers of an autograd box."""
    while hasattr(u, "_value"):
        u = u._value
    return u


def dnc(x, weights, start, design):
    """y (T, H + R W) of one case."""
    M, u, links, p, ww, wr, r, h, c = start
    L, W, R = design.n_locations, design.width, design.n_read_heads
    contents = np.tanh if design.contents == "tanh" else lambda v: v
    strength = softplus if design.strength == "softplus" else lambda v: 1 + softplus(v)
    outputs = []
    for x_t in x:
        h, c = controller(x_t, r, h, c, weights)
        tape = Tape(h @ weights.P + weights.q)
        k_r, beta_r = tape.take(contents, R, W), tape.take(strength, R, 1)
        (k_w,), (beta_w,) = tape.take(contents, 1, W), tape.take(strength, 1, 1)
        (e,), (v,), f = tape.take(sigma, 1, W), tape.take(contents, 1, W), tape.take(sigma, R, 1)
        (g_a,), (g_w,), pi = tape.take(sigma, 1, 1), tape.take(sigma, 1, 1), tape.take(softmax, R, 3)

        kept = 1.0
        for w, free in zip(wr, f):
            kept = kept * (1 - free * w)
        written = plain(ww) if design.usage_gradient == "stopped" else ww
        u = (u + written - u * written) * kept
        taken = 1e-6 + (1 - 1e-6) * u
        a, so_far = [0.0] * L, 1.0
        for i in sorted(range(L), key=lambda i: plain(u)[i]):
            a[i], so_far = (1 - taken[i]) * so_far, so_far * taken[i]
        ww = g_w * (g_a * np.array(a) + (1 - g_a) * softmax(beta_w * similar(M, k_w)))

        before = M, links
        M = M * (1 - np.outer(ww, e)) + np.outer(ww, v)
        links = (1 - ww[:, None] - ww[None]) * links + np.outer(ww, p)
        links = links * (1 - numpy.eye(L))
        p = (1 - np.sum(ww)) * p + ww
        seen, followed = (M, links) if design.order == "write first" else before
        wr = [mode[0] * (followed.T @ w) + mode[1] * softmax(beta * similar(seen, k)) + mode[2] * (followed @ w)
              for w, mode, beta, k in zip(wr, pi, beta_r, k_r)]
        r = [w @ seen for w in wr]
        outputs.append(np.concatenate([h, *r]))
    return np.stack(outputs)
