"""Penalties on single arrays of a network: what they add, and that the optimiser's steps see it."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree, structurally_damped
from ref.losses import Masked, softmax_cross_entropy
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.optimizers import GradientDescent, PerParameter
from ref.orthogonality import (
    CayleyDescent,
    CompositeDecay,
    GaussianPrior,
    SoftOrthogonality,
    cayley_step,
    defect,
    spectral,
)
from ref.orthogonality.factorized_rnn import FactorizedRNN
from ref.orthogonality.penalized import Penalized
from ref.training import same_batch, train

D, H, C, T, N = 3, 5, 2, 4, 6
MARGIN = 0.5
DECAY = {"U": [CompositeDecay(0.2)], "W": [CompositeDecay(0.1), SoftOrthogonality(0.3)], "V": [CompositeDecay(0.05)]}


def problem(penalties=DECAY, margin=MARGIN, dtype=np.float64, chunk=1000):
    """objective with penalties, the plain one, theta with orthogonal bases, a batch."""
    rng, network = np.random.default_rng(0), FactorizedRNN(D, H, C, margin)
    plain, theta = Objective(network, Masked(softmax_cross_entropy), chunk=chunk), network.init(rng, dtype=dtype)
    for name, array in theta.items():
        if name not in ("W_U", "W_V"):
            array[...] = 0.5 * rng.standard_normal(array.shape)
    x, t = rng.standard_normal((T, N, D)), rng.dirichlet(np.ones(C), (T, N))
    return Penalized(plain, penalties), plain, theta, (x.astype(dtype), t.astype(dtype), np.ones((T, N), bool))


def dense_penalty(theta):
    """DECAY by its formulas, entry by entry."""
    W = theta["W_U"] @ np.diag(1 + MARGIN * np.tanh(theta["W_p"] / 2)) @ theta["W_V"].T
    gap = W.T @ W - np.eye(H)
    return 0.2 * np.sum(theta["U"] ** 2) + 0.1 * np.sum(W**2) + 0.3 * np.sum(gap**2) + 0.05 * np.sum(theta["V"] ** 2)


def test_the_value_is_the_objective_s_and_the_penalties():
    objective, plain, theta, batch = problem()
    assert objective.penalty(theta) == pytest.approx(dense_penalty(theta), rel=1e-13)
    expected = plain.value(theta, batch) + dense_penalty(theta)
    assert objective.value(theta, batch) == pytest.approx(expected, rel=1e-13)
    assert objective.value_and_gradient(theta, batch)[0] == pytest.approx(expected, rel=1e-13)
    assert objective.count(batch) == N and objective.network is plain.network


def test_the_decay_of_the_transition_is_that_of_its_singular_values():
    """||W||² = Σ s²: on the manifold the bases have no part in it, their gradient is no direction there."""
    objective, plain, theta, batch = problem({"W": [CompositeDecay(0.1)]})
    s = 1 + MARGIN * np.tanh(theta["W_p"] / 2)
    assert objective.penalty(theta) == pytest.approx(0.1 * np.sum(s**2), rel=1e-13)
    added = objective.gradient(theta, batch).vector - plain.gradient(theta, batch).vector
    added = theta.like(added)
    np.testing.assert_allclose(added["W_p"], 2 * 0.1 * s * MARGIN / 2 * (1 - ((s - 1) / MARGIN) ** 2), atol=1e-15)
    for name in ("W_U", "W_V"):
        assert np.abs(added[name]).max() > 0.01
        np.testing.assert_allclose(added[name] @ theta[name].T, theta[name] @ added[name].T, atol=1e-15)


def test_soft_orthogonality_reaches_the_spectrum_through_the_transition():
    """||WᵀW - I||² = Σ (s² - 1)², pulled towards s = 1 by training on the penalty alone."""
    objective, _, theta, batch = problem({"W": [SoftOrthogonality(1.0)]}, margin=None)
    s = theta["W_p"].copy()
    assert objective.penalty(theta) == pytest.approx(np.sum((s**2 - 1) ** 2), rel=1e-12)

    class Alone:
        def value_and_gradient(self, theta, batch):
            return objective.penalty(theta), objective._add_gradient(theta, theta.like())

        count = objective.count

    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(0.1)}, others=GradientDescent(0.05))
    result = train(optimizer, Alone(), theta, same_batch(batch), 300, progress=False)
    np.testing.assert_allclose(np.abs(result.theta["W_p"]), 1, atol=1e-6)
    assert defect(objective.penalized_array(result.theta, "W")) < 1e-5


def test_penalties_on_plain_parameters_are_added_where_they_stand():
    objective, plain, theta, batch = problem({"W_p": [GaussianPrior(0.4, MARGIN)], "W_U": [SoftOrthogonality(2.0)]})
    theta["W_U"] *= 1.1
    added = theta.like(objective.gradient(theta, batch).vector - plain.gradient(theta, batch).vector)
    s = 1 + MARGIN * np.tanh(theta["W_p"] / 2)
    assert objective.penalty(theta) == pytest.approx(0.4 * np.sum((s - 1) ** 2) + 2 * H * (1.21 - 1) ** 2, rel=1e-12)
    np.testing.assert_allclose(added["W_U"], 4 * 2.0 * 0.21 * theta["W_U"], rtol=1e-10, atol=1e-13)
    for name in set(theta) - {"W_p", "W_U"}:
        assert not added[name].any()


def test_the_penalty_s_gradient_enters_the_cayley_step():
    objective, plain, theta, batch = problem({"W_V": [WeightsTowards(np.eye(H))]})
    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(0.1)}, others=GradientDescent(0.1))
    new, _, report = optimizer.step(theta, optimizer.init(theta), objective, batch)
    G = plain.gradient(theta, batch)
    expected = cayley_step(theta["W_V"], G["W_V"] + 2 * (theta["W_V"] - np.eye(H)), 0.1)
    np.testing.assert_allclose(new["W_V"], expected, atol=1e-14)
    np.testing.assert_array_equal(new["W_U"], cayley_step(theta["W_U"], G["W_U"], 0.1))
    assert np.linalg.norm(new["W_V"] - cayley_step(theta["W_V"], G["W_V"], 0.1)) > 0.01 and defect(new["W_V"]) < 1e-13
    assert report["loss"] == objective.value(theta, batch)


class WeightsTowards:
    """||A - target||²: a penalty of the reader's own, with the four methods."""

    def __init__(self, target):
        self.target = target

    def value(self, A):
        return float(np.sum((A - self.target) ** 2))

    def gradient(self, A):
        return 2 * (A - self.target)

    def hessian_product(self, A, RA):
        return 2 * RA

    gauss_newton_product = hessian_product


