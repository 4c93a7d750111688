"""The Elman network: what it computes, how it begins, and what it refuses."""

from types import SimpleNamespace

import numpy as np
import pytest

from ref.layers import ACTIVATIONS, elman
from ref.layers.elman import PHIS
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.initialization import SCHEMES
from ref.networks.mlp import MLP

D, H, C, T, N = 3, 4, 2, 5, 6


def start(network, seed=0, dtype=np.float64):
    """Parameters without a zero among them."""
    theta = network.init(np.random.default_rng(seed), dtype=dtype)
    theta.vector[:] = 0.5 * np.random.default_rng(seed).standard_normal(theta.size)
    return theta


def inputs(dtype=np.float64):
    return np.random.default_rng(1).standard_normal((T, N, D)).astype(dtype)


def test_forward_is_step_after_step():
    network = ElmanRNN(D, H, C)
    theta, x = start(network), inputs()
    assert network.shapes == {"U": (D, H), "W": (H, H), "b": (H,), "h0": (H,), "V": (H, C), "c": (C,)}
    for n in range(N):
        h = theta["h0"]
        for t in range(T):
            h = np.tanh(x[t, n] @ theta["U"] + h @ theta["W"] + theta["b"])
            np.testing.assert_allclose(network.forward(theta, x)[0][t, n], h @ theta["V"] + theta["c"], rtol=1e-13)


@pytest.mark.parametrize("activation", PHIS)
def test_the_last_output_is_the_last_of_all(activation):
    every, last = ElmanRNN(D, H, C, activation), ElmanRNN(D, H, C, activation, outputs="last")
    theta, x = start(every), inputs()
    z = every.forward(theta, x)[0]
    assert z.shape == (T, N, C) and last.forward(theta, x)[0].shape == (1, N, C)
    np.testing.assert_allclose(last.forward(theta, x)[0][0], z[-1], rtol=1e-14)


def test_cases_are_independent_and_the_past_knows_nothing_of_the_future():
    network = ElmanRNN(D, H, C, "softplus")
    theta, x = start(network), inputs()
    z = network.forward(theta, x)[0]
    np.testing.assert_allclose(network.forward(theta, x[:, 2:3])[0][:, 0], z[:, 2], rtol=1e-13)
    later = x.copy()
    later[3:] += 1
    moved = network.forward(theta, later)[0]
    np.testing.assert_array_equal(moved[:3], z[:3])
    assert (moved[3:] != z[3:]).all()


def test_any_module_with_the_same_functions_is_the_recurrence():
    """A compiled twin is handed in as `elman`; all four of its passes are used, and none of ref.layers.elman."""
    calls = []

    def counted(name):
        return lambda *args, **options: calls.append(name) or getattr(elman, name)(*args, **options)

    names = ("forward", "backward", "r_forward", "r_backward")
    network = ElmanRNN(D, H, C, elman=SimpleNamespace(**{name: counted(name) for name in names}))
    theta, x = start(network), inputs()
    z, cache = network.forward(theta, x)
    network.backward(z, cache)
    _, r_cache = network.r_forward(theta, cache)
    network.r_backward(z, z, cache, r_cache)
    assert calls == list(names)


def test_the_initialisation_of_2011():
    """Exactly fifteen incoming weights a unit, of variance 1/15; input weights a quarter of that; no biases."""
    network = ElmanRNN(40, 200, 30)
    theta = network.init(np.random.default_rng(0))
    for name, std in (("U", 0.25 / 15**0.5), ("W", 1 / 15**0.5), ("V", 1 / 15**0.5)):
        np.testing.assert_array_equal(np.count_nonzero(theta[name], axis=0), 15)
        drawn = theta[name][theta[name] != 0]
        assert drawn.std() == pytest.approx(std, rel=5 / (2 * drawn.size) ** 0.5)
        assert abs(drawn.mean()) < 5 * std / drawn.size**0.5
    for name in ("b", "h0", "c"):
        assert not theta[name].any()
    assert np.abs(np.linalg.eigvals(theta["W"])).max() == pytest.approx(1, abs=0.2)
    few = ElmanRNN(2, 200, 1).init(np.random.default_rng(0))
    np.testing.assert_array_equal(np.count_nonzero(few["U"], axis=0), 2)


def test_scales_of_the_initialisation():
    network = ElmanRNN(D, 20, C)
    one = network.init(np.random.default_rng(0))
    other = network.init(np.random.default_rng(0), scale=2.0, input_scale=0.5)
    for name, ratio in (("U", 4), ("W", 2), ("V", 2)):
        np.testing.assert_allclose(other[name], ratio * one[name], rtol=1e-14)


def test_the_orthogonal_initialisation():
    network = ElmanRNN(D, 20, C)
    theta = network.init(np.random.default_rng(0), "orthogonal", scale=0.9)
    np.testing.assert_allclose(theta["W"].T @ theta["W"], 0.81 * np.eye(20), atol=1e-14)
    assert theta["U"].all() and theta["V"].all() and not theta["b"].any()


def test_leaky_units_start_with_the_slope_that_is_given():
    network = ElmanRNN(D, H, C, "leaky_relu")
    assert list(network.shapes) == ["U", "W", "b", "h0", "a", "V", "c"]
    assert "a" not in ElmanRNN(D, H, C, "oplu").shapes
    np.testing.assert_array_equal(network.init(np.random.default_rng(0))["a"], 0.25)
    theta = network.init(np.random.default_rng(0), slope=-0.5, dtype=np.float32)
    np.testing.assert_array_equal(theta["a"], np.float32(-0.5))
    with pytest.raises(ValueError, match="slope is nan but must be finite"):
        network.init(np.random.default_rng(0), slope=np.nan)


