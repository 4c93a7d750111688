"""A small network with batch norm, pictures for it, and networks that are far from each other."""

import numpy as np

from ref.losses import softmax_cross_entropy
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import BatchNorm, Convolution, Dropout, GlobalAverage, MaxPool, ReLU
from ref.objective import Objective
from ref.parameters import Parameters

IMAGE, CLASSES = (6, 5, 2), 3


def small(epsilon: float = 1e-3, batch_norm: bool = True) -> ConvolutionalNetwork:
    def normalized(name: str) -> list:
        return [BatchNorm(name, epsilon)] if batch_norm else []

    return ConvolutionalNetwork(IMAGE, (
        Convolution("1", 4, 3, 1), *normalized("1"), ReLU(), Dropout(0.5), Convolution("2", 5, 2), *normalized("2"),
        ReLU(), MaxPool(2, 2), Convolution("3", CLASSES, 1), *normalized("3"), GlobalAverage()))


def pictures(n: int, seed: int = 0, dtype=np.float64) -> tuple[np.ndarray, np.ndarray]:
    """(x, t): their brightness differs, so that a chunk's mean is not the set's."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *IMAGE)) + np.linspace(-2, 2, n)[:, None, None, None]
    return x.astype(dtype), np.eye(CLASSES, dtype=dtype)[rng.integers(CLASSES, size=n)]


def networks(n: int, network: ConvolutionalNetwork | None = None, dtype=np.float64) -> dict[str, Parameters]:
    """"A", "B", ...: each from a start of its own, the gammas of both signs."""
    network, thetas = network or small(), {}
    for number in range(n):
        rng = np.random.default_rng(10 + number)
        theta = network.init(rng, dtype=dtype)
        theta.vector[:] *= 1 + number
        for name, array in theta.items():
            if name.endswith(("gamma", "beta")):
                array[:] = rng.standard_normal(array.shape)
        thetas["ABCD"[number]] = theta
    return thetas


def objective(network, chunk: int = 1000, weight_decay: float = 0.0) -> Objective:
    return Objective(network, softmax_cross_entropy, weight_decay, chunk)
