"""KFLR: the exact factors G_l, from a square root of the loss's curvature sent backward column by column.

    A Aᵀ = L''(z)/N                                          A (C, C) of each case: the loss's curvature_factor
    r_c  = A e_c sent back to s_l,  c = 1, ..., C            G_l = Σₙ Σ_c r_c r_cᵀ = E[J_lᵀ L'' J_l],  J_l = dz/ds_l

One backward pass an output: dear for an autoencoder, which has as many outputs as inputs.  Only one column is in memory at a
time, N x (all units) numbers; no N x C x C array is formed.  Nothing is drawn, and the loss need not be a distribution's.
Botev, Ritter & Barber 2017.
"""

import numpy as np

from ref.hessian_free.kronecker import Block, input_factor, pre_activation_gradients, zero_blocks
from ref.parameters import Parameters


def kflr_blocks(objective, theta: Parameters, batch, rng: np.random.Generator | None = None) -> list[Block]:
    """The factors of every layer, of the batch (x, t).  rng is not used: it is there to be called as `kfac_blocks` is."""
    network, loss, blocks = objective.network, objective.loss, zero_blocks(theta)
    for share, t, z, cache in objective.forward_chunks(theta, batch):
        for block, inputs in zip(blocks, cache.affine):
            block.A[:] += share * input_factor(inputs.x)
        for e in np.eye(z.shape[1], dtype=z.dtype):
            column = loss.curvature_factor(z, t, np.broadcast_to(e, z.shape))
            for block, r in zip(blocks, pre_activation_gradients(network, column, cache)):
                block.G[:] += share * (r.T @ r)
        del z, cache
    return blocks
