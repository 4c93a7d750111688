"""Networks with a memory are networks like the others: objectives, optimisers and curvature work on them unchanged."""

import numpy as np
import pytest

import ref.losses
from ref.curvature import gauss_newton_product
from ref.hessian_free import HessianFree
from ref.losses.masked import Masked
from ref.networks.dnc_rnn import DNCRNN
from ref.networks.lrua_rnn import LRUARNN
from ref.networks.ntm_rnn import NTMRNN
from ref.objective import Objective
from ref.optimizers import Adam
from ref.random import stream
from ref.tasks.algorithms.copy import copy
from ref.tasks.algorithms.scoring import bits_per_sequence
from ref.training import same_batch, train
from tests.derivatives.cases.case import normal

KINDS = (NTMRNN, DNCRNN, LRUARNN)
LOSS = Masked(ref.losses.logistic_cross_entropy)


def little(kind, **options):
    """A network with a memory of six rows for three bits, and 32 sequences of one or two vectors to copy."""
    task = copy(length=(1, 2), bits=3, lengths="case")
    network = kind(task.n_inputs, 12, task.n_outputs, 6, 4, **options)
    return network, network.init(stream(0, 0, "start")), task.sample(stream(0, 0, "fresh cases"), 32)


@pytest.mark.parametrize("kind", KINDS)
def test_gauss_newton_product_against_the_dense_matrix(kind):
    """J'HJ, J from R-forward's columns at all unit vectors, H of the loss likewise."""
    network = kind(2, 3, 2, 4, 2)
    theta = network.init(np.random.default_rng(0))
    theta = theta.like(theta.vector + 0.2 * normal(theta.size, seed=1))
    x, t, mask = normal(3, 2, 2), np.full((3, 2, 2), 0.5), np.ones((3, 2), bool)
    z, cache = network.forward(theta, x)
    J = np.stack([network.r_forward(theta.like(unit), cache)[0].ravel() for unit in np.eye(theta.size)], axis=1)
    H = np.stack([LOSS.gauss_newton_product(z, t, mask, unit.reshape(z.shape)).ravel() for unit in np.eye(z.size)],
                 axis=1)
    v = normal(theta.size, seed=2)
    got = gauss_newton_product(network, LOSS, cache, z, (t, mask), theta.like(v))
    np.testing.assert_allclose(got.vector, J.T @ H @ J @ v, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_first_order_training(kind):
    network, theta, batch = little(kind)
    x, t, mask = batch
    before = bits_per_sequence(network.forward(theta, x)[0], t, mask)
    result = train(Adam(0.02), Objective(network, LOSS), theta, same_batch(batch), n_steps=150)
    after = bits_per_sequence(network.forward(result.theta, x)[0], t, mask)
    assert after < 0.25 * before, f"{before:.2f} bits a sequence became {after:.2f}"


@pytest.mark.parametrize("kind", KINDS)
def test_hessian_free_training(kind):
    """A small memory trained by Hessian-free: the optimiser of the second chapter, unchanged."""
    network, theta, batch = little(kind)
    x, t, mask = batch
    before = bits_per_sequence(network.forward(theta, x)[0], t, mask)
    method = HessianFree(damping=1.0, max_iterations=20, preconditioner=None)
    result = train(method, Objective(network, LOSS), theta, same_batch(batch), n_steps=8)
    after = bits_per_sequence(network.forward(result.theta, x)[0], t, mask)
    assert after < 0.7 * before, f"{before:.2f} bits a sequence became {after:.2f}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_fixed_is_no_parameter(kind):
    everything, fixed = kind(2, 3, 2, 4, 2), kind(2, 3, 2, 4, 2, learnt=())
    starts = set(everything.shapes) - set(fixed.shapes)
    assert {"M0", "r0", "h0", "c0"} <= starts and all(name.endswith("0") for name in starts)
    theta = fixed.init(np.random.default_rng(0))
    states = fixed.trace(fixed.forward(theta, np.ones((2, 3, 2)))[1])
    assert (states.M[0] == 1e-6).all() and (states.r[0] == 0).all()
    assert states.w_read[0].sum() == (0 if kind is DNCRNN else 3)


def test_several_heads_begin_at_the_first_location():
    network = NTMRNN(2, 3, 2, 4, 2, n_read_heads=2, n_write_heads=3)
    states = network.trace(network.forward(network.init(np.random.default_rng(0)), np.ones((2, 3, 2)))[1])
    for w, heads in ((states.w_read[0], 2), (states.w_write[0], 3)):
        assert w.shape == (3, heads, 4) and (w[..., 0] > 0.95).all()
