"""The factorised network in training: margins and bases kept, by first-order methods and by Hessian-free."""

import numpy as np
import pytest

from ref.hessian_free import Batches, HessianFree
from ref.losses import Masked, softmax_cross_entropy
from ref.objective import Objective
from ref.optimizers import PerParameter, RMSprop
from ref.orthogonality import CayleyDescent, defect, polar_factor, singular_values
from ref.orthogonality.factorized_rnn import FactorizedRNN
from tests.orthogonality.factorized_problem import TASK, C, D, H, N, T, composed, inputs, learner, rng, start, trained


@pytest.mark.parametrize("margin", [0.0, 0.01, 0.3, 1.0])
def test_training_keeps_the_margin_and_the_bases(margin):
    """With nothing that restores them: the bases stay orthogonal, the spectrum within its margin, and all moves."""
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, margin, "identity")
    before, after, rows = trained(network, 200)
    assert len(rows) == 200 and np.mean([row["loss"] for row in rows[-10:]]) < 0.7 * rows[0]["loss"]
    s = np.linalg.svd(network.transition(after)[0], compute_uv=False)
    assert 1 - margin - 1e-12 <= s.min() <= s.max() <= 1 + margin + 1e-12
    for name in ("W_U", "W_V"):
        assert defect(after[name]) < 1e-12 and np.linalg.norm(after[name] - before[name]) > 0.1
    assert max(row["defect"] for row in rows) < 1e-12
    if margin == 0:
        np.testing.assert_array_equal(after["W_p"], 0)
        assert defect(network.transition(after)[0]) < 1e-12
    else:
        assert np.ptp(s) > 0.05 * margin
        np.testing.assert_allclose(np.sort(singular_values(after["W_p"], margin)[0])[::-1], s, rtol=1e-11)


def test_without_a_margin_nothing_holds_the_spectrum():
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, None, "identity")
    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(0.1), ("W_p",): RMSprop(0.01)}, others=RMSprop(3e-3))
    before, after, _ = trained(network, 200, optimizer)
    assert np.abs(after["W_p"] - 1).max() > 0.1 and defect(after["W_U"]) < 1e-12
    s = np.linalg.svd(network.transition(after)[0], compute_uv=False)
    np.testing.assert_allclose(np.sort(np.abs(after["W_p"])), s[::-1], rtol=1e-10)


def test_a_larger_spectrum_s_rate_stays_within_the_margin_too():
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, 0.1)
    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(0.1), ("W_p",): RMSprop(10.0)}, others=RMSprop(3e-3))
    _, after, _ = trained(network, 30, optimizer)
    s = np.linalg.svd(network.transition(after)[0], compute_uv=False)
    assert np.abs(after["W_p"]).max() > 20 and 0.9 - 1e-12 <= s.min() and 1.0999 < s.max() <= 1.1 + 1e-12


def test_training_in_float32_stays_near_that_in_float64():
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, 0.1)
    (_, narrow, _), (_, wide, _) = (trained(network, 20, dtype=dtype) for dtype in (np.float32, np.float64))
    assert narrow.dtype == np.float32 and wide.dtype == np.float64
    np.testing.assert_allclose(narrow.vector, wide.vector, atol=1e-3)
    assert defect(narrow["W_U"]) < 1e-5


def test_leaky_units_have_slopes_of_their_own_that_learn():
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, 0.1, "leaky_relu")
    assert network.shapes["a"] == (8,) and "a" not in FactorizedRNN(D, H, C).shapes
    before, after, rows = trained(network, 30, slope=0.5)
    np.testing.assert_array_equal(before["a"], 0.5)
    assert (after["a"] != 0.5).sum() > 4 and rows[-1]["loss"] < rows[0]["loss"]
    np.testing.assert_array_equal(network.init(rng())["a"], 0.25)
    with pytest.raises(ValueError, match="slope is nan but must be finite"):
        network.init(rng(), slope=np.nan)


@pytest.mark.parametrize("structural", [0.0, 0.03])
def test_hessian_free_optimisation_takes_it_also_with_structural_damping(structural):
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, 0.5)
    objective = Objective(network, Masked(softmax_cross_entropy, "targets"))
    theta, batch = network.init(rng(), input_range=0.5), TASK.sample(rng(1), 10)
    optimizer = HessianFree(damping=0.1, preconditioner=None, max_iterations=20, rho="damped", structural=structural)
    new, state = theta, optimizer.init(theta)
    for _ in range(2):
        new, state, report = optimizer.step(new, state, objective, Batches(batch))
    assert report["loss_after"] == objective.value(new, batch) < 0.8 * objective.value(theta, batch)
    assert all((new[name] != theta[name]).any() for name in theta)


def test_structural_damping_of_the_factors_is_that_of_the_composed_transition():
    """JᵀSJ, where S is the Elman network's and J takes the factors' directions to the transition's."""
    from ref.hessian_free import structurally_damped
    from ref.orthogonality import spectral

    network = FactorizedRNN(D, H, C, 0.5)
    theta, batch = start(network), (inputs(), np.full((T, N, C), 0.5), np.ones((T, N), bool))
    v = theta.like(rng(4).standard_normal(theta.size))
    W, cache = network.transition(theta)
    RW, _ = spectral.r_forward(v["W_U"], v["W_p"], v["W_V"], cache)
    plain = composed(network, theta, W)
    got, of_plain = (Objective(one, Masked(softmax_cross_entropy)).curvature(at, batch, structurally_damped(one, 0.7))
                     for one, at in ((network, theta), (network.composed, plain)))
    Sv = plain.like(of_plain @ composed(network, v, RW).vector)
    result = theta.like(got @ v.vector)
    for name, expected in zip(("W_U", "W_p", "W_V"), spectral.backward(Sv["W"], cache)):
        np.testing.assert_allclose(result[name], expected, rtol=1e-11)
    for name in set(theta) & set(plain):
        np.testing.assert_allclose(result[name], Sv[name], rtol=1e-11)


def test_bases_that_are_not_orthogonal_are_refused_by_the_optimiser_or_projected_where_that_is_asked_for():
    network = FactorizedRNN(TASK.n_inputs, 8, TASK.n_outputs, 0.1)
    objective = Objective(network, Masked(softmax_cross_entropy, "targets"))
    theta, batch = network.init(rng()), TASK.sample(rng(1), 10)
    theta["W_U"] += 0.1 * rng(1).standard_normal((8, 8))
    with pytest.raises(ValueError, match=r"W_U must have orthonormal columns but \|\|MᵀM - I\|\| = .*project=True"):
        learner(0.1).init(theta)
    optimizer = PerParameter({("W_U", "W_V"): CayleyDescent(0.1, project=True)}, others=RMSprop(3e-3))
    state = optimizer.init(theta)
    new, state, report = optimizer.step(theta, state, objective, batch)
    np.testing.assert_array_equal(new["W_U"], polar_factor(theta["W_U"]))
    assert report["defect"] == defect(theta["W_U"]) > 0.1
    assert optimizer.step(new, state, objective, batch)[2]["defect"] < 1e-13
    theta["W_V"][:, 0] = 0
    with pytest.raises(ValueError, match="W_V has rank 7 but must have 8"):
        optimizer.init(theta)
