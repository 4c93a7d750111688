"""The objective on sequences: `Objective` over batches (x, t, mask), with the same methods.

    value        f = 1/N Σₙ Σ_t mask_tn L(z_tn, t_tn) + decay/2 |theta|²              mean="cases"
                 f = 1/M Σₙ Σ_t mask_tn L(z_tn, t_tn) + decay/2 |theta|²              mean="targets"

L is the loss of one case at one step, N the number of cases, M that of targets, Σ mask.  With the mean over cases, a
sequence with twice as many targets weighs twice as much, and lambda and learning rates are measured on that scale; with
that over targets, the loss does not grow with the sequence's length.

Shapes: x (T, N, D); t (S, N, C) and mask (S, N), of booleans, like the network's outputs z: S = T, or 1 where it reads
out the last step alone.  Time comes first.  Targets where mask is False are never looked at, but must be finite.
Chunks are of cases.  Each method raises ValueError or TypeError that names the argument where shapes, dtypes or values
are wrong.
"""

from collections.abc import Callable, Iterator

import numpy as np

from ref.arrays import require_sequences
from ref.objective import Objective
from ref.parameters import Parameters

Array = np.ndarray
Batch = tuple[Array, Array, Array]
Targets = tuple[Array, Array]  # t, mask


MEANS = ("cases", "targets")


class OverTime:
    """A loss of ref.losses at the steps that the mask selects: their mean, or the cases' mean of their sums; targets (t, mask).

    Where an output is not finite the value is NaN, even at a step without a target: the gradient would not be finite.
    """

    def __init__(self, loss, mean: str = "cases"):
        if mean not in MEANS:
            raise ValueError(f"mean is {mean!r} but must be one of {', '.join(MEANS)}")
        self.loss, self.prediction, self.mean = loss, loss.prediction, mean

    def value(self, z: Array, targets: Targets) -> float:
        t, mask = targets
        if not np.isfinite(z).all():
            return np.nan
        return self.loss.value(z[mask], t[mask]) * self._weight(mask) if mask.any() else 0.0

    def gradient(self, z: Array, targets: Targets) -> Array:
        return self._at_targets(self.loss.gradient, z, targets)

    def hessian_product(self, z: Array, targets: Targets, Rz: Array) -> Array:
        return self._at_targets(self.loss.hessian_product, z, targets, Rz)

    def gauss_newton_product(self, z: Array, targets: Targets, Rz: Array) -> Array:
        return self._at_targets(self.loss.gauss_newton_product, z, targets, Rz)

    def _at_targets(self, derivative: Callable, z: Array, targets: Targets, *Rz: Array) -> Array:
        """The loss's derivative at the steps that have a target, whose mean it takes; zero at the others."""
        (t, mask), dz = targets, np.zeros_like(z)
        if mask.any():
            dz[mask] = derivative(z[mask], t[mask], *(R[mask] for R in Rz)) * self._weight(mask)
        return dz

    def share(self, part: Array, mask: Array) -> float:
        """What a part's mean (its cases' mask) counts for in the whole."""
        if self.mean == "cases":
            return part.shape[1] / mask.shape[1]
        return float(np.count_nonzero(part)) / float(np.count_nonzero(mask))

    def _weight(self, mask: Array) -> float:
        """From a mean over all targets to the one that is asked for."""
        return float(np.count_nonzero(mask)) / mask.shape[1] if self.mean == "cases" else 1.0


class SequenceObjective(Objective):
    """network as ref.networks.elman_rnn, loss as in ref.losses; mean: over "cases" or "targets"; chunk: the most
    sequences processed at once."""

    def __init__(self, network, loss, weight_decay: float = 0.0, chunk: int = 1000, mean: str = "cases"):
        if not hasattr(network, "outputs"):
            raise TypeError(f"network is a {type(network).__name__} but must be recurrent, such as an ElmanRNN")
        super().__init__(network, OverTime(loss, mean), weight_decay, chunk)

    def outputs(self, theta: Parameters, x: Array) -> Iterator[Array]:
        """z (S, n, C), before the loss's own nonlinearity, chunk after chunk of n cases."""
        x = require_sequences("x", x)
        for start in range(0, x.shape[1], self.chunk):
            yield self.network.forward(theta, x[:, start : start + self.chunk])[0]

    def predictions(self, theta: Parameters, x: Array) -> Iterator[Array]:
        """The outputs after the loss's own nonlinearity, chunk after chunk of cases."""
        return map(self.loss.prediction, self.outputs(theta, x))

    def count(self, batch: Batch) -> int:
        """How many sequences the batch has."""
        return require_sequences("x", batch[0], finite=False).shape[1]

    def _chunks(self, theta: Parameters, batch: Batch, chunk: int | None = None
                ) -> Iterator[tuple[float, Array, Targets]]:
        """The batch in chunks (share, x, (t, mask)) of cases, each with its share of them."""
        x, t, mask = require_batch(theta, batch, self.network)
        N, chunk = x.shape[1], chunk or self.chunk
        for start in range(0, N, chunk):
            part = slice(start, start + chunk)
            yield self.loss.share(mask[:, part], mask), x[:, part], (t[:, part], mask[:, part])


def require_batch(theta: Parameters, batch: Batch, network) -> Batch:
    """The arrays x, t, mask of a batch that fit each other, theta and the network, or an error."""
    if len(batch) != 3:
        raise TypeError(f"batch has {len(batch)} parts but must be a tuple (x, t, mask)")
    x, t, mask = require_sequences("x", batch[0]), require_sequences("t", batch[1]), np.asarray(batch[2])
    if x.dtype != theta.dtype or t.dtype != theta.dtype:
        raise TypeError(f"x is {x.dtype} and t is {t.dtype} but theta is {theta.dtype}")
    if mask.dtype != bool:
        raise TypeError(f"mask is {mask.dtype} but must be bool")
    expected = (1 if network.outputs == "last" else len(x), x.shape[1], network.sizes[-1])
    if t.shape != expected:
        raise ValueError(f"t has shape {t.shape} but must be {expected}, time first, then cases: "
                         f"x has {x.shape} and the network gives outputs={network.outputs!r}")
    if mask.shape != t.shape[:2]:
        raise ValueError(f"mask has shape {mask.shape} but must be {t.shape[:2]} like t: time first, then cases")
    if not mask.any():
        raise ValueError("mask selects no step of any case: there is nothing to learn")
    return x, t, mask
