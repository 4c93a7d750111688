"""Compiled convolution, pooling, batch norm and rectified units: the references' cases on the kernels."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from numba_kernels.cpu import batch_norm, relu
from numba_kernels.cpu.images import (
    average_pool,
    channels,
    conv2d,
    conv2d_loops,
    max_pool,
    pool_loops,
    products,
)
from ref.checks import check_op
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal
from tests.derivatives.cases.images import CHANNELS, apart, filters, image_op, with_options

# The layout of windows and the shape of rows are kept by lru_cache, where no fault can be planted.
PRODUCTS = (
    functions(conv2d, "_convolution", "_to_input", "_spread", "_to_filters", "_convolve", "_one_place", "_product")
    + functions(conv2d_loops, "convolve", "to_filters", "seen")
    + functions(products, "add_products", "add_block", "pack")
    + functions(channels, "sums_of_channels", "add_to_channels", "_add", "_channel_sums", "repeated", "folded", "rows")
)
NORMALIZED = (
    functions(batch_norm, "_forward", "_backward", "_r_forward", "_r_backward", "_units", "_count")
    + functions(channels, "moments", "sums", "normalize", "combine", "rectified", "repeated", "folded", "rows")
)
MAXIMA = functions(pool_loops, "largest", "of_winner", "to_winner")
MEANS = functions(average_pool, "_mean") + functions(pool_loops, "mean", "spread")
compiled = partial(image_op, analytic=False)


def with_relu() -> Case:
    name = "numba_kernels.cpu.batch_norm with rectified units"
    x = {"x": normal(5, 2, 3, 3, seed=11), **CHANNELS}
    assert np.abs(batch_norm.forward(*x.values())[0]).min() > 0.01, "near a kink; choose another seed"
    passes = SimpleNamespace(**vars(batch_norm.with_relu))
    return Case(name, NORMALIZED, lambda: check_op(passes, x, analytic=False, name=name))


def rectified() -> Case:
    name = "numba_kernels.cpu.relu"
    return Case(name, functions(relu, *FOUR_PASSES, "_rectify", "_where_positive"),
                lambda: check_op(with_options(relu), {"x": apart(3, 4, 2) + 0.05}, analytic=False, linear=True,
                                 name=name))


COMPILED_IMAGES = [
    compiled(conv2d, filters(2, 5, 4, 3, 3, 2, 2), PRODUCTS),
    compiled(conv2d, filters(2, 5, 6, 1, 2, 3, 4), PRODUCTS, stride=2, padding=1),
    compiled(conv2d, filters(2, 4, 3, 2, 3, 3, 9), PRODUCTS, padding=1),
    compiled(conv2d, filters(2, 3, 2, 3, 1, 1, 4), PRODUCTS),
    compiled(max_pool, {"x": apart(2, 7, 6, 2)}, MAXIMA, linear=True, size=3, stride=2, ceil=True),
    compiled(average_pool, {"x": normal(2, 7, 6, 2)}, MEANS, linear=True, size=3, stride=2, ceil=True),
    compiled(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, NORMALIZED, epsilon=0.3),
    compiled(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, NORMALIZED,
             statistics=(normal(3, seed=3), normal(3, seed=4) ** 2 + 0.1)),
    with_relu(),
    rectified(),
]
