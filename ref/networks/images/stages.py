"""The stages of a convolutional network: each an op, its parameters and its options, and what it makes of a shape.

    stage                          op                              parameters                shape of one case
    Convolution(name, O, k, P)     layers.images.conv2d            nameK (k, k, C, O), nameb   (Y, X, C) -> (Y', X', O)
    BatchNorm(name)                layers.batch_norm               namegamma, namebeta (C,)    as it is
    ReLU                           layers.relu                                                 as it is
    MaxPool(k, s), AveragePool     layers.images.max_pool, ...     ceil mode                   (Y, X, C) -> (Y', X', C)
    Dropout(p)                     layers.dropout                  p: the share that stays     as it is
    GlobalAverage                  layers.images.global_average                                (Y, X, C) -> (C,)
    Flatten                        reshaping alone                                             (Y, X, C) -> (Y X C,)
    Affine(name, H)                layers.affine                   nameW (D, H), nameb (H,)    (D,) -> (H,)
"""

from dataclasses import dataclass
from math import prod
from types import SimpleNamespace

from ref.layers import affine, batch_norm, dropout, relu
from ref.layers.images import average_pool, conv2d, global_average, max_pool
from ref.layers.images.windows import n_windows

Shape = tuple[int, ...]  # of one case
Shapes = dict[str, Shape]


class Stage:
    """What a stage has beside its op; most have no parameters and no options, and leave the shape as it is."""

    op = None

    def shapes(self, shape: Shape) -> Shapes:
        """The parameters by name, in the op's order, for cases of this shape."""
        return {}

    def made_of(self, shape: Shape) -> Shape:
        return shape

    def options(self) -> dict:
        return {}


@dataclass(frozen=True)
class Convolution(Stage):
    name: str
    filters: int
    size: int
    padding: int = 0
    op = conv2d

    def shapes(self, shape: Shape) -> Shapes:
        return {f"{self.name}K": (self.size, self.size, shape[2], self.filters), f"{self.name}b": (self.filters,)}

    def made_of(self, shape: Shape) -> Shape:
        return (*(n_windows(length, self.size, 1, self.padding) for length in shape[:2]), self.filters)

    def options(self) -> dict:
        return {"padding": self.padding}


@dataclass(frozen=True)
class BatchNorm(Stage):
    name: str
    epsilon: float = 1e-5
    op = batch_norm

    def shapes(self, shape: Shape) -> Shapes:
        return {f"{self.name}gamma": shape[-1:], f"{self.name}beta": shape[-1:]}

    def options(self) -> dict:
        return {"epsilon": self.epsilon}


@dataclass(frozen=True)
class Affine(Stage):
    name: str
    units: int
    op = affine

    def shapes(self, shape: Shape) -> Shapes:
        return {f"{self.name}W": (*shape, self.units), f"{self.name}b": (self.units,)}

    def made_of(self, shape: Shape) -> Shape:
        return (self.units,)


@dataclass(frozen=True)
class ReLU(Stage):
    op = relu


@dataclass(frozen=True)
class MaxPool(Stage):
    """Square windows in ceil mode: they may reach over the lower and the right edge."""

    size: int
    stride: int
    op = max_pool

    def made_of(self, shape: Shape) -> Shape:
        return (*(n_windows(length, self.size, self.stride, 0, ceil=True) for length in shape[:2]), shape[2])

    def options(self) -> dict:
        return {"size": self.size, "stride": self.stride, "ceil": True}


@dataclass(frozen=True)
class AveragePool(MaxPool):
    op = average_pool


@dataclass(frozen=True)
class Dropout(Stage):
    """p: the share of units that stays."""

    p: float
    op = dropout

    def options(self) -> dict:
        return {"p": self.p}


@dataclass(frozen=True)
class GlobalAverage(Stage):
    op = global_average

    def made_of(self, shape: Shape) -> Shape:
        return (shape[2],)


@dataclass(frozen=True)
class Flatten(Stage):
    """One row a case; the cache is the pictures' shape."""

    op = SimpleNamespace(
        forward=lambda x: (x.reshape(len(x), -1), x.shape), backward=lambda dy, cache: dy.reshape(cache),
        r_forward=lambda Rx, cache: (Rx.reshape(len(Rx), -1), None),
        r_backward=lambda Rdy, dy, cache, r_cache: Rdy.reshape(cache))

    def made_of(self, shape: Shape) -> Shape:
        return (prod(shape),)
