"""What a recurrent network does with test sequences: its readout through time, and its hidden states in a plane."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Trajectory(NamedTuple):
    """Of each of N sequences up to its last target; all lists have N entries."""

    answers: Array  # (N,) the target, or the number of the right class
    classes: int  # how many there are; 0 where the target is a number
    readout: list[Array]  # (steps,) the output, or that of the right class before the softmax
    marked: list[Array] | None  # the steps, counted from 0, that the task marks; None where it marks none
    paths: list[Array]  # (steps, 2) hidden states in the plane of all states' first two principal components


def trajectory(x: Array, h: Array, z: Array, t: Array, mask: Array) -> Trajectory:
    """x (T, N, D) inputs, h (T, N, H) hidden states, z, t (T, N, C) outputs and targets, mask (T, N)."""
    ends = mask.shape[0] - np.argmax(mask[::-1], axis=0)  # steps up to the last target
    cases = np.arange(x.shape[1])
    answer = t[ends - 1, cases]
    classes = answer.shape[1] if answer.shape[1] > 1 else 0
    answers = np.argmax(answer, axis=1) if classes else answer[:, 0]
    states = [h[:end, n] for n, end in enumerate(ends)]
    centre = np.concatenate(states).mean(axis=0)
    plane = np.linalg.svd(np.concatenate(states) - centre, full_matrices=False)[2][:2]
    return Trajectory(
        answers, classes,
        readout=[z[:end, n, int(answers[n]) if classes else 0] for n, end in enumerate(ends)],
        marked=[np.flatnonzero(x[:end, n, 1] == 1) for n, end in enumerate(ends)] if x.shape[2] == 2 else None,
        paths=[(of_case - centre) @ plane.T for of_case in states],
    )
