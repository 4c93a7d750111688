"""Hessian-free in phases, as in the recipes of Sutskever et al. 2013: other minibatches and other CG runs as training goes on.

A configuration is a list of phases, each a dict of
    steps            how many updates it lasts; None for the last one
    curvature        cases in a curvature minibatch
    gradient         cases in the sliding window of gradient and line search; None for all (ref.hessian_free.minibatches)
    backtracking     cases that judge CG's stored iterates; None for all
    hf               HessianFree's options
"""

import numpy as np

from ref.hessian_free import HessianFree, cycling

Array = np.ndarray


def phase_of(phases: list[dict], step: int) -> dict:
    """The phase of update `step`, counted from 0."""
    for phase in phases:
        if phase["steps"] is None or step < phase["steps"]:
            return phase
        step -= phase["steps"]
    return phases[-1]


def phased_batches(phases: list[dict], x: Array, seed: int):
    """batches(step) of an autoencoder, by the phase that the step is in."""

    def batches(step: int):
        phase = phase_of(phases, step)
        return cycling((x, x), step, phase["curvature"], seed, phase["backtracking"], phase["gradient"])

    return batches


class PhasedHessianFree:
    """An optimiser that hands each step to its phase's HessianFree; damping and direction go on from phase to phase.

    options overrule those of every phase: what an ablation takes out stays out.
    """

    def __init__(self, phases: list[dict], options: dict | None = None):
        self.phases = [{**phase, "optimizer": HessianFree(**{**phase["hf"], **(options or {})})} for phase in phases]

    def init(self, theta) -> dict:
        return self.phases[0]["optimizer"].init(theta)

    def step(self, theta, state, objective, batch):
        return phase_of(self.phases, int(state["step"]))["optimizer"].step(theta, state, objective, batch)
