"""How far apart two trained networks are: as weights, and as functions.

    distance       |a - b|                              cosine   (a - s)·(b - s) / (|a - s| |b - s|), s the common start
    norms          |theta|, all parameters and those of the chosen names, such as filters alone: with batch norm after
                   them, they have a norm that their function does not feel
    functional     √(1/N Σₙ |F_a(x_n) - F_b(x_n)|²)      F the network's prediction
    disagreement   the share of cases for which the most probable class differs

Im, Tao & Branson 2016 say that algorithms select weights with a consistent norm.
"""

from collections.abc import Callable

import numpy as np

from ref.loss_surfaces.between import require_alike
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import Convolution
from ref.parameters import Parameters
from ref.vectors import dot

Array = np.ndarray


def distance(a: Parameters, b: Parameters) -> float:
    require_alike(a=a, b=b)
    difference = a.vector.astype(np.float64) - b.vector
    return dot(difference, difference) ** 0.5


def cosine(a: Parameters, b: Parameters, start: Parameters) -> float:
    """Of the ways from the start; NaN where one of them has not moved."""
    require_alike(a=a, b=b, start=start)
    to_a, to_b = (theta.vector.astype(np.float64) - start.vector for theta in (a, b))
    lengths = (dot(to_a, to_a) * dot(to_b, to_b)) ** 0.5
    return dot(to_a, to_b) / lengths if lengths > 0 else float("nan")


def norm(theta: Parameters, of: Callable[[str], bool] = lambda name: True) -> float:
    """Of the parameters whose names `of` accepts."""
    return sum(dot(array.ravel(), array.ravel()) for name, array in theta.items() if of(name)) ** 0.5


def filters(network: ConvolutionalNetwork) -> frozenset[str]:
    """The names of the weights of all convolutions, without biases: norm(theta, filters(network).__contains__)."""
    return frozenset(f"{stage.name}K" for stage in network.stages if isinstance(stage, Convolution))


def functional(predictions: Array, others: Array) -> float:
    """predictions and others (N, C)."""
    difference = _alike(predictions, others)
    return float(np.mean(np.sum(difference * difference, axis=1)) ** 0.5)


def disagreement(predictions: Array, others: Array) -> float:
    """predictions and others (N, C)."""
    _alike(predictions, others)
    return float(np.mean(np.argmax(predictions, axis=1) != np.argmax(others, axis=1)))


def _alike(predictions: Array, others: Array) -> Array:
    if predictions.shape != others.shape or predictions.ndim != 2:
        raise ValueError(f"predictions and others have shapes {predictions.shape} and {others.shape} but must both be "
                         f"(N, C)")
    return predictions.astype(np.float64) - others
