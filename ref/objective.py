"""The objective: what an optimiser sees of a network, a loss and data.

    value        f(theta) = L(z(theta, x), t) + decay/2 |theta|²
    gradient     ∇f  = Jᵀ L'(z) + decay theta
    curvature    B v = Jᵀ L''(z) J v + (decay + damping) v          or, with kind="hessian", the exact R{∇f} + ...
    squares      1/N Σₙ gₙ²        gₙ the gradient of case n's loss: the diagonal of the empirical Fisher matrix
    diagonal     Σₙ (Jₙᵀ A xi)²    A Aᵀ = L'', xi of random signs: an unbiased estimate of diag(G) (Chapelle & Erhan 2011)

L is a mean over cases.  Every method passes over the batch in chunks, so that memory does not grow with the data; only
`curvature` keeps the activations of a batch, and only of a batch that fits into one chunk: a larger one is run forward
again at every product.

A batch is a tuple (x, t): x (N, D) inputs, t (N, C) targets, in theta's dtype.  Each method raises ValueError or TypeError
that names the argument where shapes, dtypes or values are wrong.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.arrays import add_product, dot, require_cases, require_count, require_floats, require_number
from ref.curvature import PRODUCTS
from ref.parameters import Parameters

Array = np.ndarray
Batch = tuple[Array, Array]


def accumulate(total: Parameters | None, share: float, part: Parameters) -> Parameters:
    """total + share part: in total's memory, or in part's where there is no total yet."""
    if total is None:
        part.vector *= share
        return part
    add_product(total.vector, share, part.vector)
    return total


class Objective:
    """network and loss as in ref.networks and ref.losses; chunk: the most cases that are processed at once."""

    def __init__(self, network, loss, weight_decay: float = 0.0, chunk: int = 1000):
        self.network, self.loss = network, loss
        self.weight_decay = require_number("weight_decay", weight_decay, least=0)
        self.chunk = require_count("chunk", chunk)

    def value(self, theta: Parameters, batch: Batch) -> float:
        """f, a quarter of a chunk at a time: it is also asked for while `curvature` keeps the activations of a whole one."""
        value = 0.0
        for share, t, z, cache in self.forward_chunks(theta, batch, max(1, self.chunk // 4)):
            value += share * self.loss.value(z, t)
            del z, cache
        return value + self._decay(theta)

    def gradient(self, theta: Parameters, batch: Batch) -> Parameters:
        require_floats("theta", theta.vector)
        total = None
        for share, t, z, cache in self.forward_chunks(theta, batch):
            total = accumulate(total, share, self.network.backward(self.loss.gradient(z, t), cache))
            del z, cache
        add_product(total.vector, self.weight_decay, theta.vector)
        return total

    def value_and_gradient(self, theta: Parameters, batch: Batch) -> tuple[float, Parameters]:
        require_floats("theta", theta.vector)
        value, total = 0.0, None
        for share, t, z, cache in self.forward_chunks(theta, batch):
            value += share * self.loss.value(z, t)
            total = accumulate(total, share, self.network.backward(self.loss.gradient(z, t), cache))
            del z, cache
        add_product(total.vector, self.weight_decay, theta.vector)
        return value + self._decay(theta), total

    def gradient_and_squares(self, theta: Parameters, batch: Batch) -> tuple[float, Parameters, Parameters]:
        """Return f, ∇f and, from the same backward pass, 1/N Σₙ gₙ² (without the weight decay)."""
        self._require_feed_forward()
        require_floats("theta", theta.vector)
        value, total, squares = 0.0, None, None
        for share, t, z, cache in self.forward_chunks(theta, batch):
            value += share * self.loss.value(z, t)
            gradient, squared = self.network.backward_squares(self.loss.gradient(z, t), cache)
            total = accumulate(total, share, gradient)
            squares = accumulate(squares, share * len(z), squared)  # len(z) undoes the loss's mean in each gₙ
            del z, cache, gradient, squared
        add_product(total.vector, self.weight_decay, theta.vector)
        return value + self._decay(theta), total, squares

    def curvature_diagonal(self, theta: Parameters, batch: Batch, rng: np.random.Generator) -> Parameters:
        """One draw of the unbiased estimate of diag(G), without the weight decay.  rng draws the signs xi."""
        self._require_feed_forward()
        require_floats("theta", theta.vector)
        total = None
        for share, t, z, cache in self.forward_chunks(theta, batch):
            xi = rng.choice(np.array([-1, 1], z.dtype), z.shape)
            _, squares = self.network.backward_squares(self.loss.curvature_factor(z, t, xi), cache)
            total = accumulate(total, share, squares)
            del z, cache, squares
        return total

    def curvature(self, theta: Parameters, batch: Batch, kind: str | Callable = "gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """B as a (P, P) operator on flat vectors; damping is a number, or a vector (P,) that is added to the diagonal.

        kind is a name in ref.curvature.PRODUCTS, or a function of the same arguments as those.
        """
        if not callable(kind) and kind not in PRODUCTS:
            raise ValueError(f"kind is {kind!r} but must be one of {', '.join(PRODUCTS)}")
        require_floats("theta", theta.vector)
        self.require_damping(theta, damping)
        product = partial(kind if callable(kind) else PRODUCTS[kind], self.network, self.loss)
        kept = list(self.forward_chunks(theta, batch)) if self.count(batch) <= self.chunk else None

        def matvec(v: Array) -> Array:
            v = theta.like(v.reshape(theta.size).astype(theta.dtype, copy=False))
            Bv = None
            for share, t, z, cache in kept or self.forward_chunks(theta, batch):
                Bv = accumulate(Bv, share, product(cache, z, t, v))
                del z, cache
            add_product(Bv.vector, self.weight_decay, v.vector)
            add_product(Bv.vector, damping, v.vector)
            return Bv.vector

        return LinearOperator((theta.size, theta.size), matvec, rmatvec=matvec, dtype=theta.dtype)

    def predictions(self, theta: Parameters, x: Array) -> Iterator[Array]:
        """The outputs after the loss's own nonlinearity, chunk after chunk."""
        x = require_cases("x", x)
        for start in range(0, len(x), self.chunk):
            yield self.loss.prediction(self.network.forward(theta, x[start : start + self.chunk])[0])

    def count(self, batch: Batch) -> int:
        """How many cases the batch has."""
        return len(batch[0])

    def require_damping(self, theta: Parameters, damping) -> None:
        if np.ndim(damping) == 0:
            require_number("damping", damping, least=0)
        elif np.shape(damping) != theta.vector.shape or not 0 <= np.min(damping) <= np.max(damping) < np.inf:
            raise ValueError(f"damping must be one number or ({theta.size},) of them, finite and none negative; got shape "
                             f"{np.shape(damping)}, from {np.min(damping)} to {np.max(damping)}")

    def _require_feed_forward(self) -> None:
        if not hasattr(self.network, "backward_squares"):
            raise TypeError(f"network is a {type(self.network).__name__}, which has no backward_squares: with weights "
                            f"shared over time, one backward pass does not give the squares of each case's gradient. "
                            f"Hessian-free optimisation runs there with preconditioner=None and scale_mix=0")

    def forward_chunks(self, theta: Parameters, batch: Batch, chunk: int | None = None) -> Iterator[tuple]:
        """(share, t, z, cache) of each chunk.  Who iterates deletes z and cache at once, or two chunks' would be in memory."""
        for share, x, t in self._chunks(theta, batch, chunk):
            yield share, t, *self.network.forward(theta, x)

    def _decay(self, theta: Parameters) -> float:
        return 0.5 * self.weight_decay * dot(theta.vector, theta.vector) if self.weight_decay else 0.0

    def _chunks(self, theta: Parameters, batch: Batch, chunk: int | None = None) -> Iterator[tuple[float, Array, Array]]:
        """The batch in chunks (share, x, t), each with its share of the cases."""
        x, t = batch
        x, t = require_cases("x", x), require_cases("t", t)
        if len(x) != len(t):
            raise ValueError(f"x has {len(x)} cases but t has {len(t)}")
        if x.dtype != theta.dtype or t.dtype != theta.dtype:
            raise TypeError(f"x is {x.dtype} and t is {t.dtype} but theta is {theta.dtype}")
        if t.shape[1] != self.network.sizes[-1]:
            raise ValueError(f"t has {t.shape[1]} columns but the network has {self.network.sizes[-1]} outputs")
        chunk = chunk or self.chunk
        for start in range(0, len(x), chunk):
            part = slice(start, start + chunk)
            yield len(x[part]) / len(x), x[part], t[part]

