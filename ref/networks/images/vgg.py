"""VGG: blocks of 3 x 3 convolutions, each halved in size by max pooling, then two dense layers.

    each convolution is followed by batch norm and ReLU, each but the last of its block by dropout, which then keeps
    0.7 (first block) or 0.6;   max pooling 2/2 in ceil mode after every block;   then dropout, a dense layer, batch
    norm, ReLU, dropout (both keep a half) and the classes

    vgg             (32, 32, 3)   64, 64 | 128, 128 | 256, 256, 256 | 512, 512, 512 | 512, 512, 512    dense 512
    vgg_digits      (8, 8, 1)      8,  8 |  16,  16 |  32,  32,  32                                    dense 32

Simonyan & Zisserman 2015; the first is cifar.torch's models/vgg_bn_drop.lua, the second ours.
"""

from ref.networks.images.convolutional import ConvolutionalNetwork
from ref.networks.images.stages import Affine, BatchNorm, Convolution, Dropout, Flatten, MaxPool, ReLU, Shape

Blocks = tuple[tuple[int, ...], ...]


def blocks_and_dense(image: Shape, blocks: Blocks, dense: int, classes: int, batch_norm: bool = True,
                     dropout: bool = True) -> ConvolutionalNetwork:
    """blocks: the widths of the convolutions of each block; dense: units of the layer before the classes."""
    stages = []

    def after(name: str) -> None:
        if batch_norm:
            stages.append(BatchNorm(name))
        stages.append(ReLU())

    def drop(kept: float) -> None:
        if dropout:
            stages.append(Dropout(kept))

    for g, widths in enumerate(blocks, 1):
        for b, width in enumerate(widths, 1):
            stages.append(Convolution(f"{g}{b}", width, 3, 1))
            after(f"{g}{b}")
            if b < len(widths):
                drop(0.7 if g == 1 else 0.6)
        stages.append(MaxPool(2, 2))
    stages.append(Flatten())
    drop(0.5)
    stages.append(Affine("dense", dense))
    after("dense")
    drop(0.5)
    return ConvolutionalNetwork(image, (*stages, Affine("classes", classes)))


def vgg(image: Shape = (32, 32, 3), classes: int = 10, **options) -> ConvolutionalNetwork:
    """14,982,474 parameters, and 9,472 of batch norm."""
    widths = ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3)
    return blocks_and_dense(image, widths, 512, classes, **options)


def vgg_digits(image: Shape = (8, 8, 1), classes: int = 10, **options) -> ConvolutionalNetwork:
    """28,674 parameters, and those of batch norm."""
    return blocks_and_dense(image, ((8,) * 2, (16,) * 2, (32,) * 3), 32, classes, **options)
