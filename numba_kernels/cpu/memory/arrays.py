"""What the three compiled memories do alike around their loops: arguments made ready, the controller's matrices, sums.

Inside, the matrices of the controller stand one above the other (controller).
"""

import numpy as np

from numba_kernels.cpu.panels import in_panels
from numba_kernels.cpu.prepare import prepare
from numba_kernels.cpu.threads import number_of_parts
from ref.cells import interface
from ref.cells.speech import Weights

Array = np.ndarray
Axes = dict[str, str]


def weight_axes(D: int, design, lstm: bool) -> Axes:
    """The axes (prepare) of the weights; H comes from the first of them."""
    read, I, gates = design.n_read_heads * design.width, interface.size(design.pieces), "4H" if lstm else "H"
    return ({"W": "H 4H"} if lstm else {}) | {"U": f"{D + read} {gates}", "b": gates, "P": f"H {I}", "q": f"{I}"}


def state_axes(state: Axes, lstm: bool) -> Axes:
    """The memory's and, of an LSTM, the controller's."""
    return state | ({"h": "H", "c": "H"} if lstm else {})


def of_either(state: Axes) -> Axes:
    """One for all cases, or each case's own."""
    return {name: f"{own} | N {own}" for name, own in state.items()}


def of_each(state: Axes) -> Axes:
    return {name: f"N {own}" for name, own in state.items()}


def fit(arrays: dict[str, tuple[Array, str]], *groups: tuple[str, tuple | None, Axes]) -> tuple:
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


def fit_back(cache, axes: tuple[Axes, Axes], gradients: dict[str, Array], ends: dict[str, tuple | None]
             ) -> tuple[tuple, tuple]:
    """gradients, dy and its like, and ends, dend and its like, ready for the loops.

    cache   any memory's, with x, weights and control; axes: of its weights and of its state
    """
    of_weights, of_state = axes
    C = len(cache.weights.P) + cache.control[1].shape[2]
    arrays = {"x": (cache.x, "T N D")} | {name: (array, f"T N {C}") for name, array in gradients.items()}
    states = ((prefix, end, of_each(of_state)) for prefix, end in ends.items())
    ready = fit(arrays, ("", cache.weights, of_weights), *states)
    return ready[1 : 1 + len(gradients)], ready[2 + len(gradients) :]


def stacked(weights: Weights, design) -> tuple[Array, Array, Array]:
    """Q, P and q of controller."""
    U, W, b, P, q = weights
    read = design.n_read_heads * design.width
    Q = np.concatenate([*([] if W is None else [W]), U[-read:], U[:-read], b[None]])
    return in_panels(Q), in_panels(P), q


def turned(weights: Weights, design) -> tuple[Array, Array, Array, Array]:
    """Wᵀ, the transposes of U's rows for r and for x, and Pᵀ, in panels; Wᵀ is empty without an LSTM."""
    U, W, _, P, _ = weights
    read = design.n_read_heads * design.width
    matrices = np.empty((0, 0), U.dtype) if W is None else W, U[-read:], U[:-read], P
    return tuple(in_panels(A.T) for A in matrices)


def zero_sums(cache) -> tuple[Array, Array]:
    """Zeros: for each thread dQ and dP above dq."""
    parts, (H, I) = number_of_parts(cache.x.shape[1]), cache.weights.P.shape
    rows = (0 if cache.weights.W is None else H) + len(cache.weights.U) + 1
    return (np.zeros((parts, rows, len(cache.weights.b)), cache.x.dtype),
            np.zeros((parts, H + 1, I), cache.x.dtype))


def taken_apart(dQ: Array, dPq: Array, D: int, lstm: bool) -> Weights:
    """The weights' gradients from the threads' sums."""
    dQ, dPq = dQ.sum(axis=0), dPq.sum(axis=0)
    H = len(dPq) - 1 if lstm else 0
    return Weights(np.concatenate([dQ[-1 - D : -1], dQ[H : -1 - D]]), dQ[:H] if lstm else None, dQ[-1], dPq[:-1],
                   dPq[-1])


def flat(r: Array) -> Array:
    """(..., R, W) -> (..., R W)"""
    return r.reshape(*r.shape[:-2], -1)
