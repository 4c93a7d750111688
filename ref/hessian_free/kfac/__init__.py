"""Curvature in Kronecker-factored blocks: K-FAC (Martens & Grosse 2015), KFRA and KFLR (Botev, Ritter & Barber 2017).
"""

from ref.hessian_free.kfac import block_diagonal, block_tridiagonal, eigenbasis
from ref.hessian_free.kfac.factored_damping import trace_norm
from ref.hessian_free.kfac.growing_batches import growing
from ref.hessian_free.kfac.kfac import kfac_blocks
from ref.hessian_free.kfac.kflr import kflr_blocks
from ref.hessian_free.kfac.kfra import kfra_blocks
from ref.hessian_free.kfac.kronecker import Block
from ref.hessian_free.kfac.optimizer import KFAC
from ref.hessian_free.kfac.span import rescaled

__all__ = [
    "Block", "KFAC", "block_diagonal", "block_tridiagonal", "eigenbasis", "growing", "kfac_blocks", "kflr_blocks",
    "kfra_blocks", "rescaled", "trace_norm",
]
