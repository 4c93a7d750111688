"""The network with least recently used access: how it starts, what it learns, its curvature, and what it refuses."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from ref import LRUARNN, LSTMRNN, Adam, HessianFree, Objective, stream, train
from ref.cells import lrua
from ref.cells.through_time import ThroughTime
from ref.checks import check_gauss_newton, check_hessian_product
from ref.curvature import hessian_product
from ref.hessian_free import fresh_sequences
from ref.losses import Masked, logistic_cross_entropy
from ref.networks.lrua_rnn import RAMP
from ref.tasks.algorithms.copy import copy
from ref.tasks.algorithms.scoring import bits_per_sequence, wrong_bits_per_sequence
from tests.derivatives.cases.case import dense_start, unit_interval
from tests.derivatives.cases.lrua import nearest_order

D, H, C, L, W, T, N = 3, 4, 2, 5, 2, 6, 7


def network(**options):
    return LRUARNN(D, H, C, **{"n_locations": L, "width": W, **options})


def inputs(dtype=np.float64):
    return np.random.default_rng(1).standard_normal((T, N, D)).astype(dtype)


@pytest.mark.parametrize("heads", [1, 2, 3])
@pytest.mark.parametrize("controller", ["lstm", "feedforward"])
def test_parameters_and_forward(heads, controller):
    """Forward is the cell's outputs, read out; two heads and more begin as well."""
    net = network(n_read_heads=heads, controller=controller)
    of_lstm = ("h0", "c0") if controller == "lstm" else ()
    assert tuple(net.shapes) == ("U", *("W",) * bool(of_lstm), "b", "P", "q", "M0", "w_read0", "r0", *of_lstm, "V", "c")
    assert net.shapes["P"] == (H, heads * (W + 1)) and net.shapes["w_read0"] == (heads, L)
    theta, x = net.init(np.random.default_rng(0)), inputs()
    z, cache = net.forward(theta, x)
    states = net.trace(cache)
    y, _ = ThroughTime(lrua).forward(x, net._weights(theta), lrua.State(*(
        None if array is None else array[0] for array in states)), net.design)
    np.testing.assert_allclose(z, y @ theta["V"] + theta["c"], rtol=1e-13)
    assert states.u.shape == (T + 1, N, L) and states.w_read.shape == (T + 1, N, heads, L)
    last = network(n_read_heads=heads, controller=controller, outputs="last")
    np.testing.assert_allclose(last.forward(theta, x)[0], z[-1:], rtol=1e-13)


def test_where_it_starts():
    """The memory nearly empty, reading at the first location, and usages of which no two are alike."""
    for learnt in (None, (), ("M", "h")):
        net = network(n_read_heads=2, learnt=learnt)
        theta = net.init(np.random.default_rng(0))
        first = lrua.State(*(array[0] for array in net.trace(net.forward(theta, inputs())[1])))
        np.testing.assert_array_equal(first.M, 1e-6)
        assert (first.w_read[..., 0] > 0.95).all()
        np.testing.assert_allclose(first.w_read.sum(axis=-1), 1)
        np.testing.assert_allclose(first.u, np.tile(RAMP * np.arange(L) / L, (N, 1)))
        assert not first.r.any() and not first.h.any() and not first.c.any()
    assert not {"M0", "w_read0", "r0", "h0", "c0"} & set(network(learnt=()).shapes)
    assert {"M0", "h0"} == {name for name in network(learnt=("M", "h")).shapes if name.endswith("0")}


def test_locations_that_have_not_been_used_come_in_their_order():
    """With gates about half open, as they begin, the rows are written to one after the other."""
    net = network(n_locations=8)
    theta = net.init(np.random.default_rng(3))
    _, cache = net.forward(theta, inputs())
    for t, state in enumerate(cache.memory.states[:4]):
        w_least, _ = lrua.least(state, net.design)
        np.testing.assert_array_equal(w_least[:, 0].argmax(axis=1), t)


def test_cases_are_independent_and_the_past_knows_nothing_of_the_future():
    net, x = network(n_read_heads=2), inputs()
    theta = net.init(np.random.default_rng(0))
    z = net.forward(theta, x)[0]
    np.testing.assert_allclose(net.forward(theta, x[:, 2:3])[0][:, 0], z[:, 2], rtol=1e-12)
    later = x.copy()
    later[3:] += 1
    moved = net.forward(theta, later)[0]
    np.testing.assert_array_equal(moved[:3], z[:3])
    assert (moved[3:] != z[3:]).all()


def test_any_module_with_the_same_functions_is_the_recurrence():
    calls, op = [], ThroughTime(lrua)

    def counted(name):
        return lambda *args, **options: calls.append(name) or getattr(op, name)(*args, **options)

    names = ("forward", "backward", "r_forward", "r_backward")
    net = network(lrua=SimpleNamespace(**{name: counted(name) for name in names}))
    theta, x = net.init(np.random.default_rng(0)), inputs()
    z, cache = net.forward(theta, x)
    net.backward(z, cache)
    _, r_cache = net.r_forward(theta, cache)
    net.r_backward(z, z, cache, r_cache)
    assert calls == list(names)


@pytest.mark.parametrize("options", [{}, dict(n_read_heads=2, strength="softplus", controller="feedforward",
                                              spread="one each", separate_add=True)], ids=str)
def test_float32_stays_float32(options):
    net, x = network(**options), inputs(np.float32)
    theta = net.init(np.random.default_rng(0), dtype=np.float32)
    z, cache = net.forward(theta, x)
    Rz, r_cache = net.r_forward(theta, cache)
    results = (z, net.backward(z, cache).vector, Rz, net.r_backward(z, z, cache, r_cache).vector)
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in results)


