"""The LSTM network: what it computes, how it starts, and what it refuses."""

from types import SimpleNamespace

import numpy as np
import pytest

from ref.hessian_free import HessianFree, fresh_sequences, structurally_damped
from ref.layers import lstm
from ref.losses import Masked, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.initialization import SCHEMES
from ref.networks.lstm_rnn import LSTMRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import Adam
from ref.tasks.sequences.pathological import temporal_order
from ref.training import train

D, H, C, T, N = 3, 4, 2, 5, 6


def start(network, seed=0, dtype=np.float64):
    """Parameters without a zero among them."""
    theta = network.init(np.random.default_rng(seed), dtype=dtype)
    theta.vector[:] = 0.5 * np.random.default_rng(seed).standard_normal(theta.size)
    return theta


def inputs(dtype=np.float64):
    return np.random.default_rng(1).standard_normal((T, N, D)).astype(dtype)


@pytest.mark.parametrize("peepholes", [True, False])
def test_forward_is_the_recurrence_read_out(peepholes):
    every, last = LSTMRNN(D, H, C, peepholes=peepholes), LSTMRNN(D, H, C, "last", peepholes)
    theta, x = start(every), inputs()
    names = ("U", "W", "b", "h0", "c0") + ("p",) * peepholes
    assert tuple(every.shapes) == (*names, "V", "c") and every.shapes["W"] == (H, 4 * H)
    h, _ = lstm.forward(x, *(theta[name] for name in names))
    z = every.forward(theta, x)[0]
    np.testing.assert_allclose(z, h @ theta["V"] + theta["c"], rtol=1e-13)
    np.testing.assert_allclose(last.forward(theta, x)[0], z[-1:], rtol=1e-13)


def test_cases_are_independent_and_the_past_knows_nothing_of_the_future():
    network = LSTMRNN(D, H, C)
    theta, x = start(network), inputs()
    z = network.forward(theta, x)[0]
    np.testing.assert_allclose(network.forward(theta, x[:, 2:3])[0][:, 0], z[:, 2], rtol=1e-13)
    later = x.copy()
    later[3:] += 1
    moved = network.forward(theta, later)[0]
    np.testing.assert_array_equal(moved[:3], z[:3])
    assert (moved[3:] != z[3:]).all()


def test_any_module_with_the_same_functions_is_the_recurrence():
    calls = []

    def counted(name):
        return lambda *args, **options: calls.append(name) or getattr(lstm, name)(*args, **options)

    names = ("forward", "backward", "r_forward", "r_backward")
    network = LSTMRNN(D, H, C, lstm=SimpleNamespace(**{name: counted(name) for name in names}))
    theta, x = start(network), inputs()
    z, cache = network.forward(theta, x)
    network.backward(z, cache)
    _, r_cache = network.r_forward(theta, cache)
    network.r_backward(z, z, cache, r_cache)
    assert calls == list(names)


def test_the_orthogonal_initialisation():
    network = LSTMRNN(D, 20, C)
    theta = network.init(np.random.default_rng(0), scale=0.9)
    gates = np.split(theta["W"], 4, axis=1)
    for W in gates:
        np.testing.assert_allclose(W.T @ W, 0.81 * np.eye(20), atol=1e-14)
    assert np.abs(gates[0] - gates[1]).min() > 0 and theta["U"].all() and theta["V"].all()
    np.testing.assert_array_equal(theta["b"], np.repeat([0.0, 1.0, 0.0, 0.0], 20))
    for name in ("h0", "c0", "p", "c"):
        assert not theta[name].any()
    other = network.init(np.random.default_rng(0), scale=0.9, forget_bias=-2.5)
    np.testing.assert_array_equal(other["b"], np.repeat([0.0, -2.5, 0.0, 0.0], 20))
    np.testing.assert_array_equal(other["W"], theta["W"])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_seeds_and_dtypes(scheme):
    network = LSTMRNN(D, 20, C)
    wide, same, other = (network.init(np.random.default_rng(seed), scheme) for seed in (0, 0, 1))
    narrow = network.init(np.random.default_rng(0), scheme, dtype=np.float32)
    np.testing.assert_array_equal(wide.vector, same.vector)
    assert (wide["W"] != other["W"]).any() == (scheme != "identity") and (wide["V"] != other["V"]).any()
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow.vector, wide.vector, rtol=1e-6)


@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.parametrize("outputs", ["all", "last"])
def test_float32_stays_float32(outputs, clip):
    network = LSTMRNN(D, H, C, outputs, clip=clip)
    theta, x = start(network, dtype=np.float32), inputs(np.float32)
    z, cache = network.forward(theta, x)
    assert z.dtype == network.backward(z, cache).dtype == np.float32


