"""A Markov source: sequences of symbols whose entropy is known, so that no model can have fewer bits than `floor`.

    source        P(c_j = s | c_{j-k} .. c_{j-1}) = P[context, s],   context = the last k symbols as a number of base C
    contexts      Q[context, context'] = P[context, s]               where s moves in and the oldest symbol moves out
    stationary    π Q = π,  Σ π = 1                                  the sequences start from it
    entropy       H_m = - Σ p(c_1 .. c_m, s) log2 p(s | c_1 .. c_m)  of the next symbol after m symbols, m <= k
    rate          H_k = - Σ π[context] P[context, s] log2 P[context, s]
    floor         1/T Σ_{j=1..T} H_min(j,k)                          of sequences of T steps: at the first k - 1 less
                                                                     than k symbols are known; the rate where k = 1

All in bits a symbol; p comes from π exactly, by sums, not from samples. `predict` gives the outputs z of the best
model, whose cross-entropy is the floor on average.

Shapes: transition P (C^k, C), the oldest symbol of a context most significant; π (C^k,); sequences (N, T + 1) of codes.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.special import xlogy

from ref.tasks.sequences.sequence_task import Array, SequenceTask
from ref.tasks.text.next_symbol import next_symbol_task
from ref.validation import require_count, require_floats, require_number, require_sequences

MOST = 4096  # contexts: finding π is the solution of so many equations


@dataclass(frozen=True, eq=False)
class MarkovSource:
    transition: Array  # P (C^k, C), rows sum to 1

    def __post_init__(self):
        P = require_floats("transition", self.transition)
        if P.ndim != 2 or P.size == 0 or P.shape[1] < 2 or P.shape[1] ** order_of(P) != len(P) or len(P) > MOST:
            raise ValueError(f"transition has shape {P.shape} but must be (C^k, C) with C at least 2, k at least 1 "
                             f"and at most {MOST} rows")
        sums = P.sum(axis=1)
        if P.min() < 0 or np.abs(sums - 1).max() > 1e-6:
            row = int(np.argmax(np.maximum(-P.min(axis=1), np.abs(sums - 1))))
            raise ValueError(f"transition[{row}] has the smallest entry {P[row].min()} and the sum {sums[row]} "
                             f"but must be probabilities")
        P = P.astype(np.float64)
        object.__setattr__(self, "transition", P / P.sum(axis=1, keepdims=True))

    @classmethod
    def random(cls, C: int = 10, order: int = 1, seed: int = 0, concentration: float = 0.2) -> "MarkovSource":
        """Each row of P from a symmetric Dirichlet distribution; the smaller `concentration`, the more predictable."""
        C, order = require_count("C", C, least=2), require_count("order", order)
        if C**order > MOST:
            raise ValueError(f"order is {order} but {C} symbols then have {C**order} contexts, more than {MOST}")
        alpha = np.full(C, require_number("concentration", concentration, above=0))
        rng = np.random.default_rng(require_count("seed", seed, least=0))
        return cls(rng.dirichlet(alpha, size=C**order))

    @property
    def C(self) -> int:
        return self.transition.shape[1]

    @property
    def order(self) -> int:
        return order_of(self.transition)

    @cached_property
    def stationary(self) -> Array:
        """π (C^k,). Raises ValueError where there are several: then the entropy depends on where a sequence starts."""
        P, n = self.transition, len(self.transition)
        Q = np.zeros((n, n))
        context, s = np.indices(P.shape)
        Q[context, self.moved(context, s)] = P
        groups, group = connected_components(Q > 0, connection="strong")
        leaving = {group[i] for i, j in np.argwhere(Q > 0) if group[i] != group[j]}
        if groups - len(leaving) != 1:
            raise ValueError(f"transition has {groups - len(leaving)} groups of contexts that are never left "
                             f"but must have one: its stationary distribution is not unique")
        np.fill_diagonal(Q, 0)  # 1 - Q[i, i] is the sum of the others, and loses nothing where Q[i, i] is close to 1
        equations = np.diag(Q.sum(axis=1)) - Q.T
        equations[-1] = 1  # one equation follows from the others; Σ π = 1 takes its place
        pi = np.linalg.solve(equations, np.append(np.zeros(n - 1), 1)).clip(min=0)
        return pi / pi.sum()

    def joint(self, m: int) -> Array:
        """p (C^m, C): the last m symbols of a stationary sequence, and the next one."""
        if m == self.order:
            return self.stationary[:, None] * self.transition
        return self.stationary.reshape(-1, self.C**m, self.C).sum(axis=0)

    def next_given(self, m: int) -> Array:
        """p(s | last m symbols) (C^m, C); zero after what never happens."""
        joint = self.joint(m)
        seen = joint.sum(axis=1, keepdims=True)
        return np.divide(joint, seen, out=np.zeros_like(joint), where=seen > 0)

    def entropy(self, m: int) -> float:
        """H_m: bits of the next symbol where the last m are known, 0 <= m <= k."""
        if require_count("m", m, least=0) > self.order:
            raise ValueError(f"m is {m} but the source's order is {self.order}")
        return float(-xlogy(self.joint(m), self.next_given(m)).sum() / np.log(2))

    def entropy_rate(self) -> float:
        return self.entropy(self.order)

    def floor(self, T: int) -> float:
        """Bits a character of the best model on sequences of T steps."""
        T, k = require_count("T", T), self.order
        opening = [self.entropy(j) for j in range(1, min(T, k - 1) + 1)]
        return (sum(opening) + (T - len(opening)) * self.entropy_rate()) / T

    def sample(self, rng: np.random.Generator, n: int, length: int) -> Array:
        """n stationary sequences (n, length) of codes."""
        u = rng.random((require_count("length", length) + 1, require_count("n", n)))
        context = np.searchsorted(cumulative(self.stationary), u[0], side="right")
        table, codes = cumulative(self.transition), np.empty((n, length), np.int32)
        for j in range(length):
            codes[:, j] = s = np.sum(table[context] <= u[j + 1, :, None], axis=1)
            context = self.moved(context, s)
        return codes

    def task(self, T: int, dtype=np.float64) -> SequenceTask:
        """Fresh sequences of T steps, the next symbol at every step."""
        T = require_count("T", T)
        return next_symbol_task("markov", T, self.C, partial(self.sample, length=T + 1), dtype)

    def predict(self, x: Array) -> Array:
        """Outputs z (T, N, C) of the best model for inputs x (T, N, C): log p(next | the last k symbols seen)."""
        x = require_sequences("x", x, self.C)
        log_p = [np.log(self.next_given(m).clip(min=np.finfo(x.dtype).tiny)) for m in range(self.order + 1)]
        z, context = np.empty_like(x), 0
        for j, s in enumerate(x.argmax(axis=-1)):
            m = min(j + 1, self.order)
            context = (context * self.C + s) % self.C**m
            z[j] = log_p[m][context]
        return z

    def moved(self, context: Array, s: Array) -> Array:
        """The contexts after the symbols s."""
        return context % (len(self.transition) // self.C) * self.C + s


def order_of(P: Array) -> int:
    """k where P has C^k rows."""
    return max(1, round(np.log(len(P)) / np.log(P.shape[1])))


def cumulative(p: Array) -> Array:
    """Σ p up to each symbol, ending at exactly 1: a uniform number falls below the entry of its symbol first."""
    total = p.cumsum(axis=-1)
    return total / total[..., -1:]
