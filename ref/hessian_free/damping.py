"""Damping: how far the quadratic model M is trusted, and how that trust is learnt.

    Tikhonov              B = G + lambda I      lambda is added to the *mean* curvature over cases, so that it does not
                                                depend on the batch's size
    scale-sensitive       B = G + lambda D      D = mix diag / mean(diag) + (1 - mix), of mean 1; mix < 1 since D alone
                                                would set free the directions of low curvature
    Levenberg-Marquardt   rho = (f(theta + d) - f(theta)) / (M(d) - M(0))
                          rho < 1/4 or NaN: lambda *= 3/2        rho > 3/4: lambda *= 2/3

rho is -infinity where f rose.  Two published codes measure it differently: Martens' demo takes the *undamped* M and f
on the curvature minibatch; Sutskever's RNN code takes the *damped* M and f on a batch of its own.  Both use the
backtracked iterate before the line search.  Martens & Sutskever 2012, sections 8.1, 8.3 and 8.5.
"""

from math import inf, isnan, nan

import numpy as np

from ref.validation import require_floats, require_number

Array = np.ndarray


def reduction_ratio(f_new: float, f_old: float, model_decrease: float) -> float:
    """rho, for model_decrease = M(d) - M(0); -inf where f rose or is not finite, NaN where the model itself does not
    fall.
    """
    if not np.isfinite(f_new) or f_new > f_old:
        return -inf
    return (f_new - f_old) / model_decrease if model_decrease < 0 else nan


def levenberg_marquardt(damping: float, rho: float, boost: float = 1.5, low: float = 0.25, high: float = 0.75) -> float:
    """The next lambda."""
    require_number("damping", damping, least=0)
    if isnan(rho) or rho < low:
        return damping * boost
    return damping / boost if rho > high else damping


def scale_sensitive(diagonal: Array, mix: float = 0.5) -> Array:
    """D for a diagonal (P,) of G or of the empirical Fisher matrix: none negative, some positive.  Raises ValueError
    otherwise.
    """
    require_number("mix", mix, least=0, most=1)
    diagonal = require_floats("diagonal", diagonal)
    mean = float(diagonal.mean(dtype=np.float64))
    if diagonal.min() < 0 or mean == 0:
        raise ValueError("diagonal must have no negative entry and at least one positive one")
    return (mix / mean) * diagonal + (1 - mix)
