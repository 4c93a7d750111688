"""The compiled DNC's arguments as its loops take them, and their results as ref.cells.through_time gives them.

Inside, each case's memory is turned, (W, L).
"""

import numpy as np

from numba_kernels.cpu.memory.arrays import Axes, flat, state_axes, weight_axes
from ref.cells.dnc import Design, State

Array = np.ndarray


def axes(D: int, design: Design, lstm: bool) -> tuple[Axes, Axes]:
    """The axes (prepare) of the weights, and of a state that is one for all cases."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    state = {"M": f"{L} {W}", "u": f"{L}", "links": f"{L} {L}", "p": f"{L}", "w_write": f"{L}", "w_read": f"{R} {L}",
             "r": f"{R} {W}"}
    return weight_axes(D, design, lstm), state_axes(state, lstm)


def layout(design: Design) -> tuple[tuple[int, int], tuple[bool, int], bool, bool]:
    """sizes, phis, written_first and stopped of dnc.loops."""
    return ((design.n_read_heads, design.width), (design.contents == "tanh", int(design.strength == "oneplus")),
            design.order == "write first", design.usage_gradient == "stopped")


def shapes(design: Design) -> dict[str, tuple[int, ...]]:
    """Of one case's arrays at a step (dnc.heads)."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return {"S": (W + R + 4, L), "links": (L, L), "order": (L,), "seen": (3 + 4 * R, L)}


def begin(state: State, S: Array, links: Array, control: tuple[Array, ...]) -> None:
    """The start is written: all rows of S but the inverse lengths, links, and control's h, r and c."""
    W, (h, r, c, *_) = state.M.shape[-1], control
    S[:, :W], S[:, W + 1], S[:, W + 2], S[:, W + 3], S[:, W + 4 :] = (state.M.mT, state.u, state.p, state.w_write,
                                                                   state.w_read)
    links[:], r[0] = state.links, flat(state.r)
    if state.h is not None:
        h[0], c[0] = state.h, state.c


def ways_back(dend: State | None, N: int, H: int, design: Design, dtype) -> tuple[Array, ...]:
    """What comes to the last S, links, r, h and c: memory that may be written over."""
    of_S, of_links = (np.zeros((N, *shapes(design)[name]), dtype) for name in ("S", "links"))
    r, h, c = (np.zeros((1, N, size), dtype) for size in (design.n_read_heads * design.width, H, H))
    if dend is not None:
        begin(dend, of_S, of_links, (h, r, c))
    return of_S, of_links, r[0], h[0], c[0]


def as_state(S: Array, links: Array, r: Array, h: Array, c: Array, design: Design, lstm: bool) -> State:
    """The reference's state: views of S (..., W + R + 4, L), links, r (..., R W), h and c."""
    W = design.width
    return State(S[..., :W, :].mT, S[..., W + 1, :], links, S[..., W + 2, :], S[..., W + 3, :], S[..., W + 4 :, :],
                 r.reshape(*r.shape[:-1], -1, W), *((h, c) if lstm else (None, None)))
