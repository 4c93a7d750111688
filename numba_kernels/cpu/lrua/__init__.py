"""Least recently used access through time, compiled: the twin of ref.cells.through_time over ref.cells.lrua, which have
the equations.

Same functions and arguments; the caches are its own: every array of all steps in one (T + 1, N, ...), memory linear in
T.  What is different: the loop over time is machine code (lrua.loops); each thread takes some of the cases through all
of it, so that threads never wait for each other; the controller is taken for all these cases together (panels),
while each case's memory is written and read by itself (lrua.heads).  Hold BLAS to one thread, as OPENBLAS_NUM_THREADS=1
does, and set the number of threads with numba.set_num_threads or NUMBA_NUM_THREADS.

The order of usage is the reference's: of locations that are used alike, the lower index comes first.  Nothing is
differentiated with respect to the usage, so that a gradient's or a direction's is not looked at, and may be None.

Sums over cases are taken in as many parts as there are threads: another number of threads gives other last bits.

Arrays that are not contiguous are copied.  Raises TypeError for arrays of mixed or other dtypes than float32 and
float64, ValueError for shapes that do not fit each other; both name the argument.
"""

from dataclasses import astuple
from typing import NamedTuple

import numpy as np

from numba_kernels.cpu.lrua import loops, r_loops
from numba_kernels.cpu.lrua.arrays import as_state, axes, begin, layout, ways_back
from numba_kernels.cpu.memory.arrays import fit, fit_back, of_either, stacked, taken_apart, turned, zero_sums
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.threads import over_cases
from ref.cells.lrua import Design, State, Weights
from ref.cells.through_time import Gradients, of_start

Array = np.ndarray


class Cache(NamedTuple):
    x: Array
    weights: Weights
    start: State
    design: tuple  # the fields of Design
    control: tuple[Array, ...]  # h, r, c, tanh(c), gates: of lrua.loops, like all that follow
    said: tuple[Array, Array]  # v, slopes
    S: Array
    u: Array
    seen: tuple[Array, Array]  # least, seen


class RCache(NamedTuple):
    Rx: Array  # zeros where the inputs are data
    Rweights: Weights
    Rcontrol: tuple[Array, ...]  # Rh, Rr, Rc, Rgates: of lrua.r_loops, like all that follow
    Rv: Array
    RS: Array
    Rsaw: Array
    Rlast: State


def forward(x: Array, weights: tuple, start: tuple, design) -> tuple[Array, Cache]:
    """design: of ref.cells.lrua."""
    x = prepare({"x": "T N D"}, x=x).x
    weights, start = Weights(*weights), State(*start)
    lstm, (R, W, L) = weights.W is not None, (design.n_read_heads, design.width, design.n_locations)
    of_weights, of_state = axes(x.shape[2], design, lstm)
    x, weights, start = fit({"x": (x, "T N D")}, ("", weights, of_weights),
                            ("start.", start, of_either(of_state | {"u": f"{L}"})))
    (T, N, _), dtype, H, I = x.shape, x.dtype, len(weights.P), len(weights.q)
    sizes, phis, rule = layout(design)

    def empty(*shape: int) -> Array:
        return np.empty(shape, dtype)

    control = (np.zeros((T + 1, N, H), dtype), empty(T + 1, N, R * W),
               *((empty(T + 1, N, H), empty(T, N, H), empty(T, N, 4 * H)) if lstm else 3 * (empty(0, 0, 0),)))
    said, S, u = (empty(T, N, I), empty(T, N, sizes[2])), empty(T + 1, N, W + 1 + R, L), empty(T + 1, N, L)
    seen = np.empty((T, N, R), np.intp), empty(T, N, 2 * R, L)
    begin(start, S[0], control)
    u[0] = start.u
    over_cases(loops.forward_cases, N, (), x, control, said, S, u, seen, stacked(weights, design), sizes, phis,
               rule, float(design.usage_decay))
    return np.concatenate([control[0][1:], control[1][1:]], axis=2), Cache(x, weights, start, astuple(design), control,
                                                                         said, S, u, seen)


