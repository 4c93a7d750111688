"""Curvature in Kronecker-factored blocks: K-FAC (Martens & Grosse 2015), KFRA and KFLR (Botev, Ritter & Barber 2017).
"""

from ref.hessian_free.kfac.factored_damping import candidates, damped_cholesky, trace_norm
from ref.hessian_free.kfac.growing_batches import growing
from ref.hessian_free.kfac.kfac import kfac_blocks
from ref.hessian_free.kfac.kflr import kflr_blocks
from ref.hessian_free.kfac.kfra import kfra_blocks
from ref.hessian_free.kfac.kronecker import Block, solve
from ref.hessian_free.kfac.optimizer import KFAC
from ref.hessian_free.kfac.span import rescaled

__all__ = [
    "Block", "KFAC", "candidates", "damped_cholesky", "growing", "kfac_blocks", "kflr_blocks", "kfra_blocks",
    "rescaled",
    "solve", "trace_norm",
]
