"""K-FAC: Kronecker factors from targets that are drawn from the model itself.

    t'   ~ p(t | z)                                  z the network's output, p the distribution whose -log is the loss
    g    = d(-log p(t' | z)) / ds_l                  one ordinary backward pass for all layers
    A_l  = 1/N Σₙ ā āᵀ           G_l = 1/N Σₙ g gᵀ

E[g gᵀ] over the drawn targets is the Fisher matrix in s_l, for the matching losses the Gauss-Newton matrix; the gradients
at the data's own targets would give the empirical Fisher matrix instead.  Martens & Grosse 2015.
"""

import numpy as np

from ref.hessian_free.kronecker import Block, input_factor, pre_activation_gradients, zero_blocks
from ref.parameters import Parameters


def kfac_blocks(objective, theta: Parameters, batch, rng: np.random.Generator) -> list[Block]:
    """The factors of every layer, of the batch (x, t).  Raises ValueError for a loss that is no distribution's."""
    network, loss, blocks = objective.network, objective.loss, zero_blocks(theta)
    if not hasattr(loss, "sample_targets"):
        raise ValueError(f"factors 'kfac' draw targets from the model, but {getattr(loss, '__name__', loss)} is the loss of no "
                         "distribution: it has no sample_targets. Use factors 'kfra' or 'kflr'")
    for share, t, z, cache in objective.forward_chunks(theta, batch):
        dz = loss.gradient(z, loss.sample_targets(z, t, rng))
        dz *= len(z)  # each case's own gradient: the loss's is that of a mean
        for block, inputs, g in zip(blocks, cache.affine, pre_activation_gradients(network, dz, cache)):
            block.A[:] += share * input_factor(inputs.x)
            block.G[:] += (share / len(z)) * (g.T @ g)
        del z, cache
    return blocks
