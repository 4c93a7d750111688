"""The mean and variance of each batch norm's inputs over a whole set of data, layer after layer.

    one chunk      mu_c, var_c                                        of its n_c cases
    the set        mu  = Σ_c n_c mu_c / N
                   var = Σ_c n_c (var_c + (mu_c - mu)²) / N           N = Σ_c n_c

A batch norm's inputs depend on the statistics of the batch norms before it.  So all chunks go through the network side
by side: up to a batch norm, whose statistics over the whole set are then known, through it with these, and on to the
next.  The result is that of one batch of the whole set, whatever the chunk: a mean of the chunks' variances would leave
the spread of their means out.  Nothing is dropped, and of the activations only those at one stage are kept.

`hold` may put other statistics in their place; what comes after is gathered with these.
"""

from collections.abc import Callable

import numpy as np

from ref.layers.batch_norm import Statistics
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import BatchNorm, Dropout
from ref.parameters import Parameters
from ref.protocols import CouplesCases
from ref.validation import require_count

Array = np.ndarray
Hold = Callable[[int, BatchNorm, Statistics], Statistics]  # (its number, the stage, what was measured) -> what it holds


def gather(network: ConvolutionalNetwork, theta: Parameters, x: Array, chunk: int = 1000, hold: Hold | None = None
           ) -> list[Statistics]:
    """For `network.with_statistics`: a (mean, variance) of each batch norm, first to last, over x (N, Y, X, C).

    Raises ValueError or TypeError where x or theta does not fit the network, or where a batch norm sees one number.
    """
    chunk = require_count("chunk", chunk)
    x = network.require_inputs(theta, x)
    ys = [x[start : start + chunk] for start in range(0, len(x), chunk)]
    held: list[Statistics] = []
    for stage, names in zip(network.stages, network.names):
        arrays, options = [theta[name] for name in names], stage.options()
        if isinstance(stage, BatchNorm):
            if sum(y[..., 0].size for y in ys) == 1:
                raise ValueError(f"x is one case, of which {stage.name} sees one number: its variance needs more cases")
            measured = _pooled([_of_chunk(y, stage.op.forward(y, *arrays, **options)[1]) for y in ys])
            options["statistics"] = measured if hold is None else hold(len(held), stage, measured)
            held.append(options["statistics"])
        elif isinstance(stage, Dropout):
            continue
        for number, y in enumerate(ys):
            ys[number] = stage.op.forward(y, *arrays, **options)[0]
    return held


def has_batch_norm(network) -> bool:
    """Raises TypeError for a network whose cases see each other otherwise: of that no statistics are known."""
    if isinstance(network, ConvolutionalNetwork):
        return any(isinstance(stage, BatchNorm) for stage in network.stages)
    if isinstance(network, CouplesCases):
        raise TypeError(f"network is a {type(network).__name__}, which couples the cases of a batch but is no "
                        f"ConvolutionalNetwork: what it would have to hold is not known")
    return False


def _of_chunk(y: Array, cache) -> tuple[int, Array, Array]:
    """How many entries a channel has, its mean and variance; the rest of the cache is as large as y, and not kept."""
    return y[..., 0].size, cache.mean.astype(np.float64), cache.variance.astype(np.float64)


def _pooled(chunks: list[tuple[int, Array, Array]]) -> Statistics:
    N = sum(n for n, _, _ in chunks)
    mean = sum(n * mu for n, mu, _ in chunks) / N
    return mean, sum(n * (variance + (mu - mean) ** 2) for n, mu, variance in chunks) / N
