"""Where the windows of a convolution or a pooling are: the entries that each offset (i, j) in the window sees.

    X_ij(n, p, q) = x(n, s p + i - P, s q + j - P)          P padding on each side, s the stride

`at` gives X_ij as a view of the padded pictures.  What goes back to an entry of x is the sum over all windows and
offsets at which it was seen: at(dx, i, j, ...) += dX_ij for each offset.
"""

from collections.abc import Iterator

import numpy as np

Array = np.ndarray


def n_windows(length: int, size: int, stride: int, padding: int = 0, ceil: bool = False) -> int:
    """How many windows there are along one axis: (length + 2 padding - size)/stride + 1, rounded down, or up, but no
    window begins beyond the picture.
    """
    free = length + 2 * padding - size
    n = (-(-free // stride) if ceil else free // stride) + 1
    return n - 1 if ceil and (n - 1) * stride >= length + padding else n


def padded(x: Array, places: tuple[int, int], size: tuple[int, int], stride: int, padding: int, value: float = 0.0
           ) -> Array:
    """x with `padding` of the value around it, and as much more below and to the right as the windows reach."""
    after = [max(0, (n - 1) * stride + k - length - padding)
             for n, k, length in zip(places, size, x.shape[1:3])]
    edges = ((0, 0), (padding, after[0]), (padding, after[1]), (0, 0))
    return np.pad(x, edges, constant_values=value) if padding or any(after) else x


def offsets(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(size[0]) for j in range(size[1]))


def at(x: Array, i: int, j: int, places: tuple[int, int], stride: int) -> Array:
    """X_ij (N, *places, C), a view of padded pictures x."""
    return x[:, i : i + stride * (places[0] - 1) + 1 : stride, j : j + stride * (places[1] - 1) + 1 : stride]


def inside(x: Array, shape: tuple[int, ...], padding: int) -> Array:
    """The pictures (N, height, width, C) of this shape inside padded ones."""
    return x[:, padding : padding + shape[1], padding : padding + shape[2]]
