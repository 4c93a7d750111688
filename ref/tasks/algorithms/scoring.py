"""What an answer costs: bits a sequence, and how many of its bits are wrong.

    bits of case n         Σ_t mask_tn Σ_c [softplus(z_tnc) - z_tnc t_tnc] / ln 2
    wrong bits of case n   Σ_t mask_tn Σ_c [(z_tnc > 0) ≠ (t_tnc > 1/2)]           NaN is wrong
    a sequence             the mean over the cases

Of a whole batch, the first is the value of `Masked(logistic_cross_entropy)` divided by ln 2; case by case it also says
how sure the mean is.  A case is solved where none of its bits is wrong: `wrong_bits_of_each(z, t, mask) == 0`.

Shapes: z and t (T, N, C), mask (T, N); z the network's outputs before the output nonlinearity.

Source: "bits per sequence" is the measure of Graves, Wayne & Danihelka 2014.
"""

import numpy as np

from ref.layers.softplus import softplus
from ref.validation import require_floats

Array = np.ndarray


def bits_of_each(z: Array, t: Array, mask: Array) -> Array:
    """The bits (N,) of each case, in float64; NaN where one of its answers is."""
    require_answers(z, t, mask)
    each = np.sum(softplus(z) - z * t, axis=-1, dtype=np.float64)  # (T, N)
    return np.sum(each, axis=0, where=mask) / np.log(2)


def bits_per_sequence(z: Array, t: Array, mask: Array) -> float:
    return float(np.mean(bits_of_each(z, t, mask)))


def wrong_bits_of_each(z: Array, t: Array, mask: Array) -> Array:
    """The number (N,) of wrong bits of each case."""
    require_answers(z, t, mask)
    wrong = ((z > 0) != (t > 0.5)) | np.isnan(z)
    return np.sum(np.sum(wrong, axis=-1), axis=0, where=mask)


def wrong_bits_per_sequence(z: Array, t: Array, mask: Array) -> float:
    return float(np.mean(wrong_bits_of_each(z, t, mask)))


def require_answers(z: Array, t: Array, mask: Array) -> None:
    """ValueError or TypeError where these are not outputs, targets and mask of one batch."""
    for name, array in (("z", z), ("t", t)):
        if require_floats(name, array, finite=name == "t").ndim != 3:
            raise ValueError(f"{name} has shape {array.shape} but must be (T, N, C): time-major")
    if t.shape != z.shape or np.shape(mask) != z.shape[:2]:
        raise ValueError(f"z, t, mask have shapes {z.shape}, {t.shape}, {np.shape(mask)} "
                         f"but must be (T, N, C), (T, N, C), (T, N)")
    if mask.dtype != bool:
        raise TypeError(f"mask is {mask.dtype} but must be bool")
    if not mask.any(axis=0).all():
        raise ValueError(f"mask selects no step of case {np.flatnonzero(~mask.any(axis=0))[0]}: it has no answer")
