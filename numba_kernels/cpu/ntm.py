"""The NTM through time, compiled: the twin of ref.cells.through_time over ref.cells.ntm, which have the equations.

Same functions and arguments; the caches are its own: every array of all steps in one (T + 1, N, ...), memory linear in
T.  What is different: the loop over time is machine code (ntm_loops); each thread takes some of the cases through all
of it, so that threads never wait for each other; the controller's products are BLAS's, of all these cases together,
while each case's memory is looked at, written and read by itself (ntm_heads).  Hold BLAS to one thread, as
OPENBLAS_NUM_THREADS=1 does, and set the number of threads with numba.set_num_threads or NUMBA_NUM_THREADS.

Sums over cases are taken in as many parts as there are threads: another number of threads gives other last bits.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.
"""

from typing import NamedTuple

import numpy as np

from numba_kernels.cpu import ntm_loops
from numba_kernels.cpu.ntm_arrays import (
    as_state, axes, fit, flat, layout, of_each, of_either, stacked, taken_apart, turned, ways_back,
)
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.threads import number_of_parts, over_cases
from ref.cells.ntm import Design, State, Weights
from ref.cells.through_time import Gradients, of_start

Array = np.ndarray


class Cache(NamedTuple):
    x: Array
    weights: Weights
    start: State
    design: Design
    control: tuple[Array, ...]  # h, r, c, tanh(c), gates: of ntm_loops, like all that follow
    said: tuple[Array, Array]  # v, slopes
    memory: tuple[Array, Array, Array]  # M, inverse, w
    seen: tuple[Array, Array, Array]  # similarity, content, logs


def forward(x: Array, weights: tuple, start: tuple, design) -> tuple[Array, Cache]:
    """design: of ref.cells.ntm."""
    x = prepare({"x": "T N D"}, x=x).x
    weights, start = Weights(*weights), State(*start)
    lstm = weights.W is not None
    of_weights, of_state = axes(x.shape[2], design, lstm)
    x, weights, start = fit({"x": (x, "T N D")}, ("", weights, of_weights), ("start.", start, of_either(of_state)))
    (T, N, _), dtype, H, I = x.shape, x.dtype, len(weights.P), len(weights.q)
    L, W, R, K = design.n_locations, design.width, design.n_read_heads, design.n_read_heads + design.n_write_heads

    def empty(*shape: int) -> Array:
        return np.empty(shape, dtype)

    h, r = np.zeros((T + 1, N, H), dtype), empty(T + 1, N, R * W)
    c, y, gates = (empty(T + 1, N, H), empty(T, N, H), empty(T, N, 4 * H)) if lstm else 3 * (empty(0, 0, 0),)
    M, inverse, w = memory = empty(T + 1, N, W, L), empty(T + 1, N, L), empty(T + 1, N, K, L)
    said, seen = (empty(T, N, I), empty(T, N, K, 2)), tuple(empty(T, N, K, L) for _ in range(3))
    M[0], w[0, :, :R], w[0, :, R:], r[0] = start.M.mT, start.w_read, start.w_write, flat(start.r)
    if lstm:
        h[0], c[0] = start.h, start.c
    over_cases(ntm_loops.forward_cases, N, (), x, (h, r, c, y, gates), said, memory, seen, stacked(weights, design),
               *layout(design))
    return (np.concatenate([h[1:], r[1:]], axis=2),
            Cache(x, weights, start, design, (h, r, c, y, gates), said, memory, seen))


def backward(dy: Array, cache: Cache, to_input: bool = True, dend: tuple | None = None) -> Gradients:
    """to_input and dend as in the reference."""
    x, weights, design = cache.x, cache.weights, cache.design
    (dy,), (dend,) = _fit(cache, {"dy": dy}, {"dend.": dend})
    (T, N, D), H, lstm = x.shape, len(weights.P), weights.W is not None
    dx, back = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), ways_back(dend, N, H, design, x.dtype)
    sums = _sums(cache)
    over_cases(ntm_loops.backward_cases, N, sums, dy, x, cache.control, cache.said, cache.memory, cache.seen,
               turned(weights, design), *layout(design), dx, back)
    return Gradients(dx if to_input else None, taken_apart(*sums, D, design, lstm),
                     of_start(as_state(*back, design, lstm), cache.start))


def trace(cache: Cache) -> State:
    """The states 0, ..., T as one, each array (T + 1, N, ...): views of the cache."""
    (M, _, w), (h, r, c, _, _) = cache.memory, cache.control
    return as_state(M, w, r, h, c, cache.design, cache.weights.W is not None)


def _fit(cache: Cache, gradients: dict[str, Array], ends: dict[str, tuple | None]) -> tuple[tuple, tuple]:
    """dy and its like, dend and its like, ready for the loops."""
    of_weights, of_state = axes(cache.x.shape[2], cache.design, cache.weights.W is not None)
    C = len(cache.weights.P) + cache.control[1].shape[2]
    arrays = {"x": (cache.x, "T N D")} | {name: (array, f"T N {C}") for name, array in gradients.items()}
    states = ((prefix, None if end is None else State(*end), of_each(of_state)) for prefix, end in ends.items())
    ready = fit(arrays, ("", cache.weights, of_weights), *states)
    return ready[1 : 1 + len(gradients)], ready[2 + len(gradients) :]


def _sums(cache: Cache) -> tuple[Array, Array]:
    """Zeros: for each thread dQ and dP above dq."""
    parts, (H, I) = number_of_parts(cache.x.shape[1]), cache.weights.P.shape
    rows = (0 if cache.weights.W is None else H) + len(cache.weights.U) + 1
    return (np.zeros((parts, rows, len(cache.weights.b)), cache.x.dtype),
            np.zeros((parts, H + 1, I), cache.x.dtype))
