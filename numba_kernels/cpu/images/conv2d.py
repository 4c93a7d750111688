"""Convolution of pictures, compiled: the twin of ref.layers.images.conv2d, which has the equations.

Same functions and arguments.  Every product of the four passes is one with a matrix that is never formed (products):

    y  = A K + b,  A_mt = x[places_m + offsets_t]         dK = Aᵀ dy         m the places, t the entries of a window

and dx likewise, of dy: what each entry of x gathers from the windows that have seen it.  Places that see the same part
of their windows go together (layout), so that nothing outside the pictures is laid out, or multiplied.
Where a window is one place, and there is one at each, A is x itself: dx and dK are plain products, and so is y.
The cache holds x as it was given.

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
    return _convolve(x, K, windows.places, layout(windows, x.shape[3]), b, out)


def _to_input(dy: Array, K: Array, windows: Windows, out: Array | None = None) -> Array:
    """dx: each of its entries gathers dy K_ijᵀ from the windows that have seen it; or out += dx."""
    if _one_place(windows):
        return _product(dy, K[0, 0].T, out)
    back = np.ascontiguousarray(K.transpose(0, 1, 3, 2))
    return _convolve(dy, back, windows.picture, layout(windows, dy.shape[3], to_input=True),
                     np.zeros(K.shape[2], K.dtype) if out is None else None, out)


def _to_filters(dK: Array, x: Array, dy: Array, windows: Windows) -> Array:
    """dK_ij += Σ X_ijᵀ dy."""
    C, O = dK.shape[2:]
    if _one_place(windows):
        dK[0, 0] += x.reshape(-1, C).T @ dy.reshape(-1, O)
    else:
        to_filters(dK.reshape(-1, O), x.reshape(len(x), -1), dy.reshape(len(x), -1, O), *layout(windows, C))
    return dK


def _convolve(x: Array, K: Array, places: tuple[int, int], a: Layout, b: Array | None, out: Array | None) -> Array:
    N, O = len(x), K.shape[3]
    y = empty((N, *places, O), x.dtype) if out is None else out
    convolve(y.reshape(N, -1, O), x.reshape(N, -1), K.reshape(-1, O), np.empty(0, x.dtype) if b is None else b, *a)
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
