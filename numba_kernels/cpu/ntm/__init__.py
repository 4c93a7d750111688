"""The NTM through time, compiled: the twin of ref.cells.through_time over ref.cells.ntm, which have the equations.

Same functions and arguments; the caches are its own: every array of all steps in one (T + 1, N, ...), memory linear in
T.  What is different: the loop over time is machine code (ntm.loops); each thread takes some of the cases through all
of it, so that threads never wait for each other; the controller is taken for all these cases together (panels),
while each case's memory is looked at, written and read by itself (ntm.heads).  Hold BLAS to one thread, as
OPENBLAS_NUM_THREADS=1 does, and set the number of threads with numba.set_num_threads or NUMBA_NUM_THREADS.

Sums over cases are taken in as many parts as there are threads: another number of threads gives other last bits.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.
"""

from dataclasses import astuple
from typing import NamedTuple

import numpy as np

from numba_kernels.cpu.memory.arrays import fit, fit_back, flat, of_either, zero_sums
from numba_kernels.cpu.ntm import loops, r_loops
from numba_kernels.cpu.ntm.arrays import as_state, axes, layout, stacked, taken_apart, turned, ways_back
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.threads import over_cases
from ref.cells.ntm import Design, State, Weights
from ref.cells.through_time import Gradients, of_start

Array = np.ndarray


class Cache(NamedTuple):
    x: Array
    weights: Weights
    start: State
    design: tuple  # the fields of Design
    control: tuple[Array, ...]  # h, r, c, tanh(c), gates: of ntm.loops, like all that follow
    said: tuple[Array, Array]  # v, slopes
    memory: tuple[Array, Array, Array]  # M, inverse, w
    seen: tuple[Array, Array, Array]  # similarity, content, logs


class RCache(NamedTuple):
    Rx: Array  # zeros where the inputs are data
    Rweights: Weights
    Rcontrol: tuple[Array, ...]  # Rh, Rr, Rc, Rgates
    Rv: Array
    Rmemory: tuple[Array, Array, Array]  # RM, rates, Rw
    Rseen: tuple[Array, Array, Array]
    Rlast: State


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
    over_cases(loops.forward_cases, N, (), x, (h, r, c, y, gates), said, memory, seen, stacked(weights, design),
               *layout(design))
    return (np.concatenate([h[1:], r[1:]], axis=2),
            Cache(x, weights, start, astuple(design), (h, r, c, y, gates), said, memory, seen))


def backward(dy: Array, cache: Cache, to_input: bool = True, dend: tuple | None = None) -> Gradients:
    """to_input and dend as in the reference."""
    x, weights, design = cache.x, cache.weights, Design(*cache.design)
    (dy,), (dend,) = _fit_back(cache, {"dy": dy}, {"dend.": dend})
    (_, N, D), H, lstm = x.shape, len(weights.P), weights.W is not None
    dx, back = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), ways_back(dend, N, H, design, x.dtype)
    sums = zero_sums(cache)
    over_cases(loops.backward_cases, N, sums, dy, x, cache.control, cache.said, cache.memory, cache.seen,
               turned(weights, design), *layout(design), dx, back)
    return Gradients(dx if to_input else None, taken_apart(*sums, D, design, lstm),
                     of_start(as_state(*back, design, lstm), cache.start))


def r_forward(Rx: Array | None, Rweights: tuple, Rstart: tuple, cache: Cache) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves."""
    x, design, lstm = cache.x, Design(*cache.design), cache.weights.W is not None
    of_weights, of_state = axes(x.shape[2], design, lstm)
    Rx, Rweights, Rstart = fit(
        {"x": (x, "T N D"), "Rx": (Rx, "T N D ?")}, ("R", Weights(*Rweights), of_weights),
        ("Rstart.", State(*Rstart), of_either(of_state)))[1:]
    Rx = Rx if len(Rx) else np.zeros_like(x)
    (h, r, c, _, gates), R = cache.control, design.n_read_heads
    Rcontrol = Rh, Rr, Rc, Rgates = np.zeros_like(h), np.empty_like(r), np.empty_like(c), np.empty_like(gates)
    RM, _, Rw = Rmemory = tuple(map(np.empty_like, cache.memory))
    Rv, Rseen = np.empty_like(cache.said[0]), tuple(map(np.empty_like, cache.seen))
    RM[0], Rw[0, :, :R], Rw[0, :, R:], Rr[0] = Rstart.M.mT, Rstart.w_read, Rstart.w_write, flat(Rstart.r)
    if lstm:
        Rh[0], Rc[0] = Rstart.h, Rstart.c
    still = cache.weights._replace(b=np.zeros_like(cache.weights.b))  # b multiplies a one, which does not move
    over_cases(r_loops.r_forward_cases, x.shape[1], (), x, cache.control, cache.said, cache.memory, cache.seen,
               stacked(still, design), *layout(design), Rx, Rcontrol, Rv, Rmemory, Rseen, stacked(Rweights, design))
    last = as_state(RM[-1], Rw[-1], Rr[-1], Rh[-1], Rc[-1] if lstm else None, design, lstm)
    return (np.concatenate([Rh[1:], Rr[1:]], axis=2), RCache(Rx, Rweights, Rcontrol, Rv, Rmemory, Rseen, last))


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dend: tuple | None = None,
               Rdend: tuple | None = None) -> tuple[Gradients, State]:
    """As in the reference."""
    x, weights, design = cache.x, cache.weights, Design(*cache.design)
    (dy, Rdy), (dend, Rdend) = _fit_back(cache, {"dy": dy, "Rdy": Rdy}, {"dend.": dend, "Rdend.": Rdend})
    (_, N, D), H, lstm = x.shape, len(weights.P), weights.W is not None
    Rdx, sums = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), zero_sums(cache)
    back, Rback = (ways_back(end, N, H, design, x.dtype) for end in (dend, Rdend))
    over_cases(r_loops.r_backward_cases, N, sums, Rdy, dy, x, cache.control, cache.said, cache.memory, cache.seen,
               turned(weights, design), *layout(design), r_cache.Rx, r_cache.Rcontrol, r_cache.Rv, r_cache.Rmemory,
               r_cache.Rseen, turned(r_cache.Rweights, design), Rdx, back, Rback)
    R, dstart = (of_start(as_state(*ways, design, lstm), cache.start) for ways in (Rback, back))
    return Gradients(Rdx if to_input else None, taken_apart(*sums, D, design, lstm), R), dstart


def trace(cache: Cache) -> State:
    """The states 0, ..., T as one, each array (T + 1, N, ...): views of the cache."""
    (M, _, w), (h, r, c, _, _) = cache.memory, cache.control
    return as_state(M, w, r, h, c, Design(*cache.design), cache.weights.W is not None)


def last_r(r_cache: RCache) -> State:
    """The derivative of the last state along the direction."""
    return r_cache.Rlast


def _fit_back(cache: Cache, gradients: dict[str, Array], ends: dict[str, tuple | None]) -> tuple[tuple, tuple]:
    ends = {prefix: None if end is None else State(*end) for prefix, end in ends.items()}
    of_cache = axes(cache.x.shape[2], Design(*cache.design), cache.weights.W is not None)
    return fit_back(cache, of_cache, gradients, ends)
