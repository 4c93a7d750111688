"""Softplus units that begin at one: y = 1 + log(1 + exp(x)), for what must not fall below one.

    forward      y   = 1 + softplus(x)
    backward, R-forward, R-backward      softplus's

Shapes: all arrays have x's shape.

"oneplus" in Graves et al. 2016 (the DNC), for strengths; the NTM's sharpening has to be at least one too.
"""

import numpy as np

from ref.layers import softplus

Array = np.ndarray


def forward(x: Array) -> tuple[Array, Array]:
    """Return y and the cache: softplus's."""
    y, slope = softplus.forward(x)
    return 1 + y, slope


backward, r_forward, r_backward = softplus.backward, softplus.r_forward, softplus.r_backward
