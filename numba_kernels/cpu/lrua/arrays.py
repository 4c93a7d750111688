"""The compiled LRUA's arguments as its loops take them, and their results as ref.cells.through_time gives them.

Inside, each case's memory is turned, (W, L).
"""

import numpy as np

from numba_kernels.cpu.memory.arrays import Axes, flat, state_axes, weight_axes
from ref.cells.lrua import Design, State

Array = np.ndarray


def axes(D: int, design: Design, lstm: bool) -> tuple[Axes, Axes]:
    """The axes (prepare) of the weights, and of what has a gradient of a state that is one for all cases."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return (weight_axes(D, design, lstm),
            state_axes({"M": f"{L} {W}", "w_read": f"{R} {L}", "r": f"{R} {W}"}, lstm))


def layout(design: Design) -> tuple[tuple[int, int, int, bool], tuple[bool, int], tuple[bool, int]]:
    """sizes, phis and rule of lrua.loops."""
    R, strengths = design.n_read_heads, 0 if design.strength == "none" else design.n_read_heads
    return ((R, design.width, strengths, design.separate_add),
            (design.contents == "tanh", int(design.strength == "oneplus")),
            (design.spread == "one each", 1 if design.zeroes == "first" else R))


def begin(state: State, S: Array, control: tuple[Array, ...]) -> None:
    """The start is written: S, whose inverse lengths nothing looks at, and control's h, r and c."""
    W, (h, r, c, *_) = state.M.shape[-1], control
    S[:, :W], S[:, W], S[:, W + 1 :], r[0] = state.M.mT, 0, state.w_read, flat(state.r)
    if state.h is not None:
        h[0], c[0] = state.h, state.c


def ways_back(dend: State | None, N: int, H: int, design: Design, dtype) -> tuple[Array, ...]:
    """What comes to the last S, r, h and c: memory that may be written over."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    S = np.zeros((N, W + 1 + R, L), dtype)
    r, h, c = (np.zeros((1, N, size), dtype) for size in (R * W, H, H))
    if dend is not None:
        begin(dend, S, (h, r, c))
    return S, r[0], h[0], c[0]


def as_state(S: Array, u: Array | None, r: Array, h: Array, c: Array, design: Design, lstm: bool) -> State:
    """The reference's state: views of S (..., W + 1 + R, L), u, r (..., R W), h and c."""
    W = design.width
    return State(S[..., :W, :].mT, S[..., W + 1 :, :], u, r.reshape(*r.shape[:-1], -1, W),
                 *((h, c) if lstm else (None, None)))
