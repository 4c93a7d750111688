"""CG-backtracking: of the stored iterates of one CG run, take the one where the objective itself is best from the end.

From the last iterate, walk back while the objective improves; stop at the first iterate that does not.  The walk is the
same done forwards, which needs one vector in place of all the stored ones: with c_m the iterate chosen among the first
m,

    c_m = m           where f(x_m) <= f(x_{m-1}), f(x_m) being finite
    c_m = c_{m-1}     otherwise, since from m the walk goes on to m - 1 and ends where it would have ended from there

The update uses the chosen iterate; the *next CG run starts from the last one*.  Martens 2010, section 4.6.
"""

from collections import deque
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


class BestSoFar:
    """The iterate c_m at which the walk back would end if CG had ended with the m-th one: one vector, whatever m is."""

    def __init__(self):
        self.chosen, self.f_before = None, np.inf

    def offer(self, iterate: Iterate, f: float) -> None:
        """The next iterate, whose x the next iteration of CG writes over, and the objective there."""
        f = f if np.isfinite(f) else np.inf
        if self.chosen is None:
            self.chosen = Backtracked(iterate.x.copy(), iterate.i, iterate.phi, f, iterate)
        elif f <= self.f_before and f < np.inf:
            np.copyto(self.chosen.x, iterate.x)
            self.chosen = self.chosen._replace(i=iterate.i, phi=iterate.phi, f=f)
        self.f_before = f


def backtrack(iterates: Iterable[Iterate], value: Callable[[Array], float]) -> Backtracked:
    """Run CG to its end, since it computes its iterates when they are asked for; value(x) is the objective at theta +
    x.

    A value that is not finite counts as infinity: such an iterate is chosen only where no value is finite.
    """
    best = BestSoFar()
    for iterate in iterates:
        best.offer(iterate, value(iterate.x))
    return best.chosen._replace(last=iterate)


def take_last(iterates: Iterable[Iterate], value: Callable[[Array], float]) -> Backtracked:
    """No backtracking: the last iterate, whatever the objective says of it."""
    (last,) = deque(iterates, maxlen=1)
    return Backtracked(last.x.copy(), last.i, last.phi, value(last.x), last)
