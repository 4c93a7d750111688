"""Tasks, objective and training fit together: an LSTM learns to copy three vectors, and to predict some n-grams."""

import numpy as np
import pytest

from ref import LSTMRNN, Adam, Objective, stream, train
from ref.losses import Masked
from ref.tasks.algorithms.copy import copy
from ref.tasks.algorithms.dynamic_ngrams import dynamic_ngrams, floor
from ref.tasks.algorithms.scoring import bits_per_sequence, wrong_bits_per_sequence


def trained(task, n_hidden, n_steps, seed=0):
    """(network, parameters) after batches of 16 fresh cases."""
    network = LSTMRNN(task.n_inputs, n_hidden, task.n_outputs)
    theta = network.init(stream(seed, 0, "start"), dtype=task.dtype)
    result = train(Adam(0.01), Objective(network, Masked(task.loss)), theta,
                   lambda step: task.sample(stream(seed, step, "fresh cases"), 16), n_steps, progress=False)
    assert result.stopped == "steps"
    return network, result.theta


@pytest.mark.parametrize("lengths", ["batch", "case"])
def test_copy_is_learned(lengths):
    network, theta = trained(copy((1, 3), bits=3, lengths=lengths), 32, 500)
    held_out = copy((1, 3), bits=3, lengths="case").sample(stream(0, 0, "held out"), 300)
    z = network.forward(theta, *held_out.inputs)[0]
    assert bits_per_sequence(z, *held_out.targets) < 6 / 3, "a guess costs 6"
    assert wrong_bits_per_sequence(z, *held_out.targets) < 3 / 4, "and is wrong 3 times"


def test_n_grams_are_learned_and_the_floor_is_not_undercut():
    task = dynamic_ngrams(30, context=1, dtype=np.float32)
    network, theta = trained(task, 16, 150)
    held_out = task.sample(stream(0, 0, "held out"), 1000)
    cost = bits_per_sequence(network.forward(theta, *held_out.inputs)[0], *held_out.targets)
    optimum = floor(*held_out, context=1)
    assert optimum < cost < (optimum + 30) / 2
