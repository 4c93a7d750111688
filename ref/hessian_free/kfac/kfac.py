import numpy as np

from ref.hessian_free.kfac.kronecker import Block, input_factor, paired
from ref.parameters import Parameters
from ref.protocols import SamplesTargets


def kfac_blocks(objective, theta: Parameters, batch, rng: np.random.Generator) -> list[Block]:
    """The factors of every layer on the batch.  Raises ValueError for a loss that is no distribution's."""
    network, loss = objective.network, objective.loss
    if not isinstance(loss, SamplesTargets):
        raise ValueError(f"factors 'kfac' draw targets from the model, but {getattr(loss, '__name__', loss)} is the "
                         f"loss of no "
                         "distribution: it has no sample_targets. Use factors 'kfra' or 'kflr'")

    def of_chunk(z, targets, cache) -> list:
        dz = loss.gradient(z, loss.sample_targets(z, *targets, rng))
        dz *= len(z)  # each case's own gradient: the loss's is that of a mean
        A = [input_factor(y) for y in network.layer_inputs(cache)]
        return A + [g.T @ g / len(z) for g in network.pre_activation_gradients(dz, cache)]

    return paired(objective.mean(theta, batch, of_chunk))
