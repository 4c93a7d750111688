"""Where the windows of a convolution or a pooling are: the entries that each offset (i, j) in the window sees.

    X_ij(n, p, q) = x(n, s p + i - P, s q + j - P)          P padding on each side, s the stride

`at` gives X_ij as a view of the padded pictures.  What goes back to an entry of x is the sum over all windows and
offsets at which it was seen: at(dx, i, j) += dX_ij for each offset.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

Array = np.ndarray


def n_windows(length: int, size: int, stride: int, padding: int = 0, ceil: bool = False) -> int:
    """How many windows there are along one axis: (length + 2 padding - size)/stride + 1, rounded down, or up, but no
    window begins beyond the picture.
    """
    free = length + 2 * padding - size
    n = (-(-free // stride) if ceil else free // stride) + 1
    return n - 1 if ceil and (n - 1) * stride >= length + padding else n


class Windows(NamedTuple):
    """All windows (h, w) on pictures (Y, X): places[0] x places[1] of them."""

    picture: tuple[int, int]
    size: tuple[int, int]
    places: tuple[int, int]
    stride: int
    padding: int

    @classmethod
    def on(cls, x: Array, h: int, w: int, stride: int, padding: int = 0, ceil: bool = False) -> "Windows":
        _, Y, X, _ = x.shape
        places = n_windows(Y, h, stride, padding, ceil), n_windows(X, w, stride, padding, ceil)
        return cls((Y, X), (h, w), places, stride, padding)

    @property
    def offsets(self) -> Iterator[tuple[int, int]]:
        return product(range(self.size[0]), range(self.size[1]))

    def empty(self, N: int, C: int, dtype, value: float = 0.0) -> Array:
        """Pictures of the value, of the size that the windows reach: from P before the first entry to the last
        window's end, or the picture's.
        """
        reach = [max((n - 1) * self.stride + k, self.padding + length)
                 for n, k, length in zip(self.places, self.size, self.picture)]
        return np.full((N, *reach, C), value, dtype)

    def padded(self, x: Array, value: float = 0.0) -> Array:
        """x where the windows see it, and the value around it."""
        around = self.empty(len(x), x.shape[3], x.dtype, value)
        self.inside(around)[...] = x
        return around

    def inside(self, x: Array) -> Array:
        """The pictures inside padded ones, a view."""
        (Y, X), P = self.picture, self.padding
        return x[:, P : P + Y, P : P + X]

    def at(self, x: Array, i: int, j: int) -> Array:
        """X_ij (N, *places, C), a view of padded pictures."""
        return x[:, i :: self.stride, j :: self.stride][:, : self.places[0], : self.places[1]]
