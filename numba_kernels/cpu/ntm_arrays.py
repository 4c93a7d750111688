"""The compiled NTM's arguments as its loops take them, and their results as ref.cells.through_time gives them.

Inside, the heads' blocks stand side by side (ntm_interface), the matrices of the controller one above the other
(ntm_loops), read and write heads in one array, and each case's memory is turned, (W, L).
"""

import numpy as np

from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.states import transposed
from ref.cells import interface
from ref.cells.ntm import Design, State, Weights

Array = np.ndarray


def axes(D: int, design: Design, lstm: bool) -> tuple[dict[str, str], dict[str, str]]:
    """The axes (prepare) of the weights, and of a state that is one for all cases; H comes from the first weights."""
    L, W, R, P = design.n_locations, design.width, design.n_read_heads, design.n_write_heads
    I, gates = interface.size(design.pieces), "4H" if lstm else "H"
    weights = ({"W": "H 4H"} if lstm else {}) | {"U": f"{D + R * W} {gates}", "b": gates, "P": f"H {I}", "q": f"{I}"}
    state = {"M": f"{L} {W}", "w_read": f"{R} {L}", "w_write": f"{P} {L}", "r": f"{R} {W}"}
    return weights, state | ({"h": "H", "c": "H"} if lstm else {})


def of_either(state: dict[str, str]) -> dict[str, str]:
    """One for all cases, or each case's own."""
    return {name: f"{own} | N {own}" for name, own in state.items()}


def of_each(state: dict[str, str]) -> dict[str, str]:
    return {name: f"N {own}" for name, own in state.items()}


def fit(arrays: dict[str, tuple[Array, str]], *groups: tuple[str, tuple | None, dict[str, str]]) -> tuple:
    """The arrays and groups, ready for the loops.

    arrays  name -> array and axes (prepare); the first is what the others must fit
    groups  a prefix of their names, a named tuple of arrays, and the axes of those of its fields that are no None
    """
    shapes, given = ({name: pair[k] for name, pair in arrays.items()} for k in (1, 0))
    for prefix, group, axes in groups:
        for field in () if group is None else group._fields:
            if field not in axes and (array := getattr(group, field)) is not None:
                raise ValueError(f"{prefix}{field} has shape {np.shape(array)} but must be None where the weights have "
                                 f"no W")
        for field, own in () if group is None else axes.items():
            shapes[prefix + field], given[prefix + field] = own, getattr(group, field)
    ready = vars(prepare(shapes, **given))
    return (*(ready[name] for name in arrays),
            *(group and type(group)(*(ready.get(prefix + field) for field in group._fields))
              for prefix, group, _ in groups))


def layout(design: Design) -> tuple[tuple, tuple]:
    """layout and phis of ntm_loops."""
    return ((design.n_read_heads, design.width, 2 * design.shifts + 1, design.order == "write first"),
            (design.contents == "tanh", int(design.strength == "oneplus")))


def columns(design: Design) -> Array:
    """Which of the reference's columns of P stands where here: head by head."""
    *to_heads, e, a = (part[0] for part in interface.cut(np.arange(interface.size(design.pieces))[None], design.pieces))
    heads = [part[h] for five in (to_heads[:5], to_heads[5:]) for h in range(len(five[0])) for part in five]
    return np.concatenate([np.ravel(part) for part in (*heads, e, a)])


def stacked(weights: Weights, design: Design) -> tuple[Array, Array, Array]:
    """Q, P and q of ntm_loops."""
    U, W, b, P, q = weights
    to_r, where = len(U) - design.n_read_heads * design.width, columns(design)
    return (np.concatenate([*([] if W is None else [W]), U[to_r:], U[:to_r], b[None]]),
            np.ascontiguousarray(P[:, where]), q[where])


def turned(weights: Weights, design: Design) -> tuple[Array, Array, Array, Array]:
    """Wᵀ, the transposes of U's rows for r and for x, and Pᵀ; Wᵀ is empty without an LSTM."""
    U, W, _, P, _ = weights
    to_r = len(U) - design.n_read_heads * design.width
    return (np.empty((0, 0), U.dtype) if W is None else transposed(W), transposed(U[to_r:]), transposed(U[:to_r]),
            transposed(P[:, columns(design)]))


def taken_apart(dQ: Array, dPq: Array, D: int, design: Design, lstm: bool) -> Weights:
    """The weights' gradients from the threads' sums."""
    dQ, dPq, where = dQ.sum(axis=0), dPq.sum(axis=0), columns(design)
    H = len(dPq) - 1 if lstm else 0
    dP, dq = np.empty_like(dPq[:-1]), np.empty_like(dPq[-1])
    dP[:, where], dq[where] = dPq[:-1], dPq[-1]
    return Weights(np.concatenate([dQ[-1 - D : -1], dQ[H : -1 - D]]), dQ[:H] if lstm else None, dQ[-1], dP, dq)


def flat(r: Array) -> Array:
    """(..., R, W) -> (..., R W)"""
    return r.reshape(*r.shape[:-2], -1)


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
