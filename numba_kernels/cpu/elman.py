"""Elman recurrence, compiled: the twin of ref.layers.elman, which has the equations; its loops over time: elman_loops.

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

from numba_kernels.cpu import elman_loops
from numba_kernels.cpu.activations import CODES
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.step_caches import StepCaches, StepRCaches
from numba_kernels.cpu.threads import number_of_parts, over_cases
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
    over_cases(elman_loops.forward_cases, N, (), x, h, U, W, b, code)
    return h[1:], Cache(x, h, U, W, phi, StepCaches(phi, h))


def backward(dh: Array, cache: Cache, damped: Array | None = None, to_input: bool = True, clip: float | None = None
             ) -> tuple[Array | None, ...]:
    """Return dx, dU, dW, db, dh0; damped, to_input and clip as in the reference."""
    x, h, U, W, phi, _ = cache
    code = _code(phi)
    x, h, U, W, dh, damped = prepare("T N D, T+1 N H, D H, H H, T N H, T N H?",
                                     x=x, h=h, U=U, W=W, dh=dh, damped=damped)
    dx, (sums, back) = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), _sums(x, W)
    limit = x.dtype.type(np.inf if clip is None else clip)
    over_cases(elman_loops.backward_cases, len(back), sums, dh, damped, x, h, _transposed(U), _transposed(W), code,
               limit, dx, back)
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
    over_cases(elman_loops.r_forward_cases, N, (), x, h, U, W, code, moved, Rh, RU, RW, Rb)
    return Rh[1:], RCache(None if Rx is None else moved, Rh, RU, RW, StepRCaches(phi, h, Rh))


def r_backward(Rdh: Array, dh: Array, cache: Cache, r_cache: RCache, to_input: bool = True
               ) -> tuple[Array | None, ...]:
    """Return Rdx, RdU, RdW, Rdb, Rdh0."""
    x, h, U, W, phi, _ = cache
    code = _code(phi)
    Rx, Rh, RU, RW, _ = r_cache
    x, h, U, W, Rh, RU, RW, dh, Rdh, Rx = prepare("T N D, T+1 N H, D H, H H, T+1 N H, D H, H H, T N H, T N H, T N D?",
                                                  x=x, h=h, U=U, W=W, Rh=Rh, RU=RU, RW=RW, dh=dh, Rdh=Rdh, Rx=Rx)
    Rdx, (sums, Rback) = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), _sums(x, W)
    over_cases(elman_loops.r_backward_cases, len(Rback), sums, Rdh, dh, x, h, _transposed(U), _transposed(W), code,
               Rx, Rh, _transposed(RU), _transposed(RW), Rdx, Rback)
    return Rdx if to_input else None, *(part.sum(axis=0) for part in (*sums, Rback))


def _code(phi: str) -> int:
    if phi not in CODES:
        raise ValueError(f"phi is {phi!r} but must be one of {', '.join(CODES)}; ref.layers.elman has others")
    return CODES[phi]


def _transposed(A: Array) -> Array:
    """Aᵀ as an array of its own: BLAS is slower where it has to transpose at every step."""
    return np.ascontiguousarray(A.T)


def _sums(x: Array, W: Array) -> tuple[tuple[Array, Array, Array], Array]:
    """Zeros: for each thread dU, dW and db; what comes to h_t from the next step."""
    (_, N, D), H, parts = x.shape, len(W), number_of_parts(x.shape[1])
    return tuple(np.zeros((parts, *shape), x.dtype) for shape in ((D, H), (H, H), (H,))), np.zeros((N, H), x.dtype)
