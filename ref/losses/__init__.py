"""Losses, each on the network's output z *before* the output nonlinearity: mean over cases, sum over outputs.

value(z, t), gradient(z, t) = dL/dz, hessian_product(z, t, Rz) = L''(z) Rz, gauss_newton_product(z, t, Rz) = the
positive semi-definite part of it, prediction(z) = the output that is compared with the target, and curvature_factor(z,
t, xi), a matrix A(z) with A Aᵀ = the Gauss-Newton part, applied to xi: with xi of independent signs, E[(A xi)(A xi)ᵀ]
is that part.

mean_curvature(z, t) = the mean over cases of the Gauss-Newton part in one case's z, (C, C).  Where the loss is -log p(t
| z), sample_targets(z, t, rng) draws targets from p, with E[g gᵀ] = the Gauss-Newton part of a case for the gradient g
of its loss at the drawn target: the Fisher information is the expected Hessian.

require_targets(z, t) refuses targets that do not fit z.  `Masked` makes a loss on sequences of each of them, with the
targets t and mask.

>>> import numpy as np
>>> from ref.losses import softmax_cross_entropy
>>> z, t = np.zeros((4, 2)), np.array([[1.0, 0.0]] * 4)
>>> round(softmax_cross_entropy.value(z, t), 4), softmax_cross_entropy.gradient(z, t)[0].tolist()
(0.6931, [-0.125, 0.125])
"""

from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.losses.masked import Masked

__all__ = ["Masked", "logistic_cross_entropy", "logistic_squared_error", "softmax_cross_entropy", "squared_error"]
