"""Hessian-free optimisation (Martens 2010; Martens & Sutskever 2011, 2012), one component a file; then the cheaper
curvature that came after it, in Kronecker-factored blocks: K-FAC (Martens & Grosse 2015), KFRA and KFLR (Botev et al.
2017).

The curvature products themselves are ref.curvature and Objective.curvature, since other papers use them too.
"""

from ref.curvature import gauss_newton_product, hessian_product
from ref.hessian_free.backtracking import backtrack
from ref.hessian_free.damping import levenberg_marquardt, reduction_ratio, scale_sensitive
from ref.hessian_free.kfac import (
    KFAC,
    Block,
    block_diagonal,
    block_tridiagonal,
    eigenbasis,
    growing,
    kfac_blocks,
    kflr_blocks,
    kfra_blocks,
    rescaled,
    trace_norm,
)
from ref.hessian_free.kronecker_preconditioner import KroneckerPreconditioner
from ref.hessian_free.krylov_subspace_descent import KrylovSubspaceDescent
from ref.hessian_free.line_search import armijo
from ref.hessian_free.minibatches import Batches, cycling
from ref.hessian_free.optimizer import HessianFree
from ref.hessian_free.preconditioner import fisher_preconditioner
from ref.hessian_free.sequences import fresh_sequences
from ref.hessian_free.structural_damping import structurally_damped
from ref.linalg.conjugate_gradient import Iterate, conjugate_gradient
from ref.linalg.stopping import fixed_iterations, relative_decrease, relative_decrease_2012

__all__ = [
    "Batches", "Block", "HessianFree", "Iterate", "KFAC", "KroneckerPreconditioner", "KrylovSubspaceDescent",
    "armijo", "backtrack", "block_diagonal", "block_tridiagonal", "conjugate_gradient", "cycling", "eigenbasis",
    "fisher_preconditioner", "fixed_iterations", "fresh_sequences", "gauss_newton_product", "growing",
    "hessian_product", "kfac_blocks", "kflr_blocks", "kfra_blocks", "levenberg_marquardt", "reduction_ratio",
    "relative_decrease", "relative_decrease_2012", "rescaled", "scale_sensitive", "structurally_damped",
    "trace_norm",
]
