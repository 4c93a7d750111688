"""Elman recurrence, compiled: the twin of ref.layers.elman, which has the equations; its loops over time: elman.loops.

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

from numba_kernels.cpu.activations import CODES
from numba_kernels.cpu.elman import loops
from numba_kernels.cpu.elman.step_caches import StepCaches, StepRCaches
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.states import of_start, start, transposed
from numba_kernels.cpu.threads import number_of_parts, over_cases
from ref.layers.elman import Cache, RCache

Array = np.ndarray
SHAPES = {
    "x": "T N D", "h": "T+1 N H", "U": "D H", "W": "H H", "b": "H", "h0": "H | N H",
    "dh": "T N H", "damped": "T N H ?", "dh_T": "N H ?",
    "Rx": "T N D ?", "Rh": "T+1 N H", "RU": "D H", "RW": "H H", "Rb": "H", "Rh0": "H | N H",
    "Rdh": "T N H", "Rdh_T": "N H ?",
}


def forward(x: Array, U: Array, W: Array, b: Array, h0: Array, a: Array | None = None, phi: str = "tanh"
            ) -> tuple[Array, Cache]:
    """Return h (T, N, H) and the cache; a must be None, as no phi that has a compiled form has slopes of its own."""
    code = _code(phi)
    _require_none("a", a, phi)
    given = prepare(SHAPES, x=x, U=U, W=W, b=b, h0=h0)
    x, U, W, h0 = given.x, given.U, given.W, given.h0
    T, N, _ = x.shape
    h = np.empty((T + 1, N, len(W)), x.dtype)
    h[0] = h0
    over_cases(loops.forward_cases, N, (), x, h, U, W, given.b, code)
    return h[1:], Cache(x, h, U, W, h0, phi, StepCaches(phi, h))


def backward(dh: Array, cache: Cache, damped: Array | None = None, to_input: bool = True, clip: float | None = None,
             dh_T: Array | None = None) -> tuple[Array | None, ...]:
    """Return dx, dU, dW, db, dh0 and None for da; damped, to_input, clip and dh_T as in the reference."""
    code = _code(cache.phi)
    a = prepare(SHAPES, **_arrays(cache), dh=dh, damped=damped, dh_T=dh_T)
    dx, sums, back = np.empty(a.x.shape if to_input else (0, 0, 0), a.x.dtype), _sums(a.x, a.W), start(a.dh_T, a.h)
    limit = a.x.dtype.type(np.inf if clip is None else clip)
    over_cases(loops.backward_cases, len(back), sums, a.dh, a.damped, a.x, a.h,
               transposed(a.U), transposed(a.W), code, limit, dx, back)
    return dx if to_input else None, *(part.sum(axis=0) for part in sums), of_start(back, cache.h0), None


def r_forward(Rx: Array | None, RU: Array, RW: Array, Rb: Array, Rh0: Array, Ra: Array | None, cache: Cache
              ) -> tuple[Array, RCache]:
    """Return Rh (T, N, H) and the R-cache; Rx is None where the inputs are data, and Ra must be None, like a."""
    code = _code(cache.phi)
    _require_none("Ra", Ra, cache.phi)
    a = prepare(SHAPES, **_arrays(cache), RU=RU, RW=RW, Rb=Rb, Rh0=Rh0, Rx=Rx)
    Rh = np.empty_like(a.h)
    Rh[0] = a.Rh0
    over_cases(loops.r_forward_cases, a.x.shape[1], (), a.x, a.h, a.U, a.W, code, a.Rx, Rh, a.RU, a.RW, a.Rb)
    return Rh[1:], RCache(None if Rx is None else a.Rx, Rh, a.RU, a.RW, StepRCaches(cache.phi, a.h, Rh))


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dh_T: Array | None = None,
               Rdh_T: Array | None = None) -> tuple[Array | None, ...]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0 and None for Rda."""
    code = _code(cache.phi)
    a = prepare(SHAPES, **_arrays(cache), Rh=r_cache.Rh, RU=r_cache.RU, RW=r_cache.RW, dh=dh, Rdh=Rdh, Rx=r_cache.Rx,
                dh_T=dh_T, Rdh_T=Rdh_T)
    Rdx, sums = np.empty(a.x.shape if to_input else (0, 0, 0), a.x.dtype), _sums(a.x, a.W)
    back, Rback = start(a.dh_T, a.h), start(a.Rdh_T, a.h)
    over_cases(loops.r_backward_cases, len(Rback), sums, a.Rdh, a.dh, a.x, a.h,
               transposed(a.U), transposed(a.W), code, a.Rx, a.Rh, transposed(a.RU), transposed(a.RW),
               Rdx, back, Rback)
    return Rdx if to_input else None, *(part.sum(axis=0) for part in sums), of_start(Rback, cache.h0), None


def _code(phi: str) -> int:
    if phi not in CODES:
        raise ValueError(f"phi is {phi!r} but must be one of {', '.join(CODES)}; ref.layers.elman has others")
    return CODES[phi]



def _require_none(name: str, slopes: Array | None, phi: str) -> None:
    if slopes is not None:
        raise ValueError(f"{name} has shape {np.shape(slopes)} but must be None for phi={phi!r}")


def _arrays(cache: Cache) -> dict[str, Array]:
    return {"x": cache.x, "h": cache.h, "U": cache.U, "W": cache.W}


def _sums(x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Zeros: for each thread dU, dW and db."""
    D, H, parts = x.shape[2], len(W), number_of_parts(x.shape[1])
    return tuple(np.zeros((parts, *shape), x.dtype) for shape in ((D, H), (H, H), (H,)))
