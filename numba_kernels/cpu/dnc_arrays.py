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


def memory_shapes(design: Design) -> tuple[tuple[int, ...], ...]:
    """Of one case's m, inverse, u, links, p, ww, wr."""
    L, W, R = design.n_locations, design.width, design.n_read_heads
    return (W, L), (L,), (L,), (L, L), (L,), (L,), (R, L)


def seen_shapes(design: Design) -> tuple[tuple[int, ...], ...]:
    """Of one case's a, similarity, content, similarities, contents, b, f."""
    L, R = design.n_locations, design.n_read_heads
    return (L,), (L,), (L,), (R, L), (R, L), (R, L), (R, L)


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


def begin(state: State, memory: tuple[Array, ...], control: tuple[Array, ...]) -> None:
    """The start's arrays are written: memory's but for inverse, and control's."""
    (m, _, u, links, p, ww, wr), (h, r, c, *_) = memory, control
    m[0], u[0], links[0], p[0], ww[0], wr[0] = (state.M.mT, state.u, state.links, state.p, state.w_write, state.w_read)
    r[0] = flat(state.r)
    if state.h is not None:
        h[0], c[0] = state.h, state.c


def ways_back(dend: State | None, N: int, H: int, design: Design, dtype) -> tuple[Array, ...]:
    """What comes to the last m, u, links, p, ww, wr, r, h and c: memory that may be written over."""
    if dend is None:
        m, _, *shapes = memory_shapes(design)
        return tuple(np.zeros((N, *shape), dtype)
                     for shape in (m, *shapes, (design.n_read_heads * design.width,), (H,), (H,)))
    M, u, links, p, ww, wr, r, h, c = dend
    h, c = (np.zeros((N, H), dtype) if d is None else d for d in (h, c))
    return tuple(array.copy() for array in (M.mT, u, links, p, ww, wr, flat(r), h, c))


def as_state(m: Array, u: Array, links: Array, p: Array, ww: Array, wr: Array, r: Array, h: Array, c: Array,
             design: Design, lstm: bool) -> State:
    """The reference's state, from m (..., W, L) and r (..., R W)."""
    r = r.reshape(*r.shape[:-1], design.n_read_heads, -1)
    return State(m.mT, u, links, p, ww, wr, r, *((h, c) if lstm else (None, None)))
