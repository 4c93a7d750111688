"""Where the windows of a convolution are in flat memory: a place for each window, an offset for each entry of one."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ref.layers.images.windows import Windows

Array = np.ndarray
PLACES = 256  # at least so many at a time, where there are as many


class Layout(NamedTuple):
    """What the kernels need to know of the windows, for B pictures at a time."""

    places: Array  # (B M,), where each window begins
    offsets: Array  # (t,), from there to each of its entries
    around: tuple[int, int, int, int]  # shape of B pictures inside their margin; no picture where there is no margin
    before: tuple[int, int]  # the margin above, and on the left


@lru_cache(maxsize=256)
def layout(windows: Windows, before: tuple[int, int], C: int) -> Layout:
    """before: how many rows and columns of zeros stand before the picture."""
    s, M = windows.stride, windows.places[0] * windows.places[1]
    Y, X = (max((n - 1) * s + k, margin + length) for n, k, margin, length
            in zip(windows.places, windows.size, before, windows.picture))
    B = max(1, PLACES // max(M, 1))

    picture = np.arange(B)[:, None, None] * (Y * X * C)
    places = picture + (np.arange(windows.places[0])[:, None] * X + np.arange(windows.places[1])) * (s * C)
    h, w = windows.size
    offsets = (np.arange(h)[:, None, None] * X + np.arange(w)[:, None]) * C + np.arange(C)
    places, offsets = places.ravel(), offsets.ravel()
    places.flags.writeable = offsets.flags.writeable = False
    return Layout(places, offsets, (B, Y, X, C) if (Y, X) != windows.picture else (0, 0, 0, 0), before)
