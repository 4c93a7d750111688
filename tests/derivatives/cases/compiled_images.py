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
    layout,
    max_pool,
    pool_loops,
    products,
)
from ref.checks import Row, check_op, require_equal
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal
from tests.derivatives.cases.images import CHANNELS, apart, filters, image_op, with_options

# The shape of rows is kept by lru_cache, where no fault can be planted.
PRODUCTS = (
    functions(conv2d, "_convolution", "_to_input", "_to_filters", "_convolve", "_one_place", "_product")
    + functions(layout, "of_windows", "_alike", "_grid")
    + functions(conv2d_loops, "convolve", "to_filters")
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


def convolution(arguments: dict, **options) -> Case:
    """Layouts made anew, since there may be a fault in them, and for few places at a time."""
    case = compiled(conv2d, arguments, PRODUCTS, **options)

    def run() -> list[Row]:
        places, layout.PLACES = layout.PLACES, 4
        layout.layout.cache_clear()
        try:
            return case.run()
        finally:
            layout.PLACES = places
            layout.layout.cache_clear()

    return Case(case.name, case.covers, run)


def products_in_parts() -> Case:
    """More entries of windows than are taken at once, and places that are no whole number of blocks."""
    name = "numba_kernels.cpu.images.products in parts"

    def run() -> list[Row]:
        checked, rng = [], np.random.default_rng(6)
        for M, T, O in ((8, 2 * products.DEEP, 9), (5, products.DEEP + 3, 8), (13, 5, 24), (7, 4, 3)):
            y, x, V = (rng.standard_normal(shape) for shape in ((1, M, O), (1, 50), (T, O)))
            numbers = (np.array([[1, M, 0, T, 0]]), rng.permutation(M), rng.integers(0, 20, M), rng.integers(0, 30, T),
                       rng.permutation(T))
            for array in numbers:
                array.flags.writeable = False  # as those of a layout
            _, rows, places, offsets, lines = numbers
            expected = y.copy()
            expected[0, rows] += x[0, np.add.outer(places, offsets)] @ V[lines]
            conv2d_loops.convolve(y, x, V, np.empty(0), *numbers)
            what = f"{M} places, {T} entries, {O} filters"
            checked.append(Row(name, what, "NumPy's", require_equal(name, what, y, expected, 1e-12), 1e-12))
        return checked

    return Case(name, (*functions(conv2d_loops, "convolve"), *functions(products, "add_products", "add_block", "pack")),
                run)


def sums_over_blocks() -> Case:
    """Sums over rows that are no whole number of blocks, or one, or one and a row."""
    name = "numba_kernels.cpu.images.channels over blocks of rows"

    def run() -> list[Row]:
        rows = []
        mean, scale, beta, z_mean, r = normal(5, 3, seed=2)
        for R in (1, 31, 32, 33, 64):
            x, d, z = (normal(R, 6, seed=seed) for seed in (3, 4, 5))
            flat = [array.reshape(-1, 3) for array in (x, d, z)]
            counts = flat[1] * ((flat[0] - mean) * scale + beta > 0)
            got = (channels.moments(x, 3), channels.sums(d, x, mean, scale, beta, 0.0, z, z_mean, r),
                   [channels.sums_of_channels(flat[0])])
            expected = ((flat[0].mean(0), flat[0].var(0)),
                        (counts.sum(0), (counts * (flat[2] - z_mean) * r).sum(0)), [flat[0].sum(0)])
            for which, arrays, exact in zip(("moments", "sums", "sums of channels"), got, expected):
                for k in range(len(exact)):
                    error = require_equal(name, f"{which} {k}, R = {R}", arrays[k], exact[k], 1e-13)
                    rows.append(Row(name, f"{which} {k}, R = {R}", "NumPy's", error, 1e-13))
        return rows

    return Case(name, functions(channels, "moments", "sums", "_channel_sums", "folded", "repeated"), run)


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
    products_in_parts(),
    convolution(filters(2, 5, 4, 3, 3, 2, 2)),
    convolution(filters(3, 5, 6, 1, 2, 3, 4), stride=2, padding=1),
    convolution(filters(2, 4, 3, 2, 3, 3, 9), padding=1),
    convolution(filters(2, 3, 2, 3, 1, 1, 4)),
    compiled(max_pool, {"x": apart(2, 7, 6, 2)}, MAXIMA, linear=True, size=3, stride=2, ceil=True),
    compiled(average_pool, {"x": normal(2, 7, 6, 2)}, MEANS, linear=True, size=3, stride=2, ceil=True),
    compiled(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, NORMALIZED, epsilon=0.3),
    compiled(batch_norm, {"x": normal(2, 4, 5, 3, seed=7), **CHANNELS}, NORMALIZED,
             statistics=(normal(3, seed=3), normal(3, seed=4) ** 2 + 0.1)),
    sums_over_blocks(),
    with_relu(),
    rectified(),
]
