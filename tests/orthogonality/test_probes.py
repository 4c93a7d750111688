"""What the probes measure."""

import numpy as np
import pytest

from ref.losses import softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.lstm_rnn import LSTMRNN
from ref.orthogonality import transition
from ref.orthogonality.factorized_rnn import FactorizedRNN
from ref.orthogonality.probes import gradient_norms, spectrum_summary

T, N = 6, 3


def problem(network, seed=0):
    """theta without a zero, x, t."""
    rng = np.random.default_rng(seed)
    theta = network.init(rng)
    theta.vector[:] += 0.3 * rng.standard_normal(theta.size)
    t = np.eye(3)[rng.integers(3, size=(T if network.outputs == "all" else 1, N))]
    return theta, rng.standard_normal((T, N, 2)), t


@pytest.mark.parametrize("outputs", ["all", "last"])
def test_the_gradient_is_that_of_the_last_outputs_loss(outputs):
    """Against differences: the last loss as a function of one case's state at a step, for every step and case."""
    network = ElmanRNN(2, 4, 3, outputs=outputs)
    theta, x, t = problem(network)
    norms, h = gradient_norms(network, softmax_cross_entropy, theta, x, t), network.forward(theta, x)[1].elman.h

    def last_loss(state, at, n):
        rest = theta.copy()
        rest["h0"] = state
        z = network.forward(rest, x[at:, n : n + 1])[0][-1] if at < T else (state @ theta["V"] + theta["c"])[None]
        return softmax_cross_entropy.value(z, t[-1, n : n + 1])

    expected = [np.sqrt(np.mean([np.sum(np.square([
        (last_loss(h[at, n] + step, at, n) - last_loss(h[at, n] - step, at, n)) / 2e-5 for step in 1e-5 * np.eye(4)]))
        for n in range(N)])) for at in range(1, T + 1)]
    np.testing.assert_allclose(norms, expected, rtol=1e-6)


@pytest.mark.parametrize("margin", [0.0, 0.3])
def test_a_linear_transition_bounds_the_norms_by_its_singular_values(margin):
    network = FactorizedRNN(2, 5, 3, margin, "identity")
    theta, x, t = problem(network)
    theta["W_U"], theta["W_V"] = (transition("orthogonal", np.random.default_rng(k), 5) for k in (1, 2))
    norms = gradient_norms(network, softmax_cross_entropy, theta, x, t)
    s = np.linalg.svd(network.transition(theta)[0], compute_uv=False)
    factors = norms[:-1] / norms[1:]
    assert np.all(factors <= s[0] * (1 + 1e-12)) and np.all(factors >= s[-1] * (1 - 1e-12))
    if margin == 0:
        np.testing.assert_allclose(norms, norms[-1], rtol=1e-12)
    else:
        assert np.ptp(norms) > 0.01 * norms[-1]


def test_the_spectrum_of_a_matrix_whose_singular_values_are_known():
    U, V = (transition("orthogonal", np.random.default_rng(k), 4) for k in (1, 2))
    s = np.array([2.0, 1.5, 1.0, 0.5])
    W = (U * s) @ V.T
    found = spectrum_summary(W)
    expected = {"s_mean": 1.25, "s_spread": s.std(), "s_min": 0.5, "s_max": 2.0, "condition": 4.0,
                "s_10": 0.65, "s_90": 1.85,  # 0.3 of the way from the outermost value to the next
                "orthogonality_defect": np.linalg.norm(W.T @ W - np.eye(4))}
    assert found == pytest.approx(expected, rel=1e-12)
    assert spectrum_summary(np.zeros((2, 2)))["condition"] == np.inf
    assert all(type(value) is float for value in spectrum_summary(W.astype(np.float32)).values())


def test_what_is_refused():
    network = LSTMRNN(2, 4, 3)
    with pytest.raises(TypeError, match="network is a LSTMRNN but must have state_gradients"):
        gradient_norms(network, squared_error, *problem(network))
    theta, x, t = problem(ElmanRNN(2, 4, 3))
    with pytest.raises(ValueError, match=r"t has shape \(5, 3, 3\) but the network's outputs have \(6, 3, 3\)"):
        gradient_norms(ElmanRNN(2, 4, 3), squared_error, theta, x, t[1:])
    with pytest.raises(ValueError, match="W has shape"):
        spectrum_summary(np.ones(3))