def test_clip_reaches_the_recurrence_and_refuses_curvature():
    plain, clipped, loose = (LSTMRNN(D, H, C, clip=clip) for clip in (None, 1e-3, 1e9))
    theta, x = start(plain), inputs()
    z, cache = plain.forward(theta, x)
    dz = np.random.default_rng(2).standard_normal(z.shape)
    g, small, same = (network.backward(dz, cache) for network in (plain, clipped, loose))
    np.testing.assert_array_equal(g.vector, same.vector)
    assert np.abs(small["b"]).max() <= 1e-3 * T * N < np.abs(g["b"]).max()
    for name in ("V", "c"):
        np.testing.assert_array_equal(small[name], g[name])
    with pytest.raises(ValueError, match="clip is 0.001 but must be None for derivatives along a direction"):
        clipped.r_forward(theta, cache)
    objective = Objective(clipped, Masked(squared_error))
    with pytest.raises(ValueError, match="clip is 0.001 but must be None"):
        objective.curvature(theta, (x, z, np.ones((T, N), bool))) @ theta.vector


def test_training_by_a_first_order_method_and_by_hessian_free():
    task = temporal_order(10)
    network = LSTMRNN(task.n_inputs, 6, task.n_outputs)
    objective = Objective(network, Masked(softmax_cross_entropy))
    theta = network.init(np.random.default_rng(0))
    batch = task.sample(np.random.default_rng(1), 20)
    adam = train(Adam(0.02), objective, theta, lambda step: batch, 60)
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=20)
    second = train(optimizer, objective, theta, lambda step: fresh_sequences(task, 0, 0, 20, 2), 10)
    for result in (adam, second):
        losses = [row["loss"] for row in result.rows]
        assert losses[-1] < 0.2 * losses[0]


def test_structural_damping_needs_an_elman_network():
    with pytest.raises(TypeError, match="network is a LSTMRNN but structural damping needs hidden states"):
        structurally_damped(LSTMRNN(D, H, C), 0.1)


@pytest.mark.parametrize("arguments, error, message", [
    (dict(n_hidden=0), ValueError, "n_hidden is 0 but must be at least 1"),
    (dict(n_inputs=2.0), TypeError, "n_inputs is 2.0 but must be a whole number"),
    (dict(outputs="first"), ValueError, "outputs is 'first' but must be one of all, last"),
    (dict(clip=0), ValueError, "clip is 0 but must be above 0"),
    (dict(clip="1"), TypeError, "clip is '1' but must be a real number"),
])
def test_networks_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=message):
        LSTMRNN(**{"n_inputs": D, "n_hidden": H, "n_outputs": C, **arguments})


@pytest.mark.parametrize("options, error, message", [
    (dict(scheme="xavier"), ValueError, "scheme is 'xavier' but must be one of sparse"),
    (dict(scale=0.0), ValueError, "scale is 0.0 but must be above 0"),
    (dict(forget_bias=np.inf), ValueError, "forget_bias is inf but must be finite"),
    (dict(dtype=int), TypeError, "dtype is int64"),
])
def test_initialisations_that_cannot_be(options, error, message):
    with pytest.raises(error, match=message):
        LSTMRNN(D, H, C).init(np.random.default_rng(0), **options)


@pytest.mark.parametrize("x, error, message", [
    (np.zeros((T, N, D + 1)), ValueError, r"x has shape \(5, 6, 4\) but must be \(T, N, 3\): time first, then cases"),
    (np.zeros((T, 0, D)), ValueError, r"x has no cases: it has shape \(5, 0, 3\)"),
    (np.zeros((T, N, D), np.float32), TypeError, "x is float32 but theta is float64"),
])
def test_inputs_that_do_not_fit(x, error, message):
    network = LSTMRNN(D, H, C)
    with pytest.raises(error, match=message):
        network.forward(start(network), x)


@pytest.mark.parametrize("other", [MLP((D, C)), ElmanRNN(D, H, C), LSTMRNN(D, H, C, peepholes=False)])
def test_parameters_that_do_not_fit(other):
    network, theta = LSTMRNN(D, H, C), other.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="theta is Parameters.* but the network needs Parameters of"):
        network.forward(theta, inputs())
    with pytest.raises(ValueError, match="v is Parameters.* but the network needs Parameters of"):
        network.r_forward(theta, network.forward(start(network), inputs())[1])
