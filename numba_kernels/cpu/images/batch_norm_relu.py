"""Batch normalisation, then rectified units, compiled in one: ref.layers.batch_norm and ref.layers.relu.

    forward      y  = max(batch norm(x), 0)             R-forward    Ry  = slope R{batch norm}(Rx)
    backward     dx = batch norm backward(slope dy)     R-backward   Rdx = batch norm R-backward(slope Rdy, slope dy)

slope = 1 where y > 0, else 0, taken from y where it is needed.
"""

import numpy as np

from numba_kernels.cpu.images import batch_norm
from numba_kernels.cpu.images.batch_norm import Cache, RCache
from ref.layers.batch_norm import Statistics

Array = np.ndarray


def forward(x: Array, gamma: Array, beta: Array, epsilon: float = 1e-5, statistics: Statistics | None = None
            ) -> tuple[Array, Cache]:
    return batch_norm._forward(x, gamma, beta, epsilon, statistics, 0)


def backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Return dx, dgamma, dbeta."""
    return batch_norm._backward(dy, cache, 0)


def r_forward(Rx: Array, Rgamma: Array, Rbeta: Array, cache: Cache) -> tuple[Array, RCache]:
    return batch_norm._r_forward(Rx, Rgamma, Rbeta, cache, 0)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache) -> tuple[Array, Array, Array]:
    return batch_norm._r_backward(Rdy, dy, cache, r_cache, 0)
