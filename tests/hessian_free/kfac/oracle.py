"""K-FAC with exact G_l (KFLR), written a second time with dense matrices: every block formed as a Kronecker product,
the whole inverted, the quadratic minimised with the dense Gauss-Newton matrix.  Nothing of ref but the forward pass.
"""

import numpy as np


class OracleKFAC:
    def __init__(self, p, damping: float, T1: int, T2: int | None, T3: int, kept: float = 0.95,
                 inverse: str = "block-diagonal"):
        self.p, self.damping, self.T1, self.T2, self.T3, self.kept = p, damping, T1, T2, T3, kept
        self.kind = inverse
        self.k, self.gamma, self.before = 0, None, None
        self.A, self.G = {}, {}  # by two layers
        self.log = []

    def sizes(self):
        sizes = self.p.dense.sizes
        start = 0
        for l, (D, H) in enumerate(zip(sizes, sizes[1:]), 1):
            yield l, D, H, start
            start += (D + 1) * H

    def step(self, theta: np.ndarray) -> np.ndarray:
        p, decay = self.p, self.p.dense.decay
        self.k += 1
        k = self.k
        f, g = p.dense.value(theta), p.dense.gradient(theta)
        F = p.dense.gauss_newton(theta) - decay * np.eye(len(theta))
        B = F + (self.damping + decay) * np.eye(len(theta))
        _, cache = p.objective.network.forward(p.theta.like(theta.copy()), p.batch[0])
        kept = min(1 - 1 / k, self.kept)
        bias = {l: slice(start + D * H, start + (D + 1) * H) for l, D, H, start in self.sizes()}
        a = {l: np.hstack([cache.affine[l - 1].x, np.ones((len(p.batch[0]), 1))]) for l in bias}
        for two in [(l, m) for l in bias for m in (l, l + 1) if m in bias]:
            l, m = two
            self.A[two] = kept * self.A.get(two, 0) + (1 - kept) * a[l].T @ a[m] / len(a[l])
            self.G[two] = kept * self.G.get(two, 0) + (1 - kept) * F[bias[l], bias[m]]
        if k == 1 or self.T2 is None:
            gamma = np.sqrt(self.damping + decay)
        else:
            gamma = self.gamma
        if self.T2 is not None and k % self.T2 == 0:
            omega = np.sqrt(19 / 20) ** self.T2
            tried = {float(trial): None for trial in (gamma, max(gamma * omega, np.sqrt(decay)), min(gamma / omega, 1))}
            inverses = [(trial, self.inverse(trial, len(theta))) for trial in tried]
        elif k <= 3 or k % self.T3 == 0:
            inverses = [(gamma, self.inverse(gamma, len(theta)))]
        else:
            inverses = [(self.gamma, self.last)]
        best = None
        for trial, inverse in inverses:
            V = [-inverse @ g] + ([self.before] if self.before is not None else [])
            V = np.array(V)
            c = np.linalg.solve(V @ B @ V.T, -V @ g)
            d = c @ V
            M = 0.5 * d @ B @ d + g @ d
            if best is None or M < best[0]:
                best = M, d, trial, inverse
        M, d, self.gamma, self.last = best
        self.before = d
        self.log.append({"damping": self.damping, "gamma": self.gamma, "model": M,
                         "tried": [trial for trial, _ in inverses]})
        if k % self.T1 == 0:
            rho = (p.dense.value(theta + d) - f) / M
            self.log[-1]["rho"] = rho
            self.damping *= (20 / 19) ** self.T1 if rho < 0.25 else (19 / 20) ** self.T1 if rho > 0.75 else 1
        return theta + d

    def inverse(self, gamma: float, P: int) -> np.ndarray:
        F, parts = np.zeros((P, P)), []
        for l, D, H, start in self.sizes():
            A, G = self.A[l, l], self.G[l, l]
            pi = np.sqrt((np.trace(A) / len(A)) / (np.trace(G) / len(G)))
            parts.append(slice(start, start + (D + 1) * H))
            if self.kind == "eigenbasis":
                F[parts[-1], parts[-1]] = np.kron(A, G) + gamma**2 * np.eye((D + 1) * H)
            else:
                F[parts[-1], parts[-1]] = np.kron(A + pi * gamma * np.eye(len(A)), G + gamma / pi * np.eye(len(G)))
        if self.kind == "block-tridiagonal":
            for m in range(1, len(parts)):
                for l in reversed(range(m)):
                    here, next_, there = parts[l], parts[l + 1], parts[m]
                    between = np.kron(self.A[l + 1, l + 2], self.G[l + 1, l + 2])
                    F[here, there] = between @ np.linalg.solve(F[next_, next_], F[next_, there])
                    F[there, here] = F[here, there].T
        return np.linalg.inv(F)
