"""The factorised network: what it computes, where it begins, and that training keeps within what was promised."""

import numpy as np
import pytest

from numba_kernels import accelerate, cpu
from ref.layers import elman
from ref.layers.elman import PHIS
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.mlp import MLP
from ref.orthogonality import component
from ref.orthogonality.factorized_rnn import FactorizedRNN
from ref.parameters import Parameters
from tests.orthogonality.factorized_problem import C, D, H, N, T, composed, inputs, rng, start


@pytest.mark.parametrize("outputs", ["all", "last"])
@pytest.mark.parametrize("activation", PHIS)
def test_it_is_the_elman_network_of_the_composed_transition(activation, outputs):
    network, plain = FactorizedRNN(D, H, C, 0.5, activation, outputs), ElmanRNN(D, H, C, activation, outputs)
    theta, x = start(network), inputs()
    W = theta["W_U"] @ np.diag(2 * 0.5 * (1 / (1 + np.exp(-theta["W_p"])) - 0.5) + 1) @ theta["W_V"].T  # as printed
    np.testing.assert_allclose(network.transition(theta)[0], W, rtol=1e-13)
    (z, cache), (expected, plain_cache) = network.forward(theta, x), plain.forward(composed(network, theta, W), x)
    np.testing.assert_allclose(z, expected, rtol=1e-12)
    dz = rng(3).standard_normal(z.shape)
    gradient, of_plain = network.backward(dz, cache), plain.backward(dz, plain_cache)
    assert set(gradient) - set(of_plain) == {"W_U", "W_p", "W_V"}
    for name in set(gradient) & set(of_plain):
        np.testing.assert_allclose(gradient[name], of_plain[name], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("margin", [0, 0.3, None])
def test_the_factors_stand_where_the_transition_stood(margin):
    network = FactorizedRNN(D, H, C, margin)
    assert list(network.shapes) == ["U", "W_U", "W_p", "W_V", "b", "h0", "V", "c"]
    assert network.shapes["W_U"] == network.shapes["W_V"] == (H, H) and network.shapes["W_p"] == (H,)
    assert network.sizes == (D, H, C) and network.margin == margin


@pytest.mark.parametrize("scheme", ["orthogonal", "identity"])
@pytest.mark.parametrize("margin", [0.0, 0.1, 1.0, None])
def test_all_singular_values_are_one_at_the_start(scheme, margin):
    network = FactorizedRNN(D, H, C, margin)
    theta = network.init(rng(), scheme)
    W, _ = network.transition(theta)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 1, rtol=1e-14)
    if scheme == "identity":
        np.testing.assert_array_equal(W, np.eye(H))
    np.testing.assert_array_equal(theta["W_p"], 1 if margin is None else 0)
    for name in ("b", "h0", "c"):
        assert not theta[name].any()


def test_a_glorot_start_is_wide_and_has_no_margin():
    network = FactorizedRNN(D, 64, C)
    theta = network.init(rng(), "glorot")
    s = np.linalg.svd(network.transition(theta)[0], compute_uv=False)
    np.testing.assert_allclose(np.sort(theta["W_p"]), s[::-1], rtol=1e-10)
    assert s.min() < 0.1 and 1.7 < s.max() < 2.2
    with pytest.raises(ValueError, match="margin is 0.1 but scheme 'glorot' needs margin=None"):
        FactorizedRNN(D, 64, C, 0.1).init(rng(), "glorot")


def test_the_ranges_of_input_and_output_weights():
    network = FactorizedRNN(40, 60, 50)
    theta, wide = network.init(rng()), network.init(rng(), input_range=0.5)
    assert 0.0099 < np.abs(theta["U"]).max() <= 0.01 and abs(theta["U"].mean()) < 3e-4
    assert theta["U"].std() == pytest.approx(0.01 / np.sqrt(3), rel=0.03)
    np.testing.assert_allclose(wide["U"], 50 * theta["U"], rtol=1e-14)
    assert theta["V"].all() and theta["V"].std() == pytest.approx(np.sqrt(2 / (60 + 50)), rel=0.1)


@pytest.mark.parametrize("determinant", [1, -1])
def test_the_component_is_chosen_at_the_start(determinant):
    network = FactorizedRNN(D, H, C, 0.0)
    for seed in range(6):
        theta = network.init(rng(seed), determinant=determinant)
        assert component(network.transition(theta)[0]) == determinant
    with pytest.raises(ValueError, match="determinant is -1 but scheme 'identity' can have None, 1"):
        network.init(rng(), "identity", determinant=-1)


