"""The compiled NTM's arguments as its loops take them, and their results as ref.cells.through_time gives them.

Inside, the heads' blocks stand side by side (memory.interface), read and write heads in one array, and each case's
memory is turned, (W, L).
"""

from functools import cache

import numpy as np

from numba_kernels.cpu.memory import arrays
from numba_kernels.cpu.memory.arrays import Axes, flat, state_axes, weight_axes
from ref.cells import interface
from ref.cells.ntm import Design, State, Weights

Array = np.ndarray


def axes(D: int, design: Design, lstm: bool) -> tuple[Axes, Axes]:
    """The axes (prepare) of the weights, and of a state that is one for all cases."""
    L, W, R, P = design.n_locations, design.width, design.n_read_heads, design.n_write_heads
    state = {"M": f"{L} {W}", "w_read": f"{R} {L}", "w_write": f"{P} {L}", "r": f"{R} {W}"}
    return weight_axes(D, design, lstm), state_axes(state, lstm)


def layout(design: Design) -> tuple[tuple, tuple]:
    """layout and phis of ntm.loops."""
    return ((design.n_read_heads, design.width, 2 * design.shifts + 1, design.order == "write first"),
            (design.contents == "tanh", int(design.strength == "oneplus")))


@cache
def columns(design: Design) -> Array:
    """Which of the reference's columns of P stands where here: head by head."""
    *to_heads, e, a = (part[0] for part in interface.cut(np.arange(interface.size(design.pieces))[None], design.pieces))
    heads = [part[h] for five in (to_heads[:5], to_heads[5:]) for h in range(len(five[0])) for part in five]
    return np.concatenate([np.ravel(part) for part in (*heads, e, a)])


def head_by_head(weights: Weights, design: Design) -> Weights:
    """The weights with P's and q's columns as they stand here."""
    where = columns(design)
    return weights._replace(P=np.ascontiguousarray(weights.P[:, where]), q=weights.q[where])


def stacked(weights: Weights, design: Design) -> tuple[Array, Array, Array]:
    return arrays.stacked(head_by_head(weights, design), design)


def turned(weights: Weights, design: Design) -> tuple[Array, Array, Array, Array]:
    return arrays.turned(head_by_head(weights, design), design)


def taken_apart(dQ: Array, dPq: Array, D: int, design: Design, lstm: bool) -> Weights:
    """memory.arrays', and the columns back where the reference has them."""
    d, where = arrays.taken_apart(dQ, dPq, D, lstm), columns(design)
    dP, dq = np.empty_like(d.P), np.empty_like(d.q)
    dP[:, where], dq[where] = d.P, d.q
    return d._replace(P=dP, q=dq)


def ways_back(dend: State | None, N: int, H: int, design: Design, dtype) -> tuple[Array, ...]:
    """What comes to the last M, w, r, h and c: memory that may be written over."""
    L, W, R, K = design.n_locations, design.width, design.n_read_heads, design.n_read_heads + design.n_write_heads
    if dend is None:
        return tuple(np.zeros((N, *shape), dtype) for shape in ((W, L), (K, L), (R * W,), (H,), (H,)))
    h, c = (np.zeros((N, H), dtype) if d is None else d.copy() for d in (dend.h, dend.c))
    return dend.M.mT.copy(), np.concatenate([dend.w_read, dend.w_write], axis=1), flat(dend.r).copy(), h, c


def as_state(M: Array, w: Array, r: Array, h: Array, c: Array, design: Design, lstm: bool) -> State:
    """The reference's state, from M (..., W, L), w (..., K, L), r (..., R W), h and c (..., H)."""
    R = design.n_read_heads
    return State(M.mT, w[..., :R, :], w[..., R:, :], r.reshape(*r.shape[:-1], R, -1),
                 *((h, c) if lstm else (None, None)))
