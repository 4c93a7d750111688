"""What a case is, and the arguments that cases share."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ref.checks import Row
from ref.layers import softmax


class Case(NamedTuple):
    name: str
    covers: tuple[str, ...]
    run: Callable[[], list[Row]]


def functions(owner, *names: str) -> tuple[str, ...]:
    """module:name for each function of a module or method of a class."""
    prefix = f"{owner.__module__}:{owner.__name__}." if isinstance(owner, type) else f"{owner.__name__}:"
    return tuple(prefix + name for name in names)


FOUR_PASSES = ("forward", "backward", "r_forward", "r_backward")


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def away_from_kinks(x: np.ndarray) -> np.ndarray:
    """Entries at least 0.1 from zero, where rectifiers bend."""
    return x + 0.1 * np.sign(x)


def pairs_apart(x: np.ndarray) -> np.ndarray:
    """The entries 2k and 2k + 1 of the last axis at least 0.2 from each other, where the larger of the two is another.
    """
    first, second = x[..., ::2], x[..., 1::2]
    sign = np.sign(first - second)
    return np.stack([first + 0.1 * sign, second - 0.1 * sign], axis=-1).reshape(x.shape)


def probabilities(*shape: int, seed: int = 0) -> np.ndarray:
    return softmax.forward(normal(*shape, seed=seed))[0]


def unit_interval(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.05, 0.95, shape)


def dense_start(network, seed: int = 0):
    """Parameters without a zero among them."""
    theta = network.init(np.random.default_rng(seed), "glorot")
    return theta.like(theta.vector + 0.1 * normal(theta.size, seed=seed + 1))