@pytest.mark.parametrize("outputs", ["all", "last"])
@pytest.mark.parametrize("activation", ["tanh", "oplu", "leaky_relu"])
@pytest.mark.parametrize("margin", [0.3, None])
def test_float32_stays_float32(margin, activation, outputs):
    network = FactorizedRNN(D, H, C, margin, activation, outputs)
    theta, x = start(network, np.float32), inputs(np.float32)
    z, cache = network.forward(theta, x)
    Rz, r_cache = network.r_forward(theta, cache)
    results = (theta, network.transition(theta)[0], z, Rz, network.backward(z, cache),
               network.r_backward(Rz, z, cache, r_cache), network.state_gradients(z, cache))
    assert all(result.dtype == np.float32 for result in results)
    wide = start(FactorizedRNN(D, H, C, margin, activation, outputs))
    np.testing.assert_allclose(theta.vector, wide.vector, rtol=1e-5, atol=1e-7)


def test_accelerate_puts_the_compiled_recurrence_into_a_copy():
    network = FactorizedRNN(D, H, C, 0.3)
    faster = accelerate(network)
    assert network.elman is network.composed.elman is elman
    assert faster.elman is faster.composed.elman is cpu.elman
    assert faster.shapes == network.shapes and faster.margin == 0.3
    theta, x = start(network), inputs()
    (z, cache), (same, other) = network.forward(theta, x), faster.forward(theta, x)
    np.testing.assert_allclose(same, z, rtol=1e-12)
    g, same = network.backward(z, cache), faster.backward(z, other)
    np.testing.assert_allclose(same.vector, g.vector, rtol=1e-10, atol=1e-13)
    assert FactorizedRNN(D, H, C, elman=cpu.elman).elman is cpu.elman


def test_clip_bounds_the_messages_and_refuses_directions():
    plain, clipped = FactorizedRNN(D, H, C, 0.3), FactorizedRNN(D, H, C, 0.3, clip=1e-3)
    theta, x = start(plain), inputs()
    z, cache = plain.forward(theta, x)
    g, small = plain.backward(z, cache), clipped.backward(z, clipped.forward(theta, x)[1])
    assert np.abs(small["b"]).max() <= 1e-3 * T * N * (1 + 1e-12) < np.abs(g["b"]).max()
    np.testing.assert_array_equal(small["V"], g["V"])
    with pytest.raises(ValueError, match="clip is 0.001 but must be None for derivatives along a direction"):
        clipped.r_forward(theta, cache)


@pytest.mark.parametrize("arguments, error, message", [
    (dict(margin=1.5), ValueError, "margin is 1.5 but must be at most 1"),
    (dict(margin=-0.1), ValueError, "margin is -0.1 but must be at least 0"),
    (dict(margin=np.nan), ValueError, "margin is nan but must be finite"),
    (dict(margin="wide"), TypeError, "margin is 'wide' but must be a real number"),
    (dict(n_hidden=0), ValueError, "n_hidden is 0 but must be at least 1"),
    (dict(activation="sine"), ValueError, "activation is 'sine' but must be one of identity, logistic, tanh"),
    (dict(activation="oplu", n_hidden=5), ValueError, "n_hidden is 5 but must be even for activation='oplu'"),
    (dict(outputs="first"), ValueError, "outputs is 'first' but must be one of all, last"),
    (dict(clip=0.0), ValueError, "clip is 0.0 but must be above 0"),
])
def test_networks_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=message):
        FactorizedRNN(**{"n_inputs": D, "n_hidden": H, "n_outputs": C, **arguments})


def test_starts_that_cannot_be():
    network = FactorizedRNN(D, H, C)
    for options, error, message in ((dict(scheme="henaff"), ValueError, "scheme is 'henaff' but must be one of"),
                                    (dict(input_range=0.0), ValueError, "input_range is 0.0 but must be above 0"),
                                    (dict(dtype=int), TypeError, "dtype is int64")):
        with pytest.raises(error, match=message):
            network.init(rng(), **options)


def test_factors_that_are_not_square_are_refused():
    network = FactorizedRNN(D, H, C)
    shapes = dict(network.shapes, W_U=(H, H - 1))
    with pytest.raises(ValueError, match=r"theta is .*W_U \(6, 5\).* but the network needs .*'W_U': \(6, 6\)"):
        network.forward(Parameters.zeros(shapes), inputs())


def test_parameters_and_inputs_that_do_not_fit():
    network = FactorizedRNN(D, H, C)
    theta, x = start(network), inputs()
    of_elman, of_mlp = network.composed.init(rng()), MLP((D, H, C)).init(rng())
    for other in (of_elman, of_mlp, FactorizedRNN(D, H + 1, C).init(rng())):
        with pytest.raises(ValueError, match="theta is Parameters.* but the network needs Parameters of .*W_U"):
            network.forward(other, x)
        with pytest.raises(ValueError, match="v is Parameters.* but the network needs Parameters of .*W_U"):
            network.r_forward(other, network.forward(theta, x)[1])
    with pytest.raises(TypeError, match="theta is of type ndarray but the network needs Parameters of"):
        network.forward(theta.vector, x)
    with pytest.raises(TypeError, match="x is float32 but theta is float64"):
        network.forward(theta, x.astype(np.float32))
    with pytest.raises(ValueError, match=r"x has shape \(5, 4, 2\) but must be \(T, N, 3\)"):
        network.forward(theta, x[..., 1:])
