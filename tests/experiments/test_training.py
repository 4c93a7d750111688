"""What the families' trainings share: optimisers by name, held-out cases apart from training's, outputs in chunks."""

import numpy as np
import pytest

from ref.experiments.training import first_order, fresh_minibatches, held_out, outputs
from ref.networks.elman_rnn import ElmanRNN
from ref.optimizers import Adam, GradientDescent, Nesterov
from ref.tasks.sequences.adding import adding

TASK = adding(6)


def test_first_order_methods_by_name():
    assert [type(first_order(name, 0.1)) for name in ("gradient-descent", "nesterov", "adam")] == [
        GradientDescent, Nesterov, Adam]
    schedule = first_order("nesterov", 0.1, momentum=0.8, period=2).momentum
    assert [schedule(t) for t in (0, 2, 100)] == [0.5, 0.75, 0.8]


def test_no_case_is_drawn_for_two_purposes():
    batches = fresh_minibatches(TASK, 3, 4)
    drawn = [held_out(TASK, 3, 4)[0], held_out(TASK, 4, 4)[0], *(batches(step)[0] for step in range(3))]
    assert len({x.tobytes() for x in drawn}) == 5
    np.testing.assert_array_equal(batches(1)[0], drawn[3])
    np.testing.assert_array_equal(held_out(TASK, 3, 4)[0], drawn[0])


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_outputs_of_chunks_are_those_of_the_whole(chunk):
    network, (x, t, mask) = ElmanRNN(2, 3, 1, outputs=TASK.outputs), held_out(TASK, 0, 7)
    theta = network.init(np.random.default_rng(0))
    found = [np.concatenate(arrays, axis=1) for arrays in zip(*outputs(network, theta, (x, t, mask), chunk))]
    np.testing.assert_allclose(found[0], network.forward(theta, x)[0], rtol=1e-12)
    np.testing.assert_array_equal(found[1], t)
    np.testing.assert_array_equal(found[2], mask)