def test_clip_reaches_the_recurrence_and_refuses_curvature():
    plain, clipped, loose = (ElmanRNN(D, H, C, clip=clip) for clip in (None, 1e-3, 1e9))
    theta, x = start(plain), inputs()
    z, cache = plain.forward(theta, x)
    dz = np.random.default_rng(2).standard_normal(z.shape)
    g, small, same = (network.backward(dz, cache) for network in (plain, clipped, loose))
    np.testing.assert_array_equal(g.vector, same.vector)
    assert np.abs(small["b"]).max() <= 1e-3 * T * N < np.abs(g["b"]).max()
    np.testing.assert_array_equal(clipped.state_gradients(dz, cache), plain.state_gradients(dz, cache))
    with pytest.raises(ValueError, match="clip is 0.001 but must be None for derivatives along a direction"):
        clipped.r_forward(theta, cache)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_seeds_and_dtypes(scheme):
    network = ElmanRNN(D, 20, C)
    wide, same, other = (network.init(np.random.default_rng(seed), scheme) for seed in (0, 0, 1))
    narrow = network.init(np.random.default_rng(0), scheme, dtype=np.float32)
    np.testing.assert_array_equal(wide.vector, same.vector)
    assert (wide["W"] != other["W"]).any() == (scheme != "identity") and (wide["V"] != other["V"]).any()
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow.vector, wide.vector, rtol=1e-6)


def arrays_of(cache):
    """Every array in a cache, which is a nest of tuples and lists."""
    for item in cache:
        if isinstance(item, np.ndarray):
            yield item
        elif isinstance(item, (tuple, list)):
            yield from arrays_of(item)


@pytest.mark.parametrize("outputs", ["all", "last"])
@pytest.mark.parametrize("activation", PHIS)
def test_float32_stays_float32(activation, outputs):
    network = ElmanRNN(D, H, C, activation, outputs)
    theta, x = start(network, dtype=np.float32), inputs(np.float32)
    z, cache = network.forward(theta, x)
    Rz, r_cache = network.r_forward(theta, cache)
    damped = np.ones((T, N, H), np.float32) if activation in ACTIVATIONS else None
    results = (z, Rz, network.backward(z, cache), network.backward(z, cache, damped),
               network.r_backward(Rz, z, cache, r_cache), network.state_gradients(z, cache))
    assert all(result.dtype == np.float32 for result in (*results, *arrays_of(cache), *arrays_of(r_cache)))


@pytest.mark.parametrize("arguments, error, message", [
    (dict(n_hidden=0), ValueError, "n_hidden is 0 but must be at least 1"),
    (dict(n_inputs=2.0), TypeError, "n_inputs is 2.0 but must be a whole number"),
    (dict(n_outputs=-1), ValueError, "n_outputs is -1 but must be at least 1"),
    (dict(activation="sine"), ValueError, "activation is 'sine' but must be one of identity, logistic, tanh"),
    (dict(outputs="first"), ValueError, "outputs is 'first' but must be one of all, last"),
    (dict(activation="oplu", n_hidden=5), ValueError, "n_hidden is 5 but must be even for activation='oplu'"),
    (dict(clip=-1.0), ValueError, "clip is -1.0 but must be above 0"),
])
def test_networks_that_cannot_be(arguments, error, message):
    with pytest.raises(error, match=message):
        ElmanRNN(**{"n_inputs": D, "n_hidden": H, "n_outputs": C, **arguments})


def test_initialisations_that_cannot_be():
    rng, network = np.random.default_rng(0), ElmanRNN(D, H, C)
    for options, error, message in ((dict(scheme="xavier"), ValueError, "scheme is 'xavier' but must be one of sparse"),
                                    (dict(scale=0.0), ValueError, "scale is 0.0 but must be above 0"),
                                    (dict(dtype=int), TypeError, "dtype is int64")):
        with pytest.raises(error, match=message):
            network.init(rng, **options)


@pytest.mark.parametrize("x, error, message", [
    (np.zeros((T, N, D + 1)), ValueError, r"x has shape \(5, 6, 4\) but must be \(T, N, 3\): time first, then cases"),
    (np.zeros((T, D)), ValueError, r"x has shape \(5, 3\) but must be \(T, N, 3\)"),
    (np.zeros((0, N, D)), ValueError, r"x has no steps: it has shape \(0, 6, 3\)"),
    (np.zeros((T, 0, D)), ValueError, r"x has no cases: it has shape \(5, 0, 3\)"),
    ([np.zeros((4, D)), np.zeros((2, D))], ValueError, r"x is ragged but must be one array \(T, N, 3\).*mask the pad"),
    (np.zeros((T, N, D), int), TypeError, "x is int64 but must be float32 or float64"),
    (np.zeros((T, N, D), np.float32), TypeError, "x is float32 but theta is float64"),
    (np.zeros((T, N, D), complex), TypeError, "x is complex128 but must be float32 or float64"),
])
def test_inputs_that_do_not_fit(x, error, message):
    network = ElmanRNN(D, H, C)
    with pytest.raises(error, match=message):
        network.forward(start(network), x)


def test_parameters_that_do_not_fit():
    network, other = ElmanRNN(D, H, C), MLP((D, H, C)).init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="theta is Parameters.* but the network needs Parameters of"):
        network.forward(other, inputs())
    with pytest.raises(TypeError, match="theta is of type ndarray but the network needs Parameters of"):
        network.forward(start(network).vector, inputs())
    with pytest.raises(ValueError, match="v is Parameters.* but the network needs Parameters of"):
        network.r_forward(other, network.forward(start(network), inputs())[1])
