"""Hessian-free optimisation (Martens 2010; Martens & Sutskever 2011, 2012), one component a file.

The curvature products themselves are ref.curvature and Objective.curvature, since other papers use them too.
"""

from ref.curvature import gauss_newton_product, hessian_product
from ref.hessian_free.backtracking import backtrack
from ref.hessian_free.conjugate_gradient import Iterate, conjugate_gradient
from ref.hessian_free.damping import levenberg_marquardt, reduction_ratio, scale_sensitive
from ref.hessian_free.krylov_subspace_descent import KrylovSubspaceDescent
from ref.hessian_free.line_search import armijo
from ref.hessian_free.minibatches import Batches, cycling
from ref.hessian_free.optimizer import HessianFree
from ref.hessian_free.preconditioner import fisher_preconditioner
from ref.hessian_free.stopping import fixed_iterations, relative_decrease, relative_decrease_2012

__all__ = [
    "Batches", "HessianFree", "Iterate", "KrylovSubspaceDescent", "armijo", "backtrack", "conjugate_gradient", "cycling",
    "fisher_preconditioner", "fixed_iterations", "gauss_newton_product", "hessian_product", "levenberg_marquardt",
    "reduction_ratio", "relative_decrease", "relative_decrease_2012", "scale_sensitive",
]
