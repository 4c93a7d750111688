"""The compiled DNC's arguments as its loops take them, and their results as ref.cells.through_time gives them.

Inside, the matrices of the controller stand one above the other (ntm_loops), and each case's memory is turned, (W, L).
"""

import numpy as np

from numba_kernels.cpu.ntm_arrays import flat
from numba_kernels.cpu.states import transposed
from ref.cells import interface
from ref.cells.dnc import Design, State, Weights

Array = np.ndarray


def axes(D: int, design: Design, lstm: bool) -> tuple[dict[str, str], dict[str, str]]:
    """The axes (prepare) of the weights, and of a state that is one for all cases; H comes from the first weights."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    I, gates = interface.size(design.pieces), "4H" if lstm else "H"
    weights = ({"W": "H 4H"} if lstm else {}) | {"U": f"{D + R * W} {gates}", "b": gates, "P": f"H {I}", "q": f"{I}"}
    state = {"M": f"{L} {W}", "u": f"{L}", "links": f"{L} {L}", "p": f"{L}", "w_write": f"{L}", "w_read": f"{R} {L}",
             "r": f"{R} {W}"}
    return weights, state | ({"h": "H", "c": "H"} if lstm else {})


def layout(design: Design) -> tuple[tuple[int, int], tuple[bool, int], bool, bool]:
    """sizes, phis, written_first and stopped of dnc_loops."""
    return ((design.n_read_heads, design.width), (design.contents == "tanh", int(design.strength == "oneplus")),
            design.order == "write first", design.usage_gradient == "stopped")


def shapes(design: Design) -> dict[str, tuple[int, ...]]:
    """Of one case's arrays at a step (dnc_heads)."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return {"S": (W + R + 4, L), "links": (L, L), "order": (L,), "seen": (3 + 4 * R, L)}


def stacked(weights: Weights, design: Design) -> tuple[Array, Array, Array]:
    """Q, P and q of ntm_loops."""
    U, W, b, P, q = weights
    to_r = len(U) - design.n_read_heads * design.width
    return np.concatenate([*([] if W is None else [W]), U[to_r:], U[:to_r], b[None]]), P, q


def turned(weights: Weights, design: Design) -> tuple[Array, Array, Array, Array]:
    """Wᵀ, the transposes of U's rows for r and for x, and Pᵀ; Wᵀ is empty without an LSTM."""
    U, W, _, P, _ = weights
    to_r = len(U) - design.n_read_heads * design.width
    return (np.empty((0, 0), U.dtype) if W is None else transposed(W), transposed(U[to_r:]), transposed(U[:to_r]),
            transposed(P))


def taken_apart(dQ: Array, dPq: Array, D: int, lstm: bool) -> Weights:
    """The weights' gradients from the threads' sums."""
    dQ, dPq = dQ.sum(axis=0), dPq.sum(axis=0)
    H = len(dPq) - 1 if lstm else 0
    return Weights(np.concatenate([dQ[-1 - D : -1], dQ[H : -1 - D]]), dQ[:H] if lstm else None, dQ[-1], dPq[:-1],
                   dPq[-1])


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
