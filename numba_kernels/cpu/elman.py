"""Elman recurrence, compiled: the twin of ref.layers.elman, which has the equations.

Same functions, arguments and caches.  What is different: the loop over time is machine code; each thread takes some of
the cases through all of it, so that threads never wait for each other; and phi's slope is computed from h when it is
needed, not kept.  Each step's matrix products are BLAS's, called from the compiled loop: hold BLAS to one thread, as
OPENBLAS_NUM_THREADS=1 does, and set the number of threads with numba.set_num_threads or NUMBA_NUM_THREADS.

Sums over cases are taken in as many parts as there are threads: another number of threads gives other last bits.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.  OPLUs and leaky rectified units are
refused: their slopes do not follow from h.
"""

import numpy as np
from numba import get_num_threads, njit, prange

from numba_kernels.cpu.activations import CODES, activate, r_slope, slope
from numba_kernels.cpu.in_place import add, add_product, add_rows, add_to_rows, clip_entries, multiply, multiply_by_sum
from numba_kernels.cpu.jit import JIT, PARALLEL
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.step_caches import StepCaches, StepRCaches
from ref.layers.elman import Cache, RCache

Array = np.ndarray


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, phi: str = "tanh", a: Array | None = None
            ) -> tuple[Array, Cache]:
    """Return h (T, N, H) and the cache; a must be None, as no phi that has a compiled form has slopes of its own."""
    code = _code(phi)
    if a is not None:
        raise ValueError(f"a has shape {np.shape(a)} but must be None for phi={phi!r}")
    x, U, W, b, h0 = prepare("T N D, D H, H H, H, H", x=x, U=U, W=W, b=b, h0=h0)
    T, N, _ = x.shape
    h = np.empty((T + 1, N, len(W)), x.dtype)
    h[0] = h0
    _forward(x, U, W, b, h, code, _parts(N))
    return h[1:], Cache(x, h, U, W, phi, StepCaches(phi, h))


