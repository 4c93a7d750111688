"""KFRA: the factors G_l by a recursion over layers in which every layer's case-dependence is averaged at once.

    of one case    G_l = (W_{l+1} G_{l+1} W_{l+1}ᵀ) * v vᵀ                   v = phi_l'(s_l), * entry by entry: exact
    averaged       E[G_l] ≈ (W_{l+1} E[G_{l+1}] W_{l+1}ᵀ) * E[v vᵀ]
    start          E[G_L] = E[L''] * E[v vᵀ]                                 v = 1 for linear outputs

Exact for one case, for linear units, and for the output layer; otherwise as good as the independence that it takes for
granted.  The products are of layers' sizes, whatever the number of cases; the loss need not be a distribution's, and
nothing is drawn.  W_{l+1} (H_l, H_{l+1}) takes cases in rows, so the transposes are the other way round than in the
paper. Botev, Ritter & Barber 2017.
"""

import numpy as np

from ref.hessian_free.kfac.kronecker import Block, paired, second_moments, with_ones
from ref.parameters import Parameters

Array = np.ndarray


def recursion(theta: Parameters, mean_curvature: Array, moments: list[Array]) -> list[Array]:
    """E[G_l] of every layer, from the last down.  mean_curvature (C, C), moments E[v vᵀ] of every layer, first to last.
    """
    G = [mean_curvature * moments[-1]]
    for l in range(len(moments) - 1, 0, -1):
        W = theta[f"W{l + 1}"]
        G.insert(0, (W @ G[0] @ W.T) * moments[l - 1])
    return G


def kfra_blocks(objective, theta: Parameters, batch, rng: np.random.Generator | None = None,
                crossed: bool = False) -> list[Block]:
    """The blocks of every layer on the batch.  rng is not used: it is there to be called as `kfac_blocks` is.

    Raises ValueError if crossed: the recursion knows nothing between layers.
    """
    if crossed:
        raise ValueError("factors 'kfra' have no blocks between layers: use 'kfac' or 'kflr', or a block-diagonal "
                         "inverse")
    network, loss = objective.network, objective.loss

    def of_chunk(z, targets, cache) -> list:
        A = second_moments(with_ones(network.layer_inputs(cache)))
        moments = [v.T @ v / len(v) for v in network.slopes(cache)]
        return [loss.mean_curvature(z, *targets), *A, *moments]

    mean_curvature, *factors = objective.mean(theta, batch, of_chunk)
    A, moments = zip(*paired(factors))
    return [Block(*pair) for pair in zip(A, recursion(theta, mean_curvature, list(moments)))]