def test_a_penalty_on_the_transition_may_be_any_that_has_the_methods():
    goal = np.random.default_rng(5).standard_normal((H, H))
    objective, plain, theta, batch = problem({"W": [WeightsTowards(goal)]})
    W, cache = plain.network.transition(theta)
    assert objective.penalty(theta) == pytest.approx(np.sum((W - goal) ** 2), rel=1e-13)
    added = theta.like(objective.gradient(theta, batch).vector - plain.gradient(theta, batch).vector)
    for name, expected in zip(("W_U", "W_p", "W_V"), spectral.backward(2 * (W - goal), cache)):
        np.testing.assert_allclose(added[name], expected, rtol=1e-10, atol=1e-14)


def test_the_transition_is_composed_once_a_penalised_gradient(monkeypatch):
    objective, plain, theta, batch = problem()
    calls, transition = [], FactorizedRNN.transition
    monkeypatch.setattr(FactorizedRNN, "transition", lambda *arguments: calls.append(1) or transition(*arguments))
    plain.value_and_gradient(theta, batch)
    of_plain = len(calls)
    objective.gradient(theta, batch)
    objective.penalty(theta)
    assert of_plain == 1 and len(calls) == of_plain + (1 + 1) + 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_nothing_is_mutated(dtype):
    objective, _, theta, batch = problem(dtype=dtype)
    before = theta.vector.copy()
    value, gradient = objective.value_and_gradient(theta, batch)
    product = objective.curvature(theta, batch) @ theta.vector
    assert type(value) is float and gradient.dtype == product.dtype == dtype
    np.testing.assert_array_equal(theta.vector, before)
    np.testing.assert_array_equal(objective.gradient(theta, batch).vector, gradient.vector)


