"""Layers of convolutional networks: convolution, pooling, batch normalisation, dropout, each beside loops."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from ref.checks import Row, check_op, require_equal
from ref.layers import batch_norm, dropout
from ref.layers.images import average_pool, conv2d, global_average, max_pool, windows
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal
from tests.layers import images_by_loops


def with_options(op, **options):
    """The op with its options held."""
    return SimpleNamespace(forward=partial(op.forward, **options), backward=op.backward, r_forward=op.r_forward,
                           r_backward=op.r_backward)


def image_op(op, arguments: dict, helpers: tuple[str, ...] = (), linear: bool = False, analytic: bool = True,
             **options) -> Case:
    short = op.__name__.rpartition(".")[2]
    sizes = "x".join(map(str, arguments["x"].shape))
    name = " ".join([op.__name__.removeprefix("ref."), sizes, *(f"{key}={value}" for key, value in options.items()
                                                         if not isinstance(value, (tuple, np.ndarray)))])
    by_loops = getattr(images_by_loops, short)

    def run() -> list[Row]:
        held = with_options(op, **options)
        rows = check_op(held, arguments, analytic=analytic, linear=linear, name=name)
        value = held.forward(*arguments.values())[0]
        error = require_equal("the equations by loops", "y", value, by_loops(*arguments.values(), **options), 1e-13)
        return [*rows, Row(name, "y", "the equations by loops", error, 1e-13)]

    return Case(name, functions(op, *FOUR_PASSES) + helpers, run)


def apart(*shape: int, seed: int = 0) -> np.ndarray:
    """Entries of which no two are nearer than 0.1: the largest of a window stays it."""
    count = int(np.prod(shape))
    return 0.1 * np.random.default_rng(seed).permutation(count).reshape(shape) - 0.05 * count


def filters(N: int, Y: int, X: int, C: int, h: int, w: int, O: int) -> dict:
    return {"x": normal(N, Y, X, C), "K": normal(h, w, C, O, seed=1), "b": normal(O, seed=2)}


def of_data() -> Case:
    """x is data: no dx, no Rx; what is left is linear."""
    x = normal(2, 4, 5, 3)
    passes = SimpleNamespace(
        forward=lambda K, b: conv2d.forward(x.astype(K.dtype), K, b, padding=1),
        backward=lambda dy, cache: conv2d.backward(dy, cache, to_input=False)[1:],
        r_forward=lambda RK, Rb, cache: conv2d.r_forward(None, RK, Rb, cache),
        r_backward=lambda *caches: conv2d.r_backward(*caches, to_input=False)[1:])
    name = "layers.images.conv2d of data"
    return Case(name, functions(conv2d, *FOUR_PASSES),
                lambda: check_op(passes, {"K": normal(3, 2, 3, 2, seed=1), "b": normal(2, seed=2)}, analytic=True,
                                 linear=True, name=name))


WINDOWS = functions(windows, "n_windows") + functions(windows.Windows, "empty", "padded", "inside", "at")
CONVOLUTION = functions(conv2d, "_convolution", "_to_input", "_to_filters") + WINDOWS
POOLED = functions(max_pool, "_each_offset", "_of_winner") + WINDOWS
CHANNELS = {"gamma": normal(3, seed=1), "beta": normal(3, seed=2)}
STATISTICS = functions(batch_norm, "_normalized", "_mean", "_sum")
MASK = np.random.default_rng(0).random((3, 4)) < 0.6

IMAGES = [
    image_op(conv2d, filters(2, 5, 4, 3, 3, 2, 2), CONVOLUTION),
    image_op(conv2d, filters(2, 5, 6, 1, 2, 3, 4), CONVOLUTION, stride=2, padding=1),
    image_op(conv2d, filters(2, 4, 3, 2, 3, 3, 2), CONVOLUTION, padding=1),
    image_op(conv2d, filters(2, 7, 5, 2, 1, 1, 3), CONVOLUTION, stride=3),
    image_op(conv2d, filters(2, 6, 7, 1, 1, 2, 3), CONVOLUTION, stride=4, padding=1),
    of_data(),
    image_op(max_pool, {"x": apart(2, 6, 4, 3)}, POOLED, linear=True, analytic=False, size=2),
    image_op(max_pool, {"x": apart(2, 7, 6, 2)}, POOLED, linear=True, analytic=False, size=3, stride=2, ceil=True),
    image_op(average_pool, {"x": normal(2, 6, 4, 3)}, functions(average_pool, "_sum"), linear=True, size=2),
    image_op(average_pool, {"x": normal(2, 3, 7, 2)}, functions(average_pool, "_sum") + WINDOWS, linear=True, size=2,
             stride=3, ceil=True),
    image_op(average_pool, {"x": normal(2, 7, 6, 2)}, functions(average_pool, "_sum"), linear=True, size=3, stride=2,
             ceil=True),
    image_op(global_average, {"x": normal(2, 3, 4, 5)}, linear=True),
    image_op(batch_norm, {"x": normal(6, 3, seed=7), **CHANNELS}, STATISTICS),
    image_op(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, STATISTICS, epsilon=0.3),
    image_op(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, STATISTICS,
             statistics=(normal(3, seed=3), normal(3, seed=4) ** 2 + 0.1)),
    image_op(dropout, {"x": normal(3, 4)}, linear=True, mask=MASK, p=0.6),
    image_op(dropout, {"x": normal(3, 4)}, linear=True, mask=None, p=0.6),
]