def problem(seed: int = 0):
    """(network, theta, batch) at which no order of usages is near to changing."""
    net = LRUARNN(2, 2, 2, 4, 2, 2, strength="softplus")
    theta, x = dense_start(net, seed), np.random.default_rng(5).standard_normal((3, 2, 2))
    for name in ("M0", "q"):
        theta[name] = np.random.default_rng(seed).standard_normal(theta[name].shape)
    gap = nearest_order(net.trace(net.forward(theta, x)[1]), 2)
    assert gap > 0.02, f"two usages are near, {gap:.1g}; choose another seed"
    return net, theta, (x, unit_interval(3, 2, 2), np.ones((3, 2), bool))


def test_the_gauss_newton_product_against_the_dense_matrix():
    """J and H_L both from differences; all entries."""
    net, theta, batch = problem()
    x, t, mask = batch
    loss = Masked(logistic_cross_entropy)
    product = Objective(net, loss).curvature(theta, batch)
    error = check_gauss_newton(product.__matmul__, lambda vector: net.forward(theta.like(vector), x)[0],
                               lambda z: loss.value(z, t, mask), theta.vector)
    assert error < 1e-8


def test_the_hessian_product_against_differences_of_the_gradient():
    net, theta, batch = problem()
    loss = Masked(logistic_cross_entropy)
    objective = Objective(net, loss)

    def product(v):
        z, cache = net.forward(theta, batch[0])
        return hessian_product(net, loss, cache, z, batch[1:], theta.like(v)).vector

    check_hessian_product(lambda vector: objective.gradient(theta.like(vector), batch).vector, product, theta.vector)


def trained(net, task, optimizer, steps, batches):
    theta = net.init(stream(0, 0, "start"), dtype=task.dtype)
    return train(optimizer, Objective(net, Masked(task.loss)), theta, batches, steps, progress=False)


def test_copy_is_learned_by_what_has_no_memory_but_this_one():
    """The feed-forward controller keeps nothing itself.  A guess costs 6 bits, and is wrong 3 times; so does the same
    network whose reading is cut off.
    """
    task = copy((1, 3), bits=3)
    net = LRUARNN(task.n_inputs, 32, task.n_outputs, 8, 6, controller="feedforward", strength="oneplus",
                  separate_add=True)
    result = trained(net, task, Adam(0.01), 300, lambda step: task.sample(stream(0, step, "fresh cases"), 16))
    held_out = copy((1, 3), bits=3, lengths="case").sample(stream(0, 0, "held out"), 300)
    z = net.forward(result.theta, *held_out.inputs)[0]
    assert bits_per_sequence(z, *held_out.targets) < 6 / 4
    assert wrong_bits_per_sequence(z, *held_out.targets) < 3 / 4
    blind = result.theta.copy()
    blind["U"][task.n_inputs :] = 0
    blind["V"][32:] = 0
    assert bits_per_sequence(net.forward(blind, *held_out.inputs)[0], *held_out.targets) > 6 - 1e-6


def test_hessian_free_trains_it():
    task = copy((2, 2), bits=2)
    net = LRUARNN(task.n_inputs, 8, task.n_outputs, 5, 3, strength="softplus", separate_add=True)
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=30)
    rows = trained(net, task, optimizer, 10, lambda step: fresh_sequences(task, 0, 0, 32, 2)).rows
    assert rows[-1]["loss"] < 0.6 * rows[0]["loss"]


@pytest.mark.parametrize("options, error, message", [
    (dict(n_hidden=0), ValueError, "n_hidden is 0 but must be at least 1"),
    (dict(n_read_heads=6), ValueError, "n_read_heads is 6 but must be at most 5, n_locations"),
    (dict(width=0), ValueError, "width is 0 but must be at least 1"),
    (dict(controller="gru"), ValueError, "controller is 'gru' but must be one of lstm, feedforward"),
    (dict(outputs="first"), ValueError, "outputs is 'first' but must be one of all, last"),
    (dict(learnt=("u",)), ValueError, "learnt is 'u' but must be one of M, w_read, r, h, c"),
    (dict(learnt=("h",), controller="feedforward"), ValueError, "learnt is 'h' but must be one of M, w_read, r"),
    (dict(usage_decay=2), ValueError, "usage_decay is 2 but must be at most 1"),
    (dict(strength="beta"), ValueError, "strength is 'beta' but must be one of none, softplus, oneplus"),
])
def test_networks_that_cannot_be(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        LRUARNN(**{"n_inputs": D, "n_hidden": H, "n_outputs": C, "n_locations": L, "width": W, **options})


@pytest.mark.parametrize("x, error, message", [
    (np.zeros((T, N, D + 1)), ValueError, "x has shape (6, 7, 4) but must be (T, N, 3): time first, then cases"),
    (np.zeros((0, N, D)), ValueError, "x has no steps: it has shape (0, 7, 3)"),
    (np.zeros((T, N, D), np.float32), TypeError, "x is float32 but theta is float64"),
])
def test_inputs_that_do_not_fit(x, error, message):
    net = network()
    with pytest.raises(error, match=re.escape(message)):
        net.forward(net.init(np.random.default_rng(0)), x)


@pytest.mark.parametrize("other", [LSTMRNN(D, H, C), network(strength="oneplus"), network(learnt=())],
                         ids=["lstm", "with a strength", "nothing learnt"])
def test_parameters_that_do_not_fit(other):
    theta = other.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="theta is Parameters.* but the network needs Parameters of"):
        network().forward(theta, inputs())
