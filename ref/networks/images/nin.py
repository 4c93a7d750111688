"""Network in network: groups of a convolution and two of size 1, and a mean over all places for a dense layer.

    three groups of (convolution k, 1, 1), each convolution followed by batch norm and ReLU, also the last one, whose
    maps are the classes;   after the first group max pooling 3/2, after the second average pooling 3/2, both in ceil
    mode, and dropout that keeps a half;   the mean over all places

    nin             (32, 32, 3)   192, 160, 96 | 192, 192, 192 | 192, 192, classes     k = 5, 5, 3
    nin_digits      (8, 8, 1)      32,  24, 16 |  32,  32,  32 |  32,  32, classes     k = 5, 5, 3
    nin_tiny        (8, 8, 1)      16,  12,  8 |  16,  16,  16 |  16,  16, classes     k = 5, 3, 3

Lin, Chen & Yan 2014; widths, sizes and order of the first are those of cifar.torch's models/nin.lua, the small ones
ours.
"""

from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import (
    AveragePool,
    BatchNorm,
    Convolution,
    Dropout,
    GlobalAverage,
    MaxPool,
    ReLU,
    Shape,
)

EPSILON = 1e-3  # of its batch norms
Groups = tuple[tuple[int, int, int], ...]


def network_in_network(image: Shape, groups: Groups, sizes: tuple[int, int, int], batch_norm: bool = True,
                       dropout: bool = True) -> ConvolutionalNetwork:
    """groups: the three widths of each of the three groups; sizes: of the first convolution of each, padded so that the
    picture keeps its size.
    """
    stages, pools = [], (MaxPool(3, 2), AveragePool(3, 2), None)
    for g, (widths, size, pool) in enumerate(zip(groups, sizes, pools, strict=True), 1):
        for b, width in enumerate(widths, 1):
            k = size if b == 1 else 1
            stages.append(Convolution(f"{g}{b}", width, k, k // 2))
            if batch_norm:
                stages.append(BatchNorm(f"{g}{b}", EPSILON))
            stages.append(ReLU())
        if pool is not None:
            stages += [pool, Dropout(0.5)] if dropout else [pool]
    return ConvolutionalNetwork(image, (*stages, GlobalAverage()))


def nin(image: Shape = (32, 32, 3), classes: int = 10, **options) -> ConvolutionalNetwork:
    """966,986 parameters, and 2,836 of batch norm."""
    return network_in_network(image, ((192, 160, 96), (192, 192, 192), (192, 192, classes)), (5, 5, 3), **options)


def nin_digits(image: Shape = (8, 8, 1), classes: int = 10, **options) -> ConvolutionalNetwork:
    """27,602 parameters, and those of batch norm."""
    return network_in_network(image, ((32, 24, 16), (32, 32, 32), (32, 32, classes)), (5, 5, 3), **options)


def nin_tiny(image: Shape = (8, 8, 1), classes: int = 10, **options) -> ConvolutionalNetwork:
    """5,198 parameters, and those of batch norm."""
    return network_in_network(image, ((16, 12, 8), (16, 16, 16), (16, 16, classes)), (5, 3, 3), **options)
