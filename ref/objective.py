"""The objective: what an optimiser sees of a network, a loss and data.

    value        f(theta) = L(z(theta, x), t) + decay/2 |theta|²
    gradient     ∇f  = Jᵀ L'(z) + decay theta
    curvature    B v = Jᵀ L''(z) J v + (decay + damping) v          or, with product="hessian", the exact R{∇f} + ...
    squares      1/N Σₙ gₙ²        gₙ the gradient of case n's loss: the diagonal of the empirical Fisher matrix
    diagonal     Σₙ (Jₙᵀ A xi)²    A Aᵀ = L'', xi of random signs: an unbiased estimate of diag(G)
                                   (Chapelle & Erhan 2011)

L is a mean over cases, or over the targets that a mask selects (ref.losses.masked).  Every method passes over the batch
in chunks of cases and adds up their weighted means, so that memory does not grow with the data.  Only `curvature` keeps
the activations of a batch, and only of a batch that fits into one chunk; a larger one is run forward again at every
product.  A network that couples the cases of a batch has no mean over chunks: a batch that does not fit into one chunk
is then refused.

A batch is a `ref.batch.Batch`, or one of the tuples that it stands for: (x, t), and (x, t, mask) for sequences.  Each
method raises ValueError or TypeError that names the argument where shapes, dtypes or values are wrong.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ref.batch import Batch
from ref.curvature import PRODUCTS
from ref.parameters import Parameters
from ref.protocols import CouplesCases, HasSquares, Loss, Network, WeighsChunks, require
from ref.validation import require_count, require_floats, require_number
from ref.vectors import add_product, dot

Array = np.ndarray
Terms = list  # numbers, arrays and Parameters
OfChunk = Callable[..., Terms]  # (z, targets, cache) -> terms


class Objective:
    """network and loss as in ref.networks and ref.losses; chunk: the most cases that are processed at once.

    Raises TypeError for a network or a loss that lacks one of its functions (ref.protocols).

    >>> import numpy as np
    >>> from ref import MLP, Objective, losses
    >>> network = MLP((3, 5, 2))
    >>> objective = Objective(network, losses.squared_error)
    >>> rng = np.random.default_rng(0)
    >>> batch = rng.standard_normal((8, 3)), rng.standard_normal((8, 2))
    >>> theta = network.init(rng)
    >>> value, gradient = objective.value_and_gradient(theta, batch)
    >>> gradient
    Parameters(32 float64: W1 (3, 5), b1 (5,), W2 (5, 2), b2 (2,))
    >>> G = objective.curvature(theta, batch)  # a SciPy LinearOperator
    >>> G.shape, bool(gradient.vector @ (G @ gradient.vector) > 0)
    ((32, 32), True)
    """

    def __init__(self, network, loss, weight_decay: float = 0.0, chunk: int = 1000):
        self.network, self.loss = require("network", network, Network), require("loss", loss, Loss)
        self.weight_decay = require_number("weight_decay", weight_decay, least=0)
        self.chunk = require_count("chunk", chunk)

    def value(self, theta: Parameters, batch) -> float:
        """f, a quarter of a chunk at a time: it is also asked for while `curvature` keeps the activations of a whole
        one.
        """
        chunk = self.chunk if isinstance(self.network, CouplesCases) else max(1, self.chunk // 4)
        (value,) = self.mean(theta, batch, lambda z, targets, cache: [self.loss.value(z, *targets)], chunk)
        return value + self._decay(theta)

    def gradient(self, theta: Parameters, batch) -> Parameters:
        require_floats("theta", theta.vector)

        def of_chunk(z, targets, cache) -> Terms:
            return [self.network.backward(self.loss.gradient(z, *targets), cache)]

        (gradient,) = self.mean(theta, batch, of_chunk)
        return self._add_decay(theta, gradient)

    def value_and_gradient(self, theta: Parameters, batch) -> tuple[float, Parameters]:
        require_floats("theta", theta.vector)

        def of_chunk(z, targets, cache) -> Terms:
            return [self.loss.value(z, *targets), self.network.backward(self.loss.gradient(z, *targets), cache)]

        value, gradient = self.mean(theta, batch, of_chunk)
        return value + self._decay(theta), self._add_decay(theta, gradient)

    def gradient_and_squares(self, theta: Parameters, batch) -> tuple[float, Parameters, Parameters]:
        """Return f, ∇f and, from the same backward pass, 1/N Σₙ gₙ² (without the weight decay)."""
        self._require_feed_forward()
        require_floats("theta", theta.vector)

        def of_chunk(z, targets, cache) -> Terms:
            gradient, squares = self.network.backward_squares(self.loss.gradient(z, *targets), cache)
            squares.vector *= len(z)  # undoes the loss's mean in each gₙ
            return [self.loss.value(z, *targets), gradient, squares]

        value, gradient, squares = self.mean(theta, batch, of_chunk)
        return value + self._decay(theta), self._add_decay(theta, gradient), squares

    def curvature_diagonal(self, theta: Parameters, batch, rng: np.random.Generator) -> Parameters:
        """One draw of the unbiased estimate of diag(G), without the weight decay.  rng draws the signs xi."""
        self._require_feed_forward()
        require_floats("theta", theta.vector)

        def of_chunk(z, targets, cache) -> Terms:
            xi = rng.choice(np.array([-1, 1], z.dtype), z.shape)
            _, squares = self.network.backward_squares(self.loss.curvature_factor(z, *targets, xi), cache)
            return [squares]

        (diagonal,) = self.mean(theta, batch, of_chunk)
        return diagonal

    def curvature(self, theta: Parameters, batch, product: str | Callable = "gauss_newton",
                  damping: float | Array = 0.0) -> LinearOperator:
        """B as a (P, P) operator on flat vectors; damping is a number, or a vector (P,) that is added to the diagonal.

        product is a name in ref.curvature.PRODUCTS, or a function of the same arguments as those.
        """
        if not callable(product) and product not in PRODUCTS:
            raise ValueError(f"product is {product!r} but must be one of {', '.join(PRODUCTS)}")
        require_floats("theta", theta.vector)
        self._require_damping(theta, damping)
        multiply, batch = product if callable(product) else PRODUCTS[product], Batch.of(batch)
        kept = None  # the outputs and activations of the only chunk
        if batch.n_cases <= self.chunk:
            (kept,) = (self._run(theta, part) for _, part in self._chunks(batch, self.chunk))

        def matvec(v: Array) -> Array:
            v = theta.like(v.reshape(theta.size).astype(theta.dtype, copy=False))

            def of_chunk(z, targets, cache) -> Terms:
                return [multiply(self.network, self.loss, cache, z, targets, v)]

            (Bv,) = of_chunk(*kept) if kept else self.mean(theta, batch, of_chunk)
            add_product(Bv.vector, self.weight_decay, v.vector)
            add_product(Bv.vector, damping, v.vector)
            return Bv.vector

        return LinearOperator((theta.size, theta.size), matvec, rmatvec=matvec, dtype=theta.dtype)

    def outputs(self, theta: Parameters, batch) -> Iterator[Array]:
        """The outputs z, before the loss's own nonlinearity, chunk after chunk of cases; an array x, cases first, is a
        batch too."""
        for _, part in self._chunks(batch, self.chunk):
            yield self.network.forward(theta, *part.inputs)[0]

    def predictions(self, theta: Parameters, batch) -> Iterator[Array]:
        """The outputs after the loss's own nonlinearity, chunk after chunk of cases."""
        return map(self.loss.prediction, self.outputs(theta, batch))

    def count(self, batch) -> int:
        """How many cases the batch has: what work is counted in."""
        return Batch.of(batch).n_cases

    def mean(self, theta: Parameters, batch, of_chunk: OfChunk, chunk: int | None = None) -> Terms:
        """The weighted mean over chunks of each of the terms that of_chunk(z, targets, cache) returns: numbers, arrays
        and Parameters of its own, since the first chunk's are written over.

        A chunk's activations are gone before the next chunk's are made.
        """
        total: Terms = []
        for weight, part in self._chunks(batch, chunk or self.chunk):
            add_terms(total, weight, of_chunk(*self._run(theta, part)))
        return total

    def _run(self, theta: Parameters, part: Batch) -> tuple:
        """(z, targets, cache) of one chunk, whose targets fit its outputs."""
        z, cache = self.network.forward(theta, *part.inputs)
        self.loss.require_targets(z, *part.targets)
        return z, part.targets, cache

    def _chunks(self, batch, chunk: int) -> Iterator[tuple[float, Batch]]:
        """The batch in chunks of cases, each with its weight in the mean."""
        batch = Batch.of(batch)
        N = batch.n_cases
        if N > chunk and isinstance(self.network, CouplesCases):
            raise ValueError(f"batch has {N} cases but chunk is {chunk}, and a {type(self.network).__name__} couples "
                             f"the "
                             f"cases of a batch: in chunks it would be another function. Give a chunk of {N} or more")
        batch.require_finite()
        for start in range(0, N, chunk):
            part = batch.cases(slice(start, start + chunk))
            weighs = isinstance(self.loss, WeighsChunks) and bool(batch.targets)
            yield self.loss.weight(part.targets, batch.targets) if weighs else part.n_cases / N, part

    def _decay(self, theta: Parameters) -> float:
        return 0.5 * self.weight_decay * dot(theta.vector, theta.vector) if self.weight_decay else 0.0

    def _add_decay(self, theta: Parameters, gradient: Parameters) -> Parameters:
        add_product(gradient.vector, self.weight_decay, theta.vector)
        return gradient

    def _require_damping(self, theta: Parameters, damping) -> None:
        if np.ndim(damping) == 0:
            require_number("damping", damping, least=0)
        elif np.shape(damping) != theta.vector.shape or not 0 <= np.min(damping) <= np.max(damping) < np.inf:
            raise ValueError(f"damping must be one number or ({theta.size},) of them, finite and none negative; got "
                             f"shape "
                             f"{np.shape(damping)}, from {np.min(damping)} to {np.max(damping)}")

    def _require_feed_forward(self) -> None:
        if not isinstance(self.network, HasSquares):
            raise TypeError(f"network is a {type(self.network).__name__}, which has no backward_squares (HasSquares in "
                            f"ref.protocols): where weights are shared, over time for instance, one backward pass does "
                            f"not give the squares of each case's gradient. Hessian-free optimisation runs there with "
                            f"preconditioner=None and scale_mix=0")


def add_terms(total: Terms, weight: float, terms: Terms) -> None:
    """total += weight terms, one by one; the memory of the first terms becomes that of the total."""
    if not total:
        for term in terms:
            if isinstance(term, Parameters):
                term.vector *= weight
                total.append(term)
            else:
                total.append(weight * term)
        return
    for i, term in enumerate(terms):
        if isinstance(term, Parameters):
            add_product(total[i].vector, weight, term.vector)
        else:
            total[i] = total[i] + weight * term
