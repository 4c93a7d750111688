"""Where a memory's recurrence begins: each array of its state a parameter, or weights made from one, or fixed.

    forward      S = a parameter           or  softmax of one, over the last axis    or  a given array
    backward     dtheta = dS                   softmax's                                 none
    R-forward, R-backward      each its own; a given array does not move

Weights that begin as the softmax of a parameter stay weights while it is learnt.

Shapes: those of the state's arrays where they are one for all cases (ref.cells.through_time).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ref.layers import softmax

Array = np.ndarray


class Learnt(NamedTuple):
    """An array that is the parameter of this name."""

    parameter: str


class Weighting(NamedTuple):
    """An array that is the softmax of the parameter of this name."""

    parameter: str


Plan = tuple  # a cell's State, of Learnt, Weighting, arrays, and None where the cell has no such array


def forward(theta: Mapping[str, Array], plan: Plan, dtype) -> tuple[tuple, Plan]:
    """Return the state and the cache: the state again, where the plan has weights."""
    def begin(of):
        match of:
            case Learnt(name):
                return theta[name]
            case Weighting(name):
                return softmax.forward(theta[name])[0]
        return None if of is None else of.astype(dtype)

    state = type(plan)(*map(begin, plan))
    return state, state


def backward(dstate: tuple, plan: Plan, cache: tuple) -> dict[str, Array]:
    """The gradients of the parameters, by name."""
    found = {}
    for of, d, w in zip(plan, dstate, cache):
        if isinstance(of, Learnt):
            found[of.parameter] = d
        elif isinstance(of, Weighting):
            found[of.parameter] = softmax.backward(d, w)
    return found


def r_forward(Rtheta: Mapping[str, Array], plan: Plan, cache: tuple) -> tuple[tuple, tuple]:
    """Return Rstate and the R-cache: Rstate again."""
    def move(of, state):
        match of:
            case Learnt(name):
                return Rtheta[name]
            case Weighting(name):
                return softmax.r_forward(Rtheta[name], state)[0]
        return None if of is None else np.zeros_like(state)

    Rstate = type(plan)(*map(move, plan, cache))
    return Rstate, Rstate


def r_backward(Rdstate: tuple, dstate: tuple, plan: Plan, cache: tuple, r_cache: tuple) -> dict[str, Array]:
    found = {}
    for of, Rd, d, w, Rw in zip(plan, Rdstate, dstate, cache, r_cache):
        if isinstance(of, Learnt):
            found[of.parameter] = Rd
        elif isinstance(of, Weighting):
            found[of.parameter] = softmax.r_backward(Rd, d, w, Rw)
    return found
