"""Any cell, run over a sequence: y_t, state_t = cell(x_t, state_{t-1}, weights) for t = 1, ..., T.

    forward      y_t, S_t                = cell.forward(x_t, S_{t-1}, theta)                        t = 1, ..., T
    backward     dx_t, dS_{t-1}, dtheta_t = cell.backward(dy_t, dS_t)          dtheta = Σ_t dtheta_t      t = T, ..., 1
    R-forward    Ry_t, RS_t              = cell.r_forward(Rx_t, RS_{t-1}, Rtheta)                   t = 1, ..., T
    R-backward   Rdx_t, RdS_{t-1}, Rdtheta_t, dS_{t-1} = cell.r_backward(Rdy_t, RdS_t, dy_t, dS_t)  t = T, ..., 1

A state is a named tuple of arrays, None where the cell has none of a kind.  Each array of the start is one for all
cases, or each case's own with an axis of cases in front; its gradient has its shape, summed over cases where it is one
for all.  dS_T is the gradient of what goes on from the last state, so that a sequence can be cut in two.

Shapes: x (T, N, D), y (T, N, C); time comes first.
"""

from types import ModuleType
from typing import NamedTuple

import numpy as np

from ref.cells.fitting import require_fitting

Array = np.ndarray


class Cache(NamedTuple):
    steps: list  # the cell's cache of each step
    states: list  # T + 1 of the cell's states, each case's own; states[0] the start
    start: tuple  # as it came


class RCache(NamedTuple):
    steps: list
    Rstates: list


class Gradients(NamedTuple):
    dx: Array | None  # (T, N, D)
    dweights: tuple  # the cell's Weights
    dstart: tuple  # the cell's State, in the shapes that the start came in


class ThroughTime:
    """The sequence op of a cell, a module of ref.cells."""

    def __init__(self, cell: ModuleType):
        self.cell = cell

    def forward(self, x: Array, weights: tuple, start: tuple, design) -> tuple[Array, Cache]:
        """design: what the cell's equations leave open, a class of the cell's module.

        Raises ValueError or TypeError where x, the weights or the start do not fit it: ref.cells.fitting.
        """
        x, shapes = require_fitting(self.cell, x, weights, start, design)
        states, steps, y = [each_case(start, [(x.shape[1], *shape) for shape in shapes])], [], []
        for x_t in x:
            y_t, state, cache = self.cell.forward(x_t, states[-1], weights, design)
            y.append(y_t)
            states.append(state)
            steps.append(cache)
        return np.stack(y), Cache(steps, states, start)

    def backward(self, dy: Array, cache: Cache, to_input: bool = True, dend: tuple | None = None) -> Gradients:
        """dend: the gradient at the last state of what comes after the sequence, or None."""
        dstate = _or_zeros(dend, cache.states[-1])
        dx, dweights = [], None
        for dy_t, step in zip(reversed(dy), reversed(cache.steps)):
            dx_t, dstate, d = self.cell.backward(dy_t, dstate, step)
            dx.append(dx_t)
            dweights = added(dweights, d)
        return Gradients(np.stack(dx[::-1]) if to_input else None, dweights, of_start(dstate, cache.start))

    def r_forward(self, Rx: Array | None, Rweights: tuple, Rstart: tuple, cache: Cache) -> tuple[Array, RCache]:
        """Rx is None where the inputs are data, which no direction moves."""
        states, steps, Ry = [each_case(Rstart, [np.shape(array) for array in cache.states[0]])], [], []
        for t, step in enumerate(cache.steps):
            Ry_t, Rstate, r_cache = self.cell.r_forward(None if Rx is None else Rx[t], states[-1], Rweights, step)
            Ry.append(Ry_t)
            states.append(Rstate)
            steps.append(r_cache)
        return np.stack(Ry), RCache(steps, states)

    def r_backward(self, Rdy: Array, dy: Array, cache: Cache, r_cache: RCache, to_input: bool = True,
                   dend: tuple | None = None, Rdend: tuple | None = None) -> tuple[Gradients, tuple]:
        """backward, differentiated along all directions, Rdy and Rdend; and backward's own dstart."""
        dstate, Rdstate = _or_zeros(dend, cache.states[-1]), _or_zeros(Rdend, cache.states[-1])
        Rdx, Rdweights = [], None
        for t in reversed(range(len(dy))):
            Rdx_t, Rdstate, Rd, dstate = self.cell.r_backward(Rdy[t], Rdstate, dy[t], dstate, cache.steps[t],
                                                              r_cache.steps[t])
            Rdx.append(Rdx_t)
            Rdweights = added(Rdweights, Rd)
        R = Gradients(np.stack(Rdx[::-1]) if to_input else None, Rdweights, of_start(Rdstate, cache.start))
        return R, of_start(dstate, cache.start)

    def last_r(self, r_cache: RCache) -> tuple:
        """The derivative of the last state along the direction."""
        return r_cache.Rstates[-1]

    def trace(self, cache: Cache) -> tuple:
        """The states 0, ..., T as one, each array (T + 1, N, ...)."""
        return type(cache.start)(*(None if arrays[0] is None else np.stack(arrays) for arrays in zip(*cache.states)))


def each_case(start: tuple, shapes: list) -> tuple:
    """The start as each case's own, of these shapes: what is one for all cases is handed to each."""
    return type(start)(*(None if array is None else np.broadcast_to(array, shape)
                         for array, shape in zip(start, shapes)))


def of_start(dstate: tuple, start: tuple) -> tuple:
    """The gradient of a start from each case's own: of what is one for all cases, the sum over them."""
    return type(start)(*(d if d is None or d.ndim == array.ndim else d.sum(axis=0) for d, array in zip(dstate, start)))


def added(total: tuple | None, parts: tuple) -> tuple:
    """total + parts, array by array."""
    if total is None:
        return parts
    return type(parts)(*(None if part is None else whole + part for whole, part in zip(total, parts)))


def _or_zeros(d: tuple | None, state: tuple) -> tuple:
    return d if d is not None else type(state)(*(None if array is None else np.zeros_like(array) for array in state))
