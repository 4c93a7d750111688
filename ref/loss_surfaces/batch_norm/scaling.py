"""Filters before batch norms, scaled: the same function, where means and variances are made anew.

    a  = conv(x; K, b)                          K' = s K,  b' = s b                               s > 0
    a' = s a                                    mu' = s mu,  var' = s² var
    y' = gamma s (a - mu) / √(s² var + epsilon) + beta        = y for epsilon = 0, and y up to epsilon / var else

With statistics that are held, y' = gamma (s a - mu) / √(var + epsilon) + beta is another function.  So distances
between weights, and what such a policy makes of a line, hold scales that the trained network does not feel.
"""

from ref.loss_surfaces.batch_norm.gathering import has_batch_norm
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import BatchNorm
from ref.parameters import Parameters
from ref.validation import require_number


def scaled(network: ConvolutionalNetwork, theta: Parameters, s: float) -> Parameters:
    """theta with the weights and biases before each batch norm times s.

    Raises TypeError for a network without batch norm, of which another function would be made.
    """
    s = require_number("s", s, above=0)
    if not has_batch_norm(network):
        raise TypeError(f"network is a {type(network).__name__} without batch norm: scaled, its weights are another "
                        f"function under every policy")
    theta = theta.copy()
    for names, after in zip(network.names, network.stages[1:]):
        if isinstance(after, BatchNorm):
            for name in names:
                theta[name] *= theta.dtype.type(s)
    return theta
