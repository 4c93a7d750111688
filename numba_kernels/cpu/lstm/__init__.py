"""LSTM, compiled: the twin of ref.layers.lstm, which has the equations; the loops over time are in lstm.loops.

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

from numba_kernels.cpu.lstm import loops
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.states import of_start, start, transposed
from numba_kernels.cpu.threads import number_of_parts, over_cases
from ref.layers.lstm import Cache, Gradients, RCache

Array = np.ndarray
SHAPES = {
    "x": "T N D", "W": "H 4H", "U": "D 4H", "b": "4H", "h0": "H | N H", "c0": "H | N H", "p": "3 H ?",
    "h": "T+1 N H", "c": "T+1 N H", "gates": "T N 4H", "y": "T N H",
    "dh": "T N H", "dh_T": "N H ?", "dc_T": "N H ?",
    "Rx": "T N D ?", "RW": "H 4H", "RU": "D 4H", "Rb": "4H", "Rh0": "H | N H", "Rc0": "H | N H", "Rp": "3 H ?",
    "Rh": "T+1 N H", "Rc": "T+1 N H", "Rgates": "T N 4H",
    "Rdh": "T N H", "Rdh_T": "N H ?", "Rdc_T": "N H ?",
}


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, c0: Array, p: Array | None = None
            ) -> tuple[Array, Cache]:
    """p is None where there are no peepholes."""
    a = prepare(SHAPES, x=x, W=W, U=U, b=b, h0=h0, c0=c0, p=p)
    T, N, _ = a.x.shape
    H = len(a.W)
    h, c = np.empty((T + 1, N, H), a.x.dtype), np.empty((T + 1, N, H), a.x.dtype)
    gates, y = np.empty((T, N, 4 * H), a.x.dtype), np.empty((T, N, H), a.x.dtype)
    h[0], c[0] = a.h0, a.c0
    over_cases(loops.forward_cases, N, (), (a.x, h, c, gates, y), _stacked(a.W, a.U, a.b), _or_zeros(a.p, (3, H)))
    return h[1:], Cache(a.x, h, c, gates, y, a.U, a.W, a.h0, a.c0, None if p is None else a.p)


def backward(dh: Array, cache: Cache, to_input: bool = True, clip: float | None = None, dh_T: Array | None = None,
             dc_T: Array | None = None) -> Gradients:
    """to_input, clip, dh_T and dc_T as in the reference."""
    a = prepare(SHAPES, **_arrays(cache), dh=dh, dh_T=dh_T, dc_T=dc_T)
    dx, sums = np.empty(a.x.shape if to_input else (0, 0, 0), a.x.dtype), _sums(a.x, a.W, a.p)
    back, back_c = start(a.dh_T, a.h), start(a.dc_T, a.h)
    limit = a.x.dtype.type(np.inf if clip is None else clip)
    weights = transposed(a.U), transposed(a.W), _or_zeros(a.p, (3, len(a.W)))
    states = a.x, a.h, a.c, a.gates, a.y
    over_cases(loops.backward_cases, len(back), sums, a.dh, states, weights, limit, dx, back, back_c)
    return _gradients(dx if to_input else None, *sums, back, back_c, cache)


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, Rc0: Array, Rp: Array | None, cache: Cache
              ) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves; Rp where there are no peepholes."""
    a = prepare(SHAPES, **_arrays(cache), RW=RW, RU=RU, Rb=Rb, Rh0=Rh0, Rc0=Rc0, Rp=Rp, Rx=Rx)
    N, H = a.x.shape[1], len(a.W)
    Rh, Rc, Rgates = np.empty_like(a.h), np.empty_like(a.c), np.empty_like(a.gates)
    Rh[0], Rc[0] = a.Rh0, a.Rc0
    weights = _stacked(a.W, a.U, np.zeros_like(a.Rb)), _or_zeros(a.p, (3, H))  # b multiplies a one, which does not move
    Rweights = _stacked(a.RW, a.RU, a.Rb), _or_zeros(a.Rp, (3, H))
    states, Rstates = (a.x, a.h, a.c, a.gates, a.y), (_or_zeros(a.Rx, a.x.shape), Rh, Rc, Rgates)
    over_cases(loops.r_forward_cases, N, (), states, weights, Rstates, Rweights)
    return Rh[1:], RCache(None if Rx is None else a.Rx, Rh, Rc, Rgates, a.RU, a.RW, None if Rp is None else a.Rp)


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dh_T: Array | None = None,
               dc_T: Array | None = None, Rdh_T: Array | None = None, Rdc_T: Array | None = None) -> Gradients:
    """As in the reference."""
    a = prepare(SHAPES, **_arrays(cache), **r_cache._asdict(), dh=dh, Rdh=Rdh, dh_T=dh_T, dc_T=dc_T, Rdh_T=Rdh_T,
                Rdc_T=Rdc_T)
    Rdx, sums, H = np.empty(a.x.shape if to_input else (0, 0, 0), a.x.dtype), _sums(a.x, a.W, a.p), len(a.W)
    back, back_c, Rback, Rback_c = (start(d_T, a.h) for d_T in (a.dh_T, a.dc_T, a.Rdh_T, a.Rdc_T))
    weights = transposed(a.U), transposed(a.W), _or_zeros(a.p, (3, H))
    Rweights = transposed(a.RU), transposed(a.RW), _or_zeros(a.Rp, (3, H))
    states, Rstates = (a.x, a.h, a.c, a.gates, a.y), (_or_zeros(a.Rx, a.x.shape), a.Rh, a.Rc, a.Rgates)
    over_cases(loops.r_backward_cases, len(Rback), sums, a.Rdh, a.dh, states, weights, Rstates, Rweights, Rdx,
               back, back_c, Rback, Rback_c)
    return _gradients(Rdx if to_input else None, *sums, Rback, Rback_c, cache)


def _arrays(cache: Cache) -> dict[str, Array | None]:
    return {name: getattr(cache, name) for name in ("x", "W", "U", "h", "c", "gates", "y", "p")}


def _stacked(W: Array, U: Array, b: Array) -> Array:
    """Q = W over U over b (K, 4H)."""
    return np.concatenate([W, U, b[None]])



def _or_zeros(array: Array, shape: tuple[int, ...]) -> Array:
    """The array, or zeros of the shape where it is the empty one that stands for None."""
    return array if len(array) else np.zeros(shape, array.dtype)


def _sums(x: Array, W: Array, p: Array) -> tuple[Array, Array]:
    """Zeros: for each thread dQ, and dp where there are peepholes."""
    D, H, parts = x.shape[2], len(W), number_of_parts(x.shape[1])
    return np.zeros((parts, H + D + 1, 4 * H), x.dtype), np.zeros((parts, len(p), H), x.dtype)




def _gradients(dx: Array | None, dQ: Array, dp: Array, back: Array, back_c: Array, cache: Cache) -> Gradients:
    """The sums, taken apart."""
    dQ, H = dQ.sum(axis=0), back.shape[1]
    return Gradients(dx, dQ[H:-1], dQ[:H], dQ[-1], of_start(back, cache.h0), of_start(back_c, cache.c0),
                     dp.sum(axis=0) if dp.size else None)
