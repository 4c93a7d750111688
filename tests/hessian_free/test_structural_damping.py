"""Structural damping against the dense sum of J'D''J: where it is split, how it is normalised, and how it is scaled."""

import numpy as np
import pytest
from autograd import jacobian

from ref.hessian_free import Batches, HessianFree, structurally_damped
from ref.layers import elman
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from tests.hessian_free.problems import problem
from tests.hessian_free.recurrent_problems import recurrent_problem

OPTIONS = dict(preconditioner=None, rho="damped")


def formed(p, strength, batch=None, **options):
    """(G + strength S'') as a matrix."""
    kind = structurally_damped(p.objective.network, strength)
    return p.objective.curvature(p.theta, p.batch if batch is None else batch, kind, **options) @ np.eye(p.theta.size)


def penalty(p, batch=None):
    """S'' alone."""
    return formed(p, 1.0, batch) - formed(p, 0.0, batch)


@pytest.mark.parametrize("outputs", ["all", "last"])
@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus", "identity"])
def test_against_the_dense_sum(activation, outputs):
    p = recurrent_problem("softmax_cross_entropy", activation, outputs=outputs, decay=0.05)
    vector = p.theta.vector
    expected = p.dense.gauss_newton(vector) + 0.7 * p.dense.structural(vector) + 0.2 * np.eye(vector.size)
    np.testing.assert_allclose(formed(p, 0.7, damping=0.2), expected, rtol=1e-10, atol=1e-12)


def test_it_is_the_curvature_of_the_penalty():
    """S(d), the matching loss of tanh between the states at theta and at theta + d, has its minimum at d = 0, and there
    the second derivative along d is dᵀS''d."""
    p = recurrent_problem()
    vector, N = p.theta.vector, p.batch[0].shape[1]
    d = np.random.default_rng(0).standard_normal(vector.size)

    def S(step):
        total = 0.0
        for n in range(N):
            (s0, h0), (s, _) = (p.dense.states(vector + k * d, n) for k in (0.0, step))
            total += np.sum(np.log(np.cosh(s) / np.cosh(s0)) - h0 * (s - s0))  # D(h, h') = ∫ (tanh - h), from s to s'
        return total / N

    step = 1e-3
    assert S(step) > 0 and S(-step) == pytest.approx(S(step), rel=0.01)
    assert (S(step) + S(-step)) / step**2 == pytest.approx(d @ penalty(p) @ d, rel=1e-5)


def test_the_split_is_at_the_pre_activation():
    """Mistakes caught, both of them splits at the state h_t (theano-hf before 2014, others still): the term added to
    dh_t, which gives phi'² in place of phi', the curvature of half the squared distance of the states; and the Jacobian
    of h_t with D'' as it is, phi'³."""
    p = recurrent_problem(scale=1.5)
    vector, N = p.theta.vector, p.batch[0].shape[1]
    states = [jacobian(lambda v: p.dense.states(v, n)[1])(vector) for n in range(N)]
    squared = sum(np.einsum("thp,thq->pq", J, J) for J in states) / N
    cubed = p.dense.structural(vector, "post-activation")
    got = penalty(p)
    np.testing.assert_allclose(got, p.dense.structural(vector), rtol=1e-9, atol=1e-11)
    for wrong, apart in ((squared, 0.2), (cubed, 0.3)):
        assert np.linalg.norm(got - wrong) > apart * np.linalg.norm(got)
    np.testing.assert_allclose(added_to_the_states(p), squared, rtol=1e-9, atol=1e-11)


def added_to_the_states(p):
    """The first mistake as a matrix: what is added to ds_t, Rh_t / N, goes into dh_t."""
    network, columns = p.objective.network, []
    _, cache = network.forward(p.theta, p.batch[0])
    for v in np.eye(p.theta.size):
        Rh = network.r_forward(p.theta.like(v), cache)[1].elman.Rh[1:]
        gradient = p.theta.like()
        _, gradient["U"], gradient["W"], gradient["b"], gradient["h0"], _ = elman.backward(Rh / Rh.shape[1],
                                                                                           cache.elman)
        columns.append(gradient.vector)
    return np.stack(columns, axis=1)


def test_it_is_a_mean_over_cases():
    """Mistake caught: a penalty that grows with the minibatch. All cases twice over give the same, and a batch of all
    cases is the mean of batches of one."""
    p = recurrent_problem(N=3)
    twice = tuple(np.concatenate([array, array], axis=1) for array in p.batch)
    np.testing.assert_allclose(penalty(p, twice), penalty(p), atol=1e-13)
    x, t, mask = p.batch[0], p.batch[1], np.ones_like(p.batch[2])
    one_by_one = [penalty(p, (x[:, n : n + 1], t[:, n : n + 1], mask[:, n : n + 1])) for n in range(3)]
    np.testing.assert_allclose(np.mean(one_by_one, axis=0), penalty(p), atol=1e-13)


@pytest.mark.parametrize("chunk", [1, 2])
def test_chunks_change_nothing(chunk):
    whole, parts = recurrent_problem(N=3), recurrent_problem(N=3, chunk=chunk)
    np.testing.assert_allclose(formed(parts, 0.7), formed(whole, 0.7), atol=1e-13)