def backward(dh: Array, cache: Cache, damped: Array | None = None, to_input: bool = True, clip: float | None = None
             ) -> tuple[Array | None, ...]:
    """Return dx, dU, dW, db, dh0; damped, to_input and clip as in the reference."""
    x, h, U, W, phi, _ = cache
    code = _code(phi)
    x, h, U, W, dh, damped = prepare("T N D, T+1 N H, D H, H H, T N H, T N H?",
                                     x=x, h=h, U=U, W=W, dh=dh, damped=damped)
    dx, back = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), np.zeros(h.shape[1:], x.dtype)
    sums = _sums(_parts(len(back)), U, W)
    limit = x.dtype.type(np.inf if clip is None else clip)
    _backward(dh, damped, x, h, _transposed(U), _transposed(W), limit, dx, back, code, *sums)
    return dx if to_input else None, *(part.sum(axis=0) for part in (*sums, back))


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, cache: Cache, Ra: Array | None = None
              ) -> tuple[Array, RCache]:
    """Return Rh (T, N, H) and the R-cache; Rx is None where the inputs are data, and Ra must be None, like a."""
    x, h, U, W, phi, _ = cache
    code = _code(phi)
    if Ra is not None:
        raise ValueError(f"Ra has shape {np.shape(Ra)} but must be None for phi={phi!r}")
    x, h, U, W, RU, RW, Rb, Rh0, moved = prepare("T N D, T+1 N H, D H, H H, D H, H H, H, H, T N D?",
                                                 x=x, h=h, U=U, W=W, RU=RU, RW=RW, Rb=Rb, Rh0=Rh0, Rx=Rx)
    _, N, _ = x.shape
    Rh = np.empty_like(h)
    Rh[0] = Rh0
    _r_forward(x, h, U, W, moved, RU, RW, Rb, Rh, code, _parts(N))
    return Rh[1:], RCache(None if Rx is None else moved, Rh, RU, RW, StepRCaches(phi, h, Rh))


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, ...]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0."""
    x, h, U, W, phi, _ = cache
    code = _code(phi)
    Rx, Rh, RU, RW, _ = r_cache
    x, h, U, W, Rh, RU, RW, dh, Rdh, Rx = prepare("T N D, T+1 N H, D H, H H, T+1 N H, D H, H H, T N H, T N H, T N D?",
                                                  x=x, h=h, U=U, W=W, Rh=Rh, RU=RU, RW=RW, dh=dh, Rdh=Rdh, Rx=Rx)
    Rdx, Rback = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), np.zeros(h.shape[1:], x.dtype)
    sums = _sums(_parts(len(Rback)), U, W)
    _r_backward(Rdh, dh, x, h, _transposed(U), _transposed(W), Rx, Rh, _transposed(RU), _transposed(RW), Rdx, Rback,
                code, *sums)
    return Rdx if to_input else None, *(part.sum(axis=0) for part in (*sums, Rback))


def _code(phi: str) -> int:
    if phi not in CODES:
        raise ValueError(f"phi is {phi!r} but must be one of {', '.join(CODES)}; ref.layers.elman has others")
    return CODES[phi]


def _parts(N: int) -> int:
    return min(get_num_threads(), N)


def _sums(parts: int, U: Array, W: Array) -> tuple[Array, Array, Array]:
    """Zeros for the gradients of U, W and b, for each thread its own."""
    return tuple(np.zeros((parts, *shape), U.dtype) for shape in (U.shape, W.shape, W.shape[1:]))


def _transposed(A: Array) -> Array:
    """Aᵀ as an array of its own: BLAS is slower where it has to transpose at every step."""
    return np.ascontiguousarray(A.T)


@njit(**PARALLEL)
def _forward(x, U, W, b, h, phi, parts):
    """h[1:] is written."""
    N = x.shape[1]
    for p in prange(parts):
        _forward_cases(N * p // parts, N * (p + 1) // parts, x, U, W, b, h, phi)


@njit(**JIT)
def _forward_cases(low, high, x, U, W, b, h, phi):
    rest = np.empty_like(h[0, low:high])
    for t in range(len(x)):
        s = h[t + 1, low:high]
        np.dot(x[t, low:high], U, s)
        add_product(s, h[t, low:high], W, rest)
        add_to_rows(s, b)
        activate(phi, s)


@njit(**PARALLEL)
def _backward(dh, damped, x, h, Ut, Wt, limit, dx, back, phi, dU, dW, db):
    """dx is written; back and the parts of dU, dW, db, all zero before, too."""
    N, parts = x.shape[1], len(dU)
    for p in prange(parts):
        _backward_cases(N * p // parts, N * (p + 1) // parts, dh, damped, x, h, Ut, Wt, limit, dx, back, phi,
                        dU[p], dW[p], db[p])


@njit(**JIT)
def _backward_cases(low, high, dh, damped, x, h, Ut, Wt, limit, dx, back, phi, dU, dW, db):
    back = back[low:high]
    ds, rest_U, rest_W = np.empty_like(back), np.empty_like(dU), np.empty_like(dW)
    for t in range(len(x) - 1, -1, -1):
        slope(phi, h[t + 1, low:high], ds)
        multiply_by_sum(ds, dh[t, low:high], back)
        if len(damped):
            add(ds, damped[t, low:high])
        if limit < np.inf:
            clip_entries(ds, limit)
        np.dot(ds, Wt, back)
        if len(dx):
            np.dot(ds, Ut, dx[t, low:high])
        add_product(dU, x[t, low:high].T, ds, rest_U)
        add_product(dW, h[t, low:high].T, ds, rest_W)
        add_rows(db, ds)


@njit(**PARALLEL)
def _r_forward(x, h, U, W, Rx, RU, RW, Rb, Rh, phi, parts):
    """Rh[1:] is written."""
    N = x.shape[1]
    for p in prange(parts):
        _r_forward_cases(N * p // parts, N * (p + 1) // parts, x, h, U, W, Rx, RU, RW, Rb, Rh, phi)


@njit(**JIT)
def _r_forward_cases(low, high, x, h, U, W, Rx, RU, RW, Rb, Rh, phi):
    rest, phi_slope = np.empty_like(h[0, low:high]), np.empty_like(h[0, low:high])
    for t in range(len(x)):
        Rs = Rh[t + 1, low:high]
        np.dot(x[t, low:high], RU, Rs)
        if len(Rx):
            add_product(Rs, Rx[t, low:high], U, rest)
        add_product(Rs, h[t, low:high], RW, rest)
        add_product(Rs, Rh[t, low:high], W, rest)
        add_to_rows(Rs, Rb)
        slope(phi, h[t + 1, low:high], phi_slope)
        multiply(Rs, phi_slope)


@njit(**PARALLEL)
def _r_backward(Rdh, dh, x, h, Ut, Wt, Rx, Rh, RUt, RWt, Rdx, Rback, phi, RdU, RdW, Rdb):
    """Rdx is written; Rback and the parts of RdU, RdW, Rdb, all zero before, too."""
    N, parts = x.shape[1], len(RdU)
    for p in prange(parts):
        _r_backward_cases(N * p // parts, N * (p + 1) // parts, Rdh, dh, x, h, Ut, Wt, Rx, Rh, RUt, RWt, Rdx, Rback, phi,
                          RdU[p], RdW[p], Rdb[p])


@njit(**JIT)
def _r_backward_cases(low, high, Rdh, dh, x, h, Ut, Wt, Rx, Rh, RUt, RWt, Rdx, Rback, phi, RdU, RdW, Rdb):
    Rback, back = Rback[low:high], np.zeros_like(Rback[low:high])
    ds, Rds, rest, rest_x = np.empty_like(back), np.empty_like(back), np.empty_like(back), np.empty_like(x[0, low:high])
    rest_U, rest_W = np.empty_like(RdU), np.empty_like(RdW)
    for t in range(len(x) - 1, -1, -1):
        y = h[t + 1, low:high]
        slope(phi, y, ds)
        r_slope(phi, y, Rh[t + 1, low:high], Rds)
        multiply_by_sum(Rds, dh[t, low:high], back)  # R{phi'} (dh_t + ds_{t+1} Wᵀ)
        add(Rback, Rdh[t, low:high])
        multiply(Rback, ds)
        add(Rds, Rback)
        multiply_by_sum(ds, dh[t, low:high], back)
        np.dot(ds, Wt, back)
        np.dot(Rds, Wt, Rback)
        add_product(Rback, ds, RWt, rest)
        if len(Rdx):
            np.dot(Rds, Ut, Rdx[t, low:high])
            add_product(Rdx[t, low:high], ds, RUt, rest_x)
        add_product(RdU, x[t, low:high].T, Rds, rest_U)
        if len(Rx):
            add_product(RdU, Rx[t, low:high].T, ds, rest_U)
        add_product(RdW, h[t, low:high].T, Rds, rest_W)
        add_product(RdW, Rh[t, low:high].T, ds, rest_W)
        add_rows(Rdb, Rds)
