"""REPAIR for networks with batch norm: each unit of a point gets the corners' mean and standard deviation, mixed.

Between two networks the units of the mixed one may vary less than those of either.  REPAIR corrects each unit, before
its ReLU, by an affine map of its own, so that over a set of data

    mean   = Σ_k share_k mean_k             sd     = Σ_k share_k sd_k            mean_k, sd_k: of corner k
    y'     = mean + (sd / sd_y) (y - mean_y)                                     mean_y, sd_y: of the point, y' before

In a network with batch norm the unit is y = gamma x' + beta, and these moments need no measuring.  x' has mean 0 and
variance var / (var + epsilon), where var is that of the convolution's output a, whose mean is mu.  So

    mean_k = beta_k                         sd_k   = |gamma_k| √(var_k / (var_k + epsilon))
    mean_y = beta = Σ_k share_k beta_k      sd_y   = |gamma| √(var / (var + epsilon))      gamma = Σ_k share_k gamma_k

The means agree already.  What is left is a scale, and it goes into the variance that the batch norm is given:

    y'     = beta + (sd / sd_y) gamma (a - mu) / √(var + epsilon)
           = beta + gamma (a - mu) / √(var' + epsilon)                           var' = (gamma / sd)² var - epsilon

So REPAIR is `recompute` times sd / sd_y, a number for each channel: Σ share_k |gamma_k| / |Σ share_k gamma_k| up to
epsilon.  Where the gammas of all corners have one sign, recomputed statistics are REPAIR, up to epsilon; where they
differ, the mixed gamma has shrunk and REPAIR makes up for it (and jumps where it crosses zero).  Made at the
convolution's output a, the correction is taken out again by the batch norm after it: up to epsilon that is `recompute`.

Layers are corrected one after the other, each measured with those before it corrected.  A channel cannot be scaled to
its target where it is constant, or its mixed gamma or the target is zero: where sd = 0 or (gamma / sd)² var is less
than SMALL · epsilon, it keeps its recomputed variance.

Jordan et al. 2022 (arXiv:2211.08403); the form for batch norm is derived here.
"""

from collections.abc import Sequence

import numpy as np

from ref.layers.batch_norm import Statistics
from ref.loss_surfaces.batch_norm.corners import Corners, mix, of_corners, require_corners, require_data, require_shares
from ref.loss_surfaces.batch_norm.gathering import gather, has_batch_norm
from ref.networks.images.stages import BatchNorm
from ref.parameters import Parameters

Array = np.ndarray
SMALL = 1e-4  # beside epsilon: so that var' + epsilon keeps digits in float32 too


class Repair:
    """x (N, Y, X, C): the data that moments are taken over.  Raises TypeError for a network without batch norm."""

    name = "repair"

    def __init__(self, network, corners: Corners, x: Array, chunk: int = 1000):
        if not has_batch_norm(network):
            raise TypeError(f"network is a {type(network).__name__} without batch norm: this REPAIR sets the variances "
                            f"that a batch norm is given, and there is none. Take another policy, which leaves such a "
                            f"network as it is")
        require_corners(corners)
        self.network, self.x, self.chunk = network, require_data(self.name, network, x), chunk
        statistics = of_corners(self.name, network, corners, x, chunk)
        stages = [stage for stage in network.stages if isinstance(stage, BatchNorm)]
        self.deviations = [[deviation(theta, stage, variance) for stage, (_, variance) in zip(stages, of_corner)]
                           for theta, of_corner in zip(corners.values(), statistics)]  # sd_k of each batch norm

    def at(self, theta: Parameters, shares: Sequence[float]):
        shares = require_shares(shares, len(self.deviations))
        wanted = [mix(shares, of_layer) for of_layer in zip(*self.deviations)]

        def hold(number: int, stage: BatchNorm, measured: Statistics) -> Statistics:
            return corrected(theta, stage, measured, wanted[number])

        return self.network.with_statistics(gather(self.network, theta, self.x, self.chunk, hold))


def deviation(theta: Parameters, stage: BatchNorm, variance: Array) -> Array:
    """sd of what the batch norm makes of inputs with that variance, (C,)."""
    return np.abs(theta[f"{stage.name}gamma"]) * np.sqrt(variance / (variance + stage.epsilon))


def corrected(theta: Parameters, stage: BatchNorm, measured: Statistics, sd: Array) -> Statistics:
    mean, variance = measured
    gamma = theta[f"{stage.name}gamma"].astype(np.float64)
    scaled = (gamma / np.where(sd > 0, sd, 1)) ** 2 * variance
    possible = (sd > 0) & (scaled >= SMALL * stage.epsilon)
    return mean, np.where(possible, scaled - stage.epsilon, variance)
