"""The improved Hessian-free recipe of Sutskever, Martens, Dahl & Hinton 2013, appendix A.6, as phases of `HessianFree`.

Every phase runs CG for a fixed number of iterations, takes the gradient on the *same* minibatch as the curvature, has no line
search, and raises the warm start's decay as it goes on:

    CURVES   250,000 CG steps   50 an update    1/16 of the data   decay 0.95     rate 1
             then                               1/16               decay 0.999    rate 500/(t - 4000)
             100,000            200 an update   all of it          decay 0.995    rate 1
             500,000            the same, with the weight decay near 0

The second phase's length is not given; here it is a parameter.  t counts updates; 250,000 CG steps are 5,000 updates.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ref.arrays import require_count
from ref.batch import Batch
from ref.hessian_free.minibatches import Batches
from ref.hessian_free.optimizer import HessianFree
from ref.random import stream


class Phase(NamedTuple):
    updates: int
    share: int  # the minibatch is 1/share of the data
    cg_iterations: int
    decay: float
    rate: Callable[[int], float]  # of the update's number t, counted from the first phase on
    weight_decay: float | None = None  # None: the objective's own

    def optimizer(self, **options) -> HessianFree:
        """The phase's optimiser; options are HessianFree's (the damping at the start, the preconditioner, ...)."""
        return HessianFree(max_iterations=self.cg_iterations, stop="fixed", decay=self.decay, rate=self.rate, **options)


def one(t: int) -> float:
    return 1.0


def falling(t: int) -> float:
    """500/(t - 4000), at most 1."""
    return min(1.0, 500 / max(1, t - 4000))


def curves_phases(second: int = 5000) -> tuple[Phase, ...]:
    """The recipe for CURVES; second: the number of updates in the second phase."""
    return (
        Phase(250_000 // 50, 16, 50, 0.95, one),
        Phase(second, 16, 50, 0.999, falling),
        Phase(100_000 // 200, 1, 200, 0.995, one),
        Phase(500_000 // 200, 1, 200, 0.995, one, weight_decay=0.0),
    )


def phase_at(phases: tuple[Phase, ...], t: int) -> Phase:
    """The phase of update t, counted from 0; the last one goes on for ever."""
    for phase in phases:
        if t < phase.updates:
            return phase
        t -= phase.updates
    return phases[-1]


def same_minibatch(data, step: int, share: int, seed: int = 0) -> Batches:
    """Minibatch `step` of an epoch cut into `share` parts, shuffled anew each epoch: for gradient, curvature and all else."""
    data = Batch.of(data)
    N = data.n_cases
    if require_count("share", share) > N:
        raise ValueError(f"share is {share} but there are only {N} cases")
    epoch, part = divmod(require_count("step", step, least=0), share)
    order = stream(seed, epoch, "minibatch").permutation(N)
    return Batches(data.cases(np.sort(np.array_split(order, share)[part])))
