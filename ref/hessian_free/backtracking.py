"""CG-backtracking: of the stored iterates of one CG run, take the one where the objective itself is best from the end.

From the last iterate, walk back while the objective improves; stop at the first iterate that does not.  The walk is the same
done forwards, which needs one vector in place of all the stored ones: with c_m the iterate chosen among the first m,

    c_m = m           where f(x_m) <= f(x_{m-1}), f(x_m) being finite
    c_m = c_{m-1}     otherwise, since from m the walk goes on to m - 1 and ends where it would have ended from there

The update uses the chosen iterate; the *next CG run starts from the last one*.  Martens 2010, section 4.6.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from ref.linalg.conjugate_gradient import Iterate

Array = np.ndarray


class Backtracked(NamedTuple):
    x: Array  # (P,) the chosen iterate: the update
    i: int
    phi: float
    f: float  # the objective there
    last: Iterate  # where CG ended: the next start
    evaluations: int


def backtrack(iterates: Iterable[Iterate], value: Callable[[Array], float]) -> Backtracked:
    """Consume the iterates of one CG run; value(x) is the objective at theta + x.

    A value that is not finite counts as infinity, and the walk never ends there unless all values are.
    """
    chosen, before, n = None, np.inf, 0
    for iterate in iterates:
        f = value(iterate.x)
        f = f if np.isfinite(f) else np.inf
        n += 1
        if chosen is None:
            chosen = Backtracked(iterate.x.copy(), iterate.i, iterate.phi, f, iterate, n)
        elif f <= before and f < np.inf:
            np.copyto(chosen.x, iterate.x)
            chosen = chosen._replace(i=iterate.i, phi=iterate.phi, f=f)
        before = f
    return chosen._replace(last=iterate, evaluations=n)


def take_last(iterates: Iterable[Iterate], value: Callable[[Array], float]) -> Backtracked:
    """No backtracking: the last iterate, whatever the objective says of it."""
    for iterate in iterates:
        pass
    return Backtracked(iterate.x.copy(), iterate.i, iterate.phi, value(iterate.x), iterate, 1)
