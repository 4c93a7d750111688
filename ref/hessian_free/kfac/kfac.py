"""K-FAC's factors: targets drawn from the model, sent back once, and the second moments of what comes by.

    t' ~ p(. | z)      g_l = ∂(-log p(t' | z))/∂s_l                        of each case
    A  = E[ā āᵀ]       G_l = E[g_l g_lᵀ]                   E over cases and draws: E[g gᵀ | z] = Jᵀ L'' J
    between a layer and the next, if crossed:    E[ā_l ā_{l+1}ᵀ]           E[g_l g_{l+1}ᵀ]

Shapes: A (D+1, D+1), G_l (H, H); between layers (D+1, D'+1) and (H, H').

Targets of the data instead of drawn ones would give the empirical Fisher matrix, another one.  Martens & Grosse 2015.
"""

import numpy as np

from ref.hessian_free.kfac.kronecker import Block, paired, second_moments, with_ones
from ref.parameters import Parameters
from ref.protocols import SamplesTargets


def kfac_blocks(objective, theta: Parameters, batch, rng: np.random.Generator, crossed: bool = False) -> list[Block]:
    """The blocks of every layer on the batch, then, if crossed, those between neighbours.

    Raises ValueError for a loss that is no distribution's.
    """
    network, loss = objective.network, objective.loss
    if not isinstance(loss, SamplesTargets):
        raise ValueError(f"factors 'kfac' draw targets from the model, but {getattr(loss, '__name__', loss)} is the "
                         f"loss of no "
                         "distribution: it has no sample_targets. Use factors 'kfra' or 'kflr'")

    def of_chunk(z, targets, cache) -> list:
        dz = loss.gradient(z, loss.sample_targets(z, *targets, rng))
        dz *= len(z)  # each case's own gradient: the loss's is that of a mean
        a, g = with_ones(network.layer_inputs(cache)), network.pre_activation_gradients(dz, cache)
        return second_moments(a, crossed) + second_moments(g, crossed)

    return paired(objective.mean(theta, batch, of_chunk))