def test_a_structurally_damped_product_has_the_penalties_gauss_newton_part():
    """A product that is a function is of the Gauss-Newton sort; so are then the penalties' products, never indefinite.
    """
    objective, plain, theta, batch = problem()
    product = structurally_damped(plain.network, 0.7)
    v = np.random.default_rng(1).standard_normal(theta.size)
    G = {one: objective.curvature(theta, batch, of) @ v - plain.curvature(theta, batch, of) @ v
         for one, of in (("damped", product), ("gauss_newton", "gauss_newton"), ("hessian", "hessian"))}
    np.testing.assert_allclose(G["damped"], G["gauss_newton"], atol=1e-12)
    assert np.linalg.norm(G["hessian"] - G["gauss_newton"]) > 0.1
    with pytest.raises(ValueError, match="product is 'newton' but must be one of gauss_newton, hessian"):
        objective.curvature(theta, batch, "newton")


def test_hessian_free_optimisation_takes_it():
    objective, _, theta, batch = problem()
    optimizer = HessianFree(damping=0.1, preconditioner=None, rho="damped", structural=0.03)
    new, _, report = optimizer.step(theta, optimizer.init(theta), objective, Batches(batch))
    assert report["loss"] == objective.value(theta, batch)
    assert report["loss_after"] == objective.value(new, batch) < 0.8 * report["loss"]


def test_networks_without_a_transition_have_penalties_on_their_parameters():
    rng = np.random.default_rng(0)
    recurrent = Objective(ElmanRNN(D, H, C), Masked(softmax_cross_entropy))
    theta, soft = recurrent.network.init(rng), Penalized(recurrent, {"W": [SoftOrthogonality(0.5)]})
    assert soft.penalty(theta) == pytest.approx(0.5 * defect(theta["W"]) ** 2)
    feed_forward = Objective(MLP((D, C)), softmax_cross_entropy)
    theta = feed_forward.network.init(rng)
    objective, batch = Penalized(feed_forward, {"W1": [CompositeDecay(0.5)]}), (np.ones((2, D)), np.full((2, C), 1 / C))
    added = theta.like(objective.gradient(theta, batch).vector - feed_forward.gradient(theta, batch).vector)
    np.testing.assert_allclose(added["W1"], theta["W1"], rtol=1e-12)
    assert not added["b1"].any()


def test_no_penalties_add_nothing():
    for penalties in ({}, {"W": [], "U": ()}):
        objective, plain, theta, batch = problem(penalties)
        assert objective.penalty(theta) == 0
        np.testing.assert_array_equal(objective.gradient(theta, batch).vector, plain.gradient(theta, batch).vector)
        v = theta.vector
        np.testing.assert_array_equal(objective.curvature(theta, batch) @ v, plain.curvature(theta, batch) @ v)


@pytest.mark.parametrize("network, name, known", [
    (FactorizedRNN(D, H, C), "S", "U, W_U, W_p, W_V, b, h0, V, c, W"),
    (ElmanRNN(D, H, C), "W_U", "U, W, b, h0, V, c"),
])
def test_unknown_names_are_refused(network, name, known):
    plain = Objective(network, Masked(softmax_cross_entropy))
    for those in ([CompositeDecay(0.1)], []):
        with pytest.raises(ValueError, match=f"^penalties has '{name}' but the network's arrays are {known}$"):
            Penalized(plain, {name: those})
