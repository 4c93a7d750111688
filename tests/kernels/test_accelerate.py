"""accelerate(network): the same network, computed by the compiled twins."""

import numpy as np
import pytest

from numba_kernels import accelerate, cpu
from ref.batch import Batch
from ref.hessian_free import HessianFree, fresh_sequences, structurally_damped
from ref.layers import elman, lstm
from ref.losses import Masked, softmax_cross_entropy
from ref.networks import dnc_rnn, lrua_rnn
from ref.networks.dnc_rnn import DNCRNN
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.images.nin import nin_tiny
from ref.networks.images.vgg import vgg_digits
from ref.networks.lrua_rnn import LRUARNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.networks.ntm_rnn import NTMRNN, THROUGH_TIME
from ref.objective import Objective
from ref.tasks.sequences.pathological import temporal_order

TASK = temporal_order(12)


NETWORKS = {"elman": ElmanRNN(TASK.n_inputs, 9, TASK.n_outputs), "lstm": LSTMRNN(TASK.n_inputs, 5, TASK.n_outputs),
            "ntm": NTMRNN(TASK.n_inputs, 5, TASK.n_outputs, n_locations=6, width=4),
            "dnc": DNCRNN(TASK.n_inputs, 5, TASK.n_outputs, n_locations=6, width=4),
            "lrua": LRUARNN(TASK.n_inputs, 5, TASK.n_outputs, n_locations=6, width=4, n_read_heads=2)}


def pair(network) -> tuple[Objective, Objective]:
    return tuple(Objective(net, Masked(softmax_cross_entropy), 1e-3, chunk=7) for net in (network, accelerate(network)))


def test_the_given_network_stays_as_it_is():
    network = ElmanRNN(2, 3, 1)
    faster = accelerate(network)
    assert network.elman is elman and faster.elman is cpu.elman
    assert (faster.sizes, faster.shapes, type(faster)) == (network.sizes, network.shapes, ElmanRNN)
    network = LSTMRNN(2, 3, 1)
    assert network.lstm is lstm and accelerate(network).lstm is cpu.lstm
    network = NTMRNN(2, 3, 1)
    assert network.ntm is THROUGH_TIME and accelerate(network).ntm is cpu.ntm
    network = DNCRNN(2, 3, 1)
    assert network.dnc is dnc_rnn.THROUGH_TIME and accelerate(network).dnc is cpu.dnc
    network = LRUARNN(2, 3, 1)
    assert network.lrua is lrua_rnn.THROUGH_TIME and accelerate(network).lrua is cpu.lrua


def test_a_network_without_twins_is_refused():
    with pytest.raises(TypeError, match="network is a MLP, none of whose ops has a compiled twin; there are twins of "
                                        "elman, lstm, ntm, dnc, lrua"):
        accelerate(MLP((3, 2)))


@pytest.mark.parametrize("name", NETWORKS)
def test_value_gradient_and_products_are_the_same(name):
    objectives = pair(NETWORKS[name])
    theta = objectives[0].network.init(np.random.default_rng(1), "glorot")
    v = np.random.default_rng(2).standard_normal(theta.size)
    batch = TASK.sample(np.random.default_rng(3), 20)
    found = []
    for objective in objectives:
        kinds = ["gauss_newton", "hessian", *([structurally_damped(objective.network, 0.3)] if name == "elman" else [])]
        found.append([objective.value(theta, batch), objective.gradient(theta, batch).vector,
                      *(objective.curvature(theta, batch, kind) @ v for kind in kinds)])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name, options", [("elman", {"structural": 0.03, "rho": "damped"}), ("lstm", {})])
def test_a_step_of_hessian_free_is_the_same(name, options):
    objectives = pair(NETWORKS[name])
    theta = objectives[0].network.init(np.random.default_rng(1))
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=15, **options)
    after = [optimizer.step(theta, optimizer.init(theta), objective, fresh_sequences(TASK, 0, 0, 20, 2))
             for objective in objectives]
    np.testing.assert_allclose(after[1][0].vector, after[0][0].vector, rtol=1e-7, atol=1e-9)
    assert after[1][2]["cg_iterations"] == after[0][2]["cg_iterations"]


def test_states_that_overflow_are_reported_alike():
    network = ElmanRNN(TASK.n_inputs, 9, TASK.n_outputs, activation="identity")
    batch, values = TASK.sample(np.random.default_rng(3), 5), []
    for net in (network, accelerate(network)):
        theta = net.init(np.random.default_rng(1), "glorot")
        theta["W"] *= 1e60
        with np.errstate(over="ignore", invalid="ignore"):
            values.append(Objective(net, Masked(softmax_cross_entropy)).value(theta, batch))
    assert np.isnan(values).all()


CONVOLUTIONAL = {"nin": nin_tiny(), "nin without batch norm": nin_tiny(batch_norm=False), "vgg": vgg_digits()}


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_a_convolutional_network_is_the_same(name):
    network, rng = CONVOLUTIONAL[name], np.random.default_rng(4)
    theta, x = network.init(rng), rng.random((5, 8, 8, 1))
    batch = Batch((x, *network.masks(0, 0, 5)), (np.eye(10)[rng.integers(0, 10, 5)],))
    v, found = rng.standard_normal(theta.size), []
    for net in (network, accelerate(network)):
        objective = Objective(net, softmax_cross_entropy)
        found.append([objective.value(theta, batch), objective.gradient(theta, batch).vector,
                      *(objective.curvature(theta, batch, kind) @ v for kind in ("gauss_newton", "hessian"))])
    for ours, theirs in zip(*found):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert all(stage.op is type(stage).op for stage in network.stages)


def test_statistics_are_the_network_s():
    network, rng = nin_tiny(), np.random.default_rng(4)
    theta, x = network.init(rng), rng.random((5, 8, 8, 1))
    faster = accelerate(network)
    ours, theirs = (net.statistics(net.forward(theta, x)[1]) for net in (faster, network))
    for pair in zip(ours, theirs, strict=True):
        for got, expected in zip(*pair):
            np.testing.assert_allclose(got, expected, rtol=1e-10)
    held = [net.with_statistics(theirs).forward(theta, x[:1])[0] for net in (faster, network)]
    np.testing.assert_allclose(*held, rtol=1e-10)
