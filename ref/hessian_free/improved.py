"""Hessian-free in phases: other options and other minibatches as training goes on.

`curves_phases` is the improved recipe of Sutskever, Martens, Dahl & Hinton 2013, appendix A.6.  Every phase runs CG for
a fixed number of iterations, takes the gradient on the *same* minibatch as the curvature, has no line search, and
raises the warm start's decay as it goes on:

    CURVES   250,000 CG steps   50 an update    1/16 of the data   decay 0.95     rate 1
             then                               1/16               decay 0.999    rate 500/(t - 4000)
             100,000            200 an update   all of it          decay 0.995    rate 1
             500,000            the same, with the weight decay near 0

The second phase's length is not given; here it is a parameter.  t counts updates; 250,000 CG steps are 5,000 updates.
"""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from ref.batch import Batch
from ref.hessian_free.minibatches import Batches
from ref.hessian_free.optimizer import HessianFree
from ref.random import stream
from ref.validation import require_count


class Phase(NamedTuple):
    """Some updates with the same options of `HessianFree`, on minibatches that are chosen in the same way."""

    updates: int | None  # None: the phase goes on for ever
    options: dict  # HessianFree's; a schedule in them is a function of the number of all updates, not of the phase's
    minibatches: Callable[..., Batches]  # (data, step=, seed=) -> the data of an update
    weight_decay: float | None = None  # None: the objective's own


def phase_at(phases: Sequence[Phase], step: int) -> Phase:
    """The phase of update `step`, counted from 0; the last phase goes on for ever."""
    for phase in phases:
        if phase.updates is None or step < phase.updates:
            return phase
        step -= phase.updates
    return phases[-1]


def phased_batches(phases: Sequence[Phase], data, seed: int) -> Callable[[int], Batches]:
    """batches(step), each made as the step's phase says."""
    return lambda step: phase_at(phases, step).minibatches(data, step=step, seed=seed)


class PhasedHessianFree:
    """An optimiser that hands each step to its phase's HessianFree; damping and direction go on from phase to phase.

    options overrule those of every phase.
    """

    def __init__(self, phases: Sequence[Phase], **options):
        self.phases, self.options = phases, options
        for phase in phases:
            self._optimizer(phase)  # which raises an error where the options are wrong

    def init(self, theta) -> dict:
        return self._optimizer(self.phases[0]).init(theta)

    def step(self, theta, state, objective, batch):
        phase = phase_at(self.phases, int(state["step"]))
        if phase.weight_decay is not None:
            objective = copy.copy(objective)
            objective.weight_decay = phase.weight_decay
        return self._optimizer(phase).step(theta, state, objective, batch)

    def _optimizer(self, phase: Phase) -> HessianFree:
        return HessianFree(**{**phase.options, **self.options})


def same_minibatch(data, step: int, parts: int, seed: int = 0) -> Batches:
    """Minibatch `step` of an epoch cut into `parts`, shuffled anew each epoch: for gradient, curvature and all else."""
    data = Batch.of(data)
    N = data.n_cases
    if require_count("parts", parts) > N:
        raise ValueError(f"parts is {parts} but there are only {N} cases")
    epoch, part = divmod(require_count("step", step, least=0), parts)
    order = stream(seed, epoch, "minibatch").permutation(N)
    return Batches(data.cases(np.sort(np.array_split(order, parts)[part])))


def falling(t: int) -> float:
    """500/(t - 4000), at most 1."""
    return min(1.0, 500 / max(1, t - 4000))


def curves_phases(second: int = 5000) -> tuple[Phase, ...]:
    """The recipe for CURVES; second: the number of updates in the second phase."""

    def options(cg_iterations: int, decay: float, rate=1.0) -> dict:
        return {"max_iterations": cg_iterations, "stop": "fixed", "decay": decay, "rate": rate}

    sixteenth, whole = (partial(same_minibatch, parts=parts) for parts in (16, 1))
    return (
        Phase(250_000 // 50, options(50, 0.95), sixteenth),
        Phase(second, options(50, 0.999, falling), sixteenth),
        Phase(100_000 // 200, options(200, 0.995), whole),
        Phase(500_000 // 200, options(200, 0.995), whole, weight_decay=0.0),
    )
