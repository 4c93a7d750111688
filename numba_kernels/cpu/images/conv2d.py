"""Convolution of pictures, compiled: the twin of ref.layers.images.conv2d, which has the equations.

Same functions and arguments.  Every product of the four passes is one with a matrix that is never formed (products):

    y  = A K + b,  A_mt = x[places_m + offsets_t]         dK = Aᵀ dy         m the places, t the entries of a window

and dx a convolution itself, of dy inside a margin of zeros, spread out by the stride, with the filters turned round.
Where a window is one place, and there is one at each, A is x itself: dx and dK are plain products, and so is y.
The cache holds x as it was given, without padding.  Pictures get their margin a few at a time, in a near cache.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.
"""

from typing import NamedTuple

import numpy as np

from numba_kernels.cpu.images.channels import add_to_channels, sums_of_channels
from numba_kernels.cpu.images.conv2d_loops import convolve, to_filters
from numba_kernels.cpu.images.layout import Layout, layout
from numba_kernels.cpu.images.memory import empty
from numba_kernels.cpu.images.ready import require, require_like
from ref.layers.images.windows import Windows

Array = np.ndarray


class Cache(NamedTuple):
    x: Array  # as given
    K: Array  # (h, w, C, O)
    windows: Windows


class RCache(NamedTuple):
    Rx: Array | None  # None where x is data
    RK: Array


def forward(x: Array, K: Array, b: Array, stride: int = 1, padding: int = 0) -> tuple[Array, Cache]:
    x, K = require("x", x, 4), require("K", K, 4)
    K = require_like("K", K, (*K.shape[:2], x.shape[3], K.shape[3]), x.dtype)
    b = require_like("b", b, K.shape[3:], x.dtype)
    windows = Windows.on(x, *K.shape[:2], stride, padding)
    if min(windows.places) < 1:
        raise ValueError(f"x has shape {x.shape} but K {K.shape}: no window of that size, with padding {padding}")
    return _convolution(x, K, windows, b), Cache(x, K, windows)


def backward(dy: Array, cache: Cache, to_input: bool = True) -> tuple[Array | None, Array, Array]:
    """Return dx, dK, db."""
    x, K, windows = cache
    dy = _like_y("dy", dy, cache)
    dx = _to_input(dy, K, windows) if to_input else None
    return dx, _to_filters(np.zeros_like(K), x, dy, windows), sums_of_channels(dy)


def r_forward(Rx: Array | None, RK: Array, Rb: Array, cache: Cache) -> tuple[Array, RCache]:
    x, K, windows = cache
    RK, Rb = require_like("RK", RK, K.shape, x.dtype), require_like("Rb", Rb, K.shape[3:], x.dtype)
    Ry = _convolution(x, RK, windows, Rb)
    if Rx is None:
        return Ry, RCache(None, RK)
    Rx = require_like("Rx", Rx, x.shape, x.dtype)
    return _convolution(Rx, K, windows, out=Ry), RCache(Rx, RK)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, Array, Array]:
    """Return Rdx, RdK, Rdb."""
    (x, K, windows), (Rx, RK) = cache, r_cache
    Rdy, dy = _like_y("Rdy", Rdy, cache), _like_y("dy", dy, cache)
    Rdx = _to_input(dy, RK, windows, out=_to_input(Rdy, K, windows)) if to_input else None
    RdK = _to_filters(np.zeros_like(K), x, Rdy, windows)
    if Rx is not None:
        _to_filters(RdK, Rx, dy, windows)
    return Rdx, RdK, sums_of_channels(Rdy)


def _like_y(name: str, dy: Array, cache: Cache) -> Array:
    return require_like(name, dy, (len(cache.x), *cache.windows.places, cache.K.shape[3]), cache.x.dtype)


def _convolution(x: Array, K: Array, windows: Windows, b: Array | None = None, out: Array | None = None) -> Array:
    """Σ_ij X_ij K_ij + b, or out += Σ_ij X_ij K_ij."""
    if _one_place(windows):
        y = _product(x, K[0, 0], out)
        if b is not None:
            add_to_channels(y, b)
        return y
    C = K.shape[2]
    return _convolve(x, K, layout(windows, (windows.padding,) * 2, C), windows.places, b, out)


def _to_input(dy: Array, K: Array, windows: Windows, out: Array | None = None) -> Array:
    """dx: dy inside a margin of zeros, under the filters turned round; or out += dx."""
    if _one_place(windows):
        return _product(dy, K[0, 0].T, out)
    turned = np.ascontiguousarray(K[::-1, ::-1].transpose(0, 1, 3, 2))
    (h, w), P = windows.size, windows.padding
    before = h - 1 - P, w - 1 - P
    if windows.stride > 1 or min(before) < 0:
        dy, before = _spread(dy, windows, before), (0, 0)
    of_dy = Windows(dy.shape[1:3], windows.size, windows.picture, 1, 0)
    return _convolve(dy, turned, layout(of_dy, before, dy.shape[3]), windows.picture,
                     None if out is not None else np.zeros(K.shape[2], K.dtype), out)


def _spread(dy: Array, windows: Windows, before: tuple[int, int]) -> Array:
    """dy inside its margin, (N, Y + h - 1, X + w - 1, O), s - 1 zeros between places; what saw only padding is left
    out.
    """
    spread = np.zeros((len(dy), *(n + k - 1 for n, k in zip(windows.picture, windows.size)), dy.shape[3]), dy.dtype)
    s, at = windows.stride, []
    for margin, n, length in zip(before, windows.places, spread.shape[1:3]):
        inside = [p for p in range(n) if 0 <= margin + s * p < length]
        at.append((slice(margin + s * inside[0], margin + s * inside[-1] + 1, s), slice(inside[0], inside[-1] + 1))
                  if inside else (slice(0), slice(0)))
    (to_y, from_y), (to_x, from_x) = at
    spread[:, to_y, to_x] = dy[:, from_y, from_x]
    return spread


def _to_filters(dK: Array, x: Array, dy: Array, windows: Windows) -> Array:
    """dK_ij += Σ X_ijᵀ dy."""
    C, O = dK.shape[2:]
    if _one_place(windows):
        dK[0, 0] += x.reshape(-1, C).T @ dy.reshape(-1, O)
        return dK
    a = layout(windows, (windows.padding,) * 2, C)
    to_filters(dK.reshape(-1, O), x, np.zeros(a.around, x.dtype), a.before, a.places, a.offsets,
               dy.reshape(len(dy), -1, O))
    return dK


def _convolve(x: Array, K: Array, a: Layout, places: tuple[int, int], b: Array | None, out: Array | None) -> Array:
    O = K.shape[3]
    y = empty((len(x), *places, O), x.dtype) if out is None else out
    convolve(y.reshape(len(x), -1, O), x, np.zeros(a.around, x.dtype), a.before, a.places, a.offsets,
             K.reshape(-1, O), np.empty(0, x.dtype) if b is None else b)
    return y


def _one_place(windows: Windows) -> bool:
    """Whether each place has a window that is that place alone."""
    return windows.size == (1, 1) and windows.stride == 1 and windows.padding == 0


def _product(x: Array, K: Array, out: Array | None = None) -> Array:
    """x K at each place, or out += x K; K (C, O)."""
    if out is not None:
        out += _product(x, K)
        return out
    C, O = K.shape
    y = empty((*x.shape[:3], O), x.dtype)
    np.dot(x.reshape(-1, C), K, out=y.reshape(-1, O))
    return y