def backward(dy: Array, cache: Cache, to_input: bool = True, dend: tuple | None = None) -> Gradients:
    """to_input and dend as in the reference."""
    x, weights, design = cache.x, cache.weights, Design(*cache.design)
    (dy,), (dend,) = _fit_back(cache, {"dy": dy}, {"dend.": dend})
    (_, N, D), H, lstm = x.shape, len(weights.P), weights.W is not None
    dx, back = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), ways_back(dend, N, H, design, x.dtype)
    sums = zero_sums(cache)
    over_cases(loops.backward_cases, N, sums, dy, x, cache.control, cache.said, cache.S, cache.seen,
               turned(weights, design), *layout(design), dx, back)
    return Gradients(dx if to_input else None, taken_apart(*sums, D, lstm), _of_start(back, cache))


def r_forward(Rx: Array | None, Rweights: tuple, Rstart: tuple, cache: Cache) -> tuple[Array, RCache]:
    """Rx is None where the inputs are data, which no direction moves."""
    x, design, lstm = cache.x, Design(*cache.design), cache.weights.W is not None
    of_weights, of_state = axes(x.shape[2], design, lstm)
    Rx, Rweights, Rstart = fit(
        {"x": (x, "T N D"), "Rx": (Rx, "T N D ?")}, ("R", Weights(*Rweights), of_weights),
        ("Rstart.", State(*Rstart)._replace(u=None), of_either(of_state)))[1:]
    Rx = Rx if len(Rx) else np.zeros_like(x)
    h, r, c, _, gates = cache.control
    Rcontrol = Rh, Rr, Rc, _ = np.zeros_like(h), np.empty_like(r), np.empty_like(c), np.empty_like(gates)
    RS, Rv, Rsaw = map(np.empty_like, (cache.S, cache.said[0], cache.seen[1]))
    begin(Rstart, RS[0], Rcontrol)
    still = cache.weights._replace(b=np.zeros_like(cache.weights.b))  # b multiplies a one, which does not move
    over_cases(r_loops.r_forward_cases, x.shape[1], (), x, cache.control, cache.said, cache.S, cache.seen,
               stacked(still, design), *layout(design), Rx, Rcontrol, Rv, RS, Rsaw, stacked(Rweights, design))
    last = as_state(RS[-1], None, Rr[-1], Rh[-1], Rc[-1] if lstm else None, design, lstm)
    return np.concatenate([Rh[1:], Rr[1:]], axis=2), RCache(Rx, Rweights, Rcontrol, Rv, RS, Rsaw, last)


def r_backward(Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True, dend: tuple | None = None,
               Rdend: tuple | None = None) -> tuple[Gradients, State]:
    """As in the reference."""
    x, weights, design = cache.x, cache.weights, Design(*cache.design)
    (dy, Rdy), (dend, Rdend) = _fit_back(cache, {"dy": dy, "Rdy": Rdy}, {"dend.": dend, "Rdend.": Rdend})
    (_, N, D), H, lstm = x.shape, len(weights.P), weights.W is not None
    Rdx, sums = np.empty(x.shape if to_input else (0, 0, 0), x.dtype), zero_sums(cache)
    back, Rback = (ways_back(end, N, H, design, x.dtype) for end in (dend, Rdend))
    over_cases(r_loops.r_backward_cases, N, sums, Rdy, dy, x, cache.control, cache.said, cache.S, cache.seen,
               turned(weights, design), *layout(design), r_cache.Rx, r_cache.Rcontrol, r_cache.Rv, r_cache.RS,
               r_cache.Rsaw, turned(r_cache.Rweights, design), Rdx, back, Rback)
    return (Gradients(Rdx if to_input else None, taken_apart(*sums, D, lstm), _of_start(Rback, cache)),
            _of_start(back, cache))


def trace(cache: Cache) -> State:
    """The states 0, ..., T as one, each array (T + 1, N, ...): views of the cache."""
    h, r, c, _, _ = cache.control
    return as_state(cache.S, cache.u, r, h, c, Design(*cache.design), cache.weights.W is not None)


def last_r(r_cache: RCache) -> State:
    """The derivative of the last state along the direction."""
    return r_cache.Rlast


def _fit_back(cache: Cache, gradients: dict[str, Array], ends: dict[str, tuple | None]) -> tuple[tuple, tuple]:
    ends = {prefix: None if end is None else State(*end)._replace(u=None) for prefix, end in ends.items()}
    of_cache = axes(cache.x.shape[2], Design(*cache.design), cache.weights.W is not None)
    return fit_back(cache, of_cache, gradients, ends)


def _of_start(back: tuple[Array, ...], cache: Cache) -> State:
    """The gradient of the start from what comes to its S, r, h and c."""
    S, *others = back
    return of_start(as_state(S, None, *others, Design(*cache.design), cache.weights.W is not None), cache.start)
