"""KFRA: the factors G_l by a recursion over layers in which every layer's case-dependence is averaged at once.

    of one case    G_l = (W_{l+1} G_{l+1} W_{l+1}ᵀ) * v vᵀ                   v = phi_l'(s_l), * entry by entry: exact
    averaged       E[G_l] ≈ (W_{l+1} E[G_{l+1}] W_{l+1}ᵀ) * E[v vᵀ]
    start          E[G_L] = E[L''] * E[v vᵀ]                                 v = 1 for linear outputs

Exact for one case, for linear units, and for the output layer; otherwise as good as the independence that it takes for
granted.  The products are of layers' sizes, whatever the number of cases; the loss need not be a distribution's, and nothing
is drawn.  W_{l+1} (H_l, H_{l+1}) takes cases in rows, so the transposes are the other way round than in the paper.
Botev, Ritter & Barber 2017.
"""

import numpy as np

from ref.hessian_free.kronecker import Block, input_factor, zero_blocks
from ref.parameters import Parameters

Array = np.ndarray


def slope_moments(network, z: Array, cache) -> list[Array]:
    """E[v vᵀ] (H, H) of every layer."""
    outputs = [*(inputs.x for inputs in cache.affine[1:]), z]
    slopes = [phi.backward(np.ones_like(y), slope) for phi, y, slope in zip(network.phi, outputs, cache.activation)]
    return [v.T @ v / len(z) for v in slopes]


def recursion(theta: Parameters, mean_curvature: Array, moments: list[Array]) -> list[Array]:
    """E[G_l] of every layer, from the last down.  mean_curvature (C, C), moments as `slope_moments` gives them."""
    G = [mean_curvature * moments[-1]]
    for l in range(len(moments) - 1, 0, -1):
        W = theta[f"W{l + 1}"]
        G.insert(0, (W @ G[0] @ W.T) * moments[l - 1])
    return G


def kfra_blocks(objective, theta: Parameters, batch, rng: np.random.Generator | None = None) -> list[Block]:
    """The factors of every layer, of the batch (x, t).  rng is not used: it is there to be called as `kfac_blocks` is."""
    network, loss, blocks = objective.network, objective.loss, zero_blocks(theta)
    moments, mean_curvature = [block.G for block in blocks], 0
    for share, t, z, cache in objective.forward_chunks(theta, batch):
        mean_curvature = mean_curvature + share * loss.mean_curvature(z, t)
        for block, moment, inputs, part in zip(blocks, moments, cache.affine, slope_moments(network, z, cache)):
            block.A[:] += share * input_factor(inputs.x)
            moment[:] += share * part
        del z, cache
    return [block._replace(G=G) for block, G in zip(blocks, recursion(theta, mean_curvature, moments))]
