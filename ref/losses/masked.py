"""A loss on sequences: another loss at the steps that a mask selects.

    value        L = 1/N Σₙ Σ_t mask_tn L(z_tn, t_tn)              mean="cases"
                 L = 1/M Σₙ Σ_t mask_tn L(z_tn, t_tn)              mean="targets",  M = Σ mask

and its derivatives, zero at the steps without a target.  With the mean over cases, a sequence with twice as many
targets weighs twice as much, and damping and learning rates are measured on that scale; with the mean over targets, the
loss does not grow with the length of the sequences.

Shapes: z and t (S, N, C), mask (S, N) of booleans; time first.  S is T, or 1 where a network reads out its last step
alone.  Targets where the mask is False are never looked at, but must be finite.  Where an output is not finite the
value is NaN, even at a step without a target, since the gradient would not be finite either.
"""

from collections.abc import Callable

import numpy as np

from ref.validation import require_floats

Array = np.ndarray
MEANS = ("cases", "targets")


class Masked:
    """loss   one of ref.losses, or a module or object with the same functions
    mean   over "cases" or over "targets"

    Raises ValueError for another mean.
    """

    def __init__(self, loss, mean: str = "cases"):
        if mean not in MEANS:
            raise ValueError(f"mean is {mean!r} but must be one of {', '.join(MEANS)}")
        self.loss, self.prediction, self.mean = loss, loss.prediction, mean

    def require_targets(self, z: Array, t: Array, mask: Array | None = None) -> None:
        if mask is None:
            raise TypeError("targets has no mask: a masked loss takes t and mask, a batch (x, t, mask)")
        t, mask = require_floats("t", t, finite=False), np.asarray(mask)
        if mask.dtype != bool:
            raise TypeError(f"mask is {mask.dtype} but must be bool")
        if t.shape != z.shape:
            raise ValueError(f"t has shape {t.shape} but must be {z.shape}, time first, then cases: "
                             f"the shape of the network's output")
        if mask.shape != t.shape[:2]:
            raise ValueError(f"mask has shape {mask.shape} but must be {t.shape[:2]} like t: time first, then cases")
        self.loss.require_targets(z, t)

    def value(self, z: Array, t: Array, mask: Array) -> float:
        if not np.isfinite(z).all():
            return np.nan
        return self.loss.value(z[mask], t[mask]) * self._scale(mask) if mask.any() else 0.0

    def gradient(self, z: Array, t: Array, mask: Array) -> Array:
        return self._at_targets(self.loss.gradient, z, t, mask)

    def hessian_product(self, z: Array, t: Array, mask: Array, Rz: Array) -> Array:
        return self._at_targets(self.loss.hessian_product, z, t, mask, Rz)

    def gauss_newton_product(self, z: Array, t: Array, mask: Array, Rz: Array) -> Array:
        return self._at_targets(self.loss.gauss_newton_product, z, t, mask, Rz)

    def weight(self, part: tuple[Array, Array], whole: tuple[Array, Array]) -> float:
        """The weight of a chunk's value, whose targets are `part`, in the value of the whole batch.

        Raises ValueError where the mask of the whole selects nothing.
        """
        mask, of_all = part[-1], whole[-1]
        if not np.any(of_all):
            raise ValueError("mask selects no step of any case: there is nothing to learn")
        if self.mean == "cases":
            return mask.shape[1] / of_all.shape[1]
        return float(np.count_nonzero(mask)) / float(np.count_nonzero(of_all))

    def _at_targets(self, derivative: Callable, z: Array, t: Array, mask: Array, *Rz: Array) -> Array:
        """The loss's derivative at the steps that have a target, whose mean it takes; zero at the others."""
        dz = np.zeros_like(z)
        if mask.any():
            dz[mask] = derivative(z[mask], t[mask], *(R[mask] for R in Rz)) * self._scale(mask)
        return dz

    def _scale(self, mask: Array) -> float:
        """What turns the loss's mean over all targets into the mean that is asked for."""
        return float(np.count_nonzero(mask)) / mask.shape[1] if self.mean == "cases" else 1.0
