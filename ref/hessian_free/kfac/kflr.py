import numpy as np

from ref.hessian_free.kfac.kronecker import Block, input_factor, paired
from ref.parameters import Parameters


def kflr_blocks(objective, theta: Parameters, batch, rng: np.random.Generator | None = None) -> list[Block]:
    """The factors of every layer on the batch.  rng is not used: it is there to be called as `kfac_blocks` is."""
    network, loss = objective.network, objective.loss

    def of_chunk(z, targets, cache) -> list:
        A = [input_factor(y) for y in network.layer_inputs(cache)]
        G = [0.0] * len(A)
        for e in np.eye(z.shape[1], dtype=z.dtype):
            column = loss.curvature_factor(z, *targets, np.broadcast_to(e, z.shape))
            G = [total + r.T @ r for total, r in zip(G, network.pre_activation_gradients(column, cache))]
        return A + G

    return paired(objective.mean(theta, batch, of_chunk))
