"""Convolutional networks: every kind of stage, batch norm of the batch and of given statistics, with masks and without.
"""

import numpy as np

from ref.checks import check_network
from ref.layers import relu
from ref.layers.images import max_pool
from ref.layers.images.windows import Windows
from ref.networks.images import convolutional
from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.nin import network_in_network
from ref.networks.images.stages import AveragePool, BatchNorm, Convolution, GlobalAverage, ReLU
from ref.networks.images.vgg import blocks_and_dense
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal

COVERED = (functions(ConvolutionalNetwork, *FOUR_PASSES) + functions(convolutional, "_tuple", "_of_first"))


def nearest_kink(network, theta, inputs: tuple) -> float:
    """The smallest |s| of any rectified unit, and the smallest lead of any window's winner.

    Where a whole window of rectified units is zero, all its entries tie and stay zero: no kink.
    """
    seen = []

    def noted(op, of_input):
        def forward(x, **options):
            seen.append(of_input(x, **options))
            return op.forward(x, **options)
        return forward

    def lead(x, size, stride, ceil):
        windows = Windows.on(x, size, size, stride, ceil=ceil)
        X = np.sort(max_pool._each_offset(windows.padded(x, -np.inf), windows), axis=0)
        first, second = X[-1], X[-2]
        return np.where(first > 0, first - second, np.inf).min()

    stages = network.stages
    try:
        network.stages = tuple(_with_forward(stage, noted(relu, lambda x: np.abs(x).min())) if stage.op is relu else
                               _with_forward(stage, noted(max_pool, lead)) if stage.op is max_pool else stage
                               for stage in stages)
        network.forward(theta, *inputs)
    finally:
        network.stages = stages
    return float(min(seen))


class _with_forward:
    """A stage whose op's forward is another."""

    def __init__(self, stage, forward):
        self.options, self.op = stage.options, self
        self.forward = lambda x, **options: forward(x, **options)


def images_network(name: str, network: ConvolutionalNetwork, cases: int, masks: bool = False, given: bool = False,
                   seed: int = 0) -> Case:
    title = f"networks.images {name}" + (" with masks" if masks else "") + (" statistics given" if given else "")
    theta = network.init(np.random.default_rng(seed))
    theta = theta.like(theta.vector + 0.3 * normal(theta.size, seed=seed + 1))
    x = normal(cases, *network.image, seed=seed + 2)
    if given:
        others = normal(4, *network.image, seed=seed + 3)
        network = network.with_statistics(network.statistics(network.forward(theta, others)[1]))
    inputs = (x, *(network.masks(seed, 0, cases) if masks else ()))
    assert nearest_kink(network, theta, inputs) > 0.002, (
        f"{title}: {nearest_kink(network, theta, inputs):.1g} from a kink; choose another seed")
    idle = () if given else before_batch_norm(network)
    return Case(title, COVERED, lambda: check_network(network, theta, inputs, name=title, idle=idle))


def before_batch_norm(network) -> tuple[str, ...]:
    """The biases that the mean of the batch takes out again."""
    return tuple(names[1] for names, after in zip(network.names, network.stages[1:])
                 if isinstance(after, BatchNorm))


def little_nin(**options) -> ConvolutionalNetwork:
    return network_in_network((5, 4, 2), ((3, 2, 2), (2, 3, 2), (2, 2, 2)), (3, 1, 1), **options)


def normalized() -> ConvolutionalNetwork:
    """Batch norm between convolutions: few units, so that all are far from their kinks."""
    return ConvolutionalNetwork((3, 3, 2), (Convolution("1", 3, 2), BatchNorm("1", 1e-3), ReLU(), AveragePool(2, 1),
                                            Convolution("2", 2, 1), BatchNorm("2"), ReLU(), GlobalAverage()))


def little_vgg(image, **options) -> ConvolutionalNetwork:
    return blocks_and_dense(image, ((2, 3), (3,)), 3, 2, **options)


CONVOLUTIONAL = [
    images_network("batch norm", normalized(), 4, seed=497),
    images_network("nin without batch norm", little_nin(batch_norm=False), 2, masks=True, seed=200),
    images_network("vgg", little_vgg((3, 2, 2)), 3, masks=True, seed=196),
    images_network("vgg", little_vgg((4, 3, 2), dropout=False), 2, given=True, seed=230),
]
