"""KFLR: the exact factors E[G_l], from a square root of the loss's curvature sent back column by column.

    L''(z) = S Sᵀ      G_l = E[Σ_c r_c r_cᵀ]                r_c = Jᵀ S e_c at s_l: one backward pass for each output c
    between a layer and the next, if crossed:  E[Σ_c r_c r'_cᵀ], r' at s_{l+1}

Nothing is drawn, and the loss need not be a distribution's.  Botev, Ritter & Barber 2017.
"""

import numpy as np

from ref.hessian_free.kfac.kronecker import Block, paired, second_moments, with_ones
from ref.parameters import Parameters


def kflr_blocks(objective, theta: Parameters, batch, rng: np.random.Generator | None = None,
                crossed: bool = False) -> list[Block]:
    """The blocks of every layer on the batch, then, if crossed, those between neighbours.

    rng is not used: it is there to be called as `kfac_blocks` is.
    """
    network, loss = objective.network, objective.loss

    def of_chunk(z, targets, cache) -> list:
        A, G = second_moments(with_ones(network.layer_inputs(cache)), crossed), None
        for e in np.eye(z.shape[1], dtype=z.dtype):
            column = loss.curvature_factor(z, *targets, np.broadcast_to(e, z.shape))
            new = second_moments(network.pre_activation_gradients(column, cache), crossed)
            G = new if G is None else [total + part for total, part in zip(G, new)]
        return A + [len(z) * factor for factor in G]

    return paired(objective.mean(theta, batch, of_chunk))
