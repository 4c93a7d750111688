"""LSTM, compiled: the twin of ref.layers.lstm, which has the equations; the loops over time are in lstm_loops.

Same functions, arguments and caches.  What is different: the loop over time is machine code; each thread takes some of
the cases through all of it, so that threads never wait for each other; and W, U and b stand one above the other in one
matrix Q, so that one product a step does for all three.  The products are BLAS's, called from the compiled loop: hold
BLAS to one thread, as OPENBLAS_NUM_THREADS=1 does, and set the number of threads with numba.set_num_threads or
NUMBA_NUM_THREADS.

Sums over cases are taken in as many parts as there are threads: another number of threads gives other last bits.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.
"""

import numpy as np

from numba_kernels.cpu import lstm_loops
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.threads import number_of_parts, over_cases
from ref.layers.lstm import Cache, RCache

Array = np.ndarray
CACHE = "T N D, H 4H, D 4H, T+1 N H, T+1 N H, T N 4H, T N H, 3 H?"  # the shapes of what _arrays gives


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, c0: Array, p: Array | None = None
            ) -> tuple[Array, Cache]:
    """p is None where there are no peepholes."""
    x, W, U, b, h0, c0, peepholes = prepare("T N D, H 4H, D 4H, 4H, H, H, 3 H?", x=x, W=W, U=U, b=b, h0=h0, c0=c0, p=p)
    T, N, _ = x.shape
    H = len(W)
    h, c = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    gates, y = np.empty((T, N, 4 * H), x.dtype), np.empty((T, N, H), x.dtype)
    h[0], c[0] = h0, c0
    over_cases(lstm_loops.forward_cases, N, (), (x, h, c, gates, y), _stacked(W, U, b), _or_zeros(peepholes, (3, H)))
    return h[1:], Cache(x, h, c, gates, y, U, W, None if p is None else peepholes)


def backward(dh: Array, cache: Cache, to_input: bool = True, clip: float | None = None
             ) -> tuple[Array | None, Array, Array, Array, Array, Array, Array | None]:
    """Return dx, dU, dW, db, dh0, dc0, dp; to_input and clip as in the reference."""
    x, W, U, h, c, gates, y, p, dh = prepare(f"{CACHE}, T N H", **_arrays(cache), dh=dh)
    dx, (dQ, dp, back, back_c) = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), _sums(x, W, p)
    limit = x.dtype.type(np.inf if clip is None else clip)
    weights = _transposed(U), _transposed(W), _or_zeros(p, (3, len(W)))
    states = x, h, c, gates, y
    over_cases(lstm_loops.backward_cases, len(back), (dQ, dp), dh, states, weights, limit, dx, back, back_c)
    return dx if to_input else None, *_gradients(dQ, dp, back, back_c)


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, Rc0: Array, Rp: Array | None, cache: Cache
              ) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves; Rp where there are no peepholes."""
    x, W, U, h, c, gates, y, p, RW, RU, Rb, Rh0, Rc0, Rpeepholes, moved = prepare(
        f"{CACHE}, H 4H, D 4H, 4H, H, H, 3 H?, T N D?", **_arrays(cache),
        RW=RW, RU=RU, Rb=Rb, Rh0=Rh0, Rc0=Rc0, Rp=Rp, Rx=Rx)
    _, N, _ = x.shape
    Rh, Rc, Rgates = np.empty_like(h), np.empty_like(c), np.empty_like(gates)
    Rh[0], Rc[0] = Rh0, Rc0
    weights = _stacked(W, U, np.zeros_like(Rb)), _or_zeros(p, (3, len(W)))  # b multiplies a one, which does not move
    Rweights = _stacked(RW, RU, Rb), _or_zeros(Rpeepholes, (3, len(W)))
    Rstates = _or_zeros(moved, x.shape), Rh, Rc, Rgates
    over_cases(lstm_loops.r_forward_cases, N, (), (x, h, c, gates, y), weights, Rstates, Rweights)
    return Rh[1:], RCache(None if Rx is None else moved, Rh, Rc, Rgates, RU, RW, None if Rp is None else Rpeepholes)


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, Array, Array, Array, Array, Array, Array | None]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0, Rdc0, Rdp."""
    x, W, U, h, c, gates, y, p, Rx, Rh, Rc, Rgates, RU, RW, Rp, dh, Rdh = prepare(
        f"{CACHE}, T N D?, T+1 N H, T+1 N H, T N 4H, D 4H, H 4H, 3 H?, T N H, T N H", **_arrays(cache),
        **r_cache._asdict(), dh=dh, Rdh=Rdh)
    Rdx, (RdQ, Rdp, Rback, Rback_c) = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), _sums(x, W, p)
    weights = _transposed(U), _transposed(W), _or_zeros(p, (3, len(W)))
    Rweights = _transposed(RU), _transposed(RW), _or_zeros(Rp, (3, len(W)))
    states, Rstates = (x, h, c, gates, y), (_or_zeros(Rx, x.shape), Rh, Rc, Rgates)
    over_cases(lstm_loops.r_backward_cases, len(Rback), (RdQ, Rdp), Rdh, dh, states, weights, Rstates, Rweights,
               Rdx, Rback, Rback_c)
    return Rdx if to_input else None, *_gradients(RdQ, Rdp, Rback, Rback_c)


def _arrays(cache: Cache) -> dict[str, Array | None]:
    return {name: getattr(cache, name) for name in ("x", "W", "U", "h", "c", "gates", "y", "p")}


def _stacked(W: Array, U: Array, b: Array) -> Array:
    """Q = W over U over b (K, 4H)."""
    return np.concatenate([W, U, b[None]])


def _transposed(A: Array) -> Array:
    """Aᵀ as an array of its own: BLAS is slower where it has to transpose at every step."""
    return np.ascontiguousarray(A.T)


def _or_zeros(array: Array, shape: tuple[int, ...]) -> Array:
    """The array, or zeros of the shape where it is the empty one that stands for None."""
    return array if len(array) else np.zeros(shape, array.dtype)


def _sums(x: Array, W: Array, p: Array) -> tuple[Array, Array, Array, Array]:
    """Zeros: for each thread dQ, and dp where there are peepholes; what comes to h_t and c_t from the next step."""
    (_, N, D), H, parts = x.shape, len(W), number_of_parts(x.shape[1])
    shapes = (parts, H + D + 1, 4 * H), (parts, len(p), H), (N, H), (N, H)
    return tuple(np.zeros(shape, x.dtype) for shape in shapes)


def _gradients(dQ: Array, dp: Array, back: Array, back_c: Array
               ) -> tuple[Array, Array, Array, Array, Array, Array | None]:
    """dU, dW, db, dh0, dc0, dp from the sums."""
    dQ, H = dQ.sum(axis=0), back.shape[1]
    return dQ[H:-1], dQ[:H], dQ[-1], back.sum(axis=0), back_c.sum(axis=0), dp.sum(axis=0) if dp.size else None