def test_it_is_a_sum_over_all_steps_whether_they_have_targets_or_not():
    """The normalisation trap: with one target a case G has one term and S'' has T of them, none divided by anything."""
    p = recurrent_problem(T=5)
    x, t, mask = p.batch
    few = np.zeros_like(mask)
    few[-1, 0] = True
    np.testing.assert_allclose(penalty(p, (x, t, few)), penalty(p), atol=1e-13)
    lengths = [penalty(p, (x[:T], t[:T], np.ones_like(mask[:T]))) for T in (1, 2, 3, 5)]
    for shorter, longer in zip(lengths, lengths[1:]):
        assert np.linalg.eigvalsh(longer - shorter).min() > -1e-12, "each further step adds a semi-definite term"
        assert np.trace(longer) > np.trace(shorter)


def test_the_objective_and_its_gradient_are_not_touched():
    p = recurrent_problem("softmax_cross_entropy")
    plain, damped = (HessianFree(damping=0.5, structural=mu, **OPTIONS) for mu in (0.0, 2.0))
    (_, _, one), (theta, _, other) = (optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
                                      for optimizer in (plain, damped))
    assert one["loss"] == other["loss"] and one["gradient_norm"] == other["gradient_norm"]
    assert other["loss_after"] == pytest.approx(p.dense.value(theta.vector), rel=1e-12)
    assert other["norm"] < one["norm"], "more damping, a shorter step"


def test_a_step_solves_the_damped_system():
    """CG run to its end gives (G + lambda I + lambda mu S'')⁻¹ (-g), and rho is measured with that same model."""
    p = recurrent_problem("softmax_cross_entropy", decay=0.02)
    optimizer = HessianFree(damping=0.5, structural=0.3, max_iterations=120, stop="fixed", backtracking=False, rate=1.0,
                            **OPTIONS)
    theta, state, report = optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
    vector = p.theta.vector
    g = p.dense.gradient(vector)
    B = p.dense.gauss_newton(vector) + 0.5 * np.eye(vector.size) + 0.5 * 0.3 * p.dense.structural(vector)
    d = np.linalg.solve(B, -g)
    np.testing.assert_allclose(theta.vector - vector, d, rtol=1e-8, atol=1e-10)
    model = 0.5 * d @ B @ d + g @ d
    assert report["rho"] == pytest.approx((p.dense.value(vector + d) - p.dense.value(vector)) / model, rel=1e-8)
    assert state["damping"] == 0.5 * (1.5 if report["rho"] < 0.25 else 2 / 3 if report["rho"] > 0.75 else 1)


def test_levenberg_marquardt_scales_lambda_and_mu_together(monkeypatch):
    p = recurrent_problem("squared_error")
    seen, curvature = [], Objective.curvature

    def spy(self, theta, batch, kind, damping):
        seen.append((kind.keywords["strength"], damping))
        return curvature(self, theta, batch, kind, damping)

    monkeypatch.setattr(Objective, "curvature", spy)
    optimizer = HessianFree(damping=2.0, structural=0.03, **OPTIONS)
    theta, state = p.theta, optimizer.init(p.theta)
    for _ in range(4):
        theta, state, _ = optimizer.step(theta, state, p.objective, Batches(p.batch))
    strengths, dampings = zip(*seen)
    assert len(set(dampings)) > 1, "lambda has changed"
    np.testing.assert_allclose(strengths, 0.03 * np.array(dampings), rtol=1e-14)


def test_without_it_the_objective_is_asked_for_plain_curvature(monkeypatch):
    p = problem()
    kinds, curvature = [], Objective.curvature

    def spy(self, theta, batch, kind, damping):
        kinds.append(kind)
        return curvature(self, theta, batch, kind, damping)

    monkeypatch.setattr(Objective, "curvature", spy)
    optimizer = HessianFree()
    optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))
    assert kinds == ["gauss_newton"]


def test_float32_stays_float32():
    p = recurrent_problem()
    narrow, batch = p.theta.astype(np.float32), (*(a.astype(np.float32) for a in p.batch[:2]), p.batch[2])
    v = np.ones(p.theta.size)
    kind = structurally_damped(p.objective.network, np.float64(0.7))
    product = p.objective.curvature(narrow, batch, kind) @ v.astype(np.float32)
    assert product.dtype == np.float32
    np.testing.assert_allclose(product, p.objective.curvature(p.theta, p.batch, kind) @ v, rtol=1e-4, atol=1e-5)


def test_a_feed_forward_network_has_no_states_to_damp():
    p = problem()
    optimizer = HessianFree(structural=0.03, rho="damped")
    with pytest.raises(TypeError, match="network is a MLP but structural damping needs hidden states over time"):
        optimizer.step(p.theta, optimizer.init(p.theta), p.objective, Batches(p.batch))


@pytest.mark.parametrize("options, message", [
    (dict(structural=-0.1), "structural is -0.1 but must be at least 0"),
    (dict(structural=np.nan), "structural is nan but must be finite"),
    (dict(structural=0.03), "structural is 0.03, which needs curvature='gauss_newton' and rho='damped'; got 'gauss"),
    (dict(structural=0.03, rho="damped", curvature="hessian"), "structural is 0.03, which needs .* got 'hessian'"),
])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        HessianFree(**options)
    with pytest.raises(ValueError, match="strength is -1 but must be at least 0"):
        structurally_damped(ElmanRNN(2, 3, 1), -1)
