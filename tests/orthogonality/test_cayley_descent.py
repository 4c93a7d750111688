"""Cayley descent as an optimiser: its steps, what it reports and restores, what ends it."""

import numpy as np
import pytest

from ref.orthogonality import (
    CayleyDescent,
    cayley_step,
    defect,
    geodesic_step,
    newton_schulz,
    polar_factor,
    wrong_side_step,
)
from ref.parameters import Parameters
from ref.training import Memory, same_batch, train
from tests.orthogonality.descents import BATCH, Distances
from tests.orthogonality.points import gradient, point, rotation


def problem(dtype=np.float64):
    """A square matrix and a tall one, with targets on their manifolds."""
    theta = Parameters.from_arrays({"U": rotation(6, 1).astype(dtype), "M": point(7, 3, 1).astype(dtype)})
    return theta, Distances(U=rotation(6).astype(dtype), M=point(7, 3).astype(dtype))


@pytest.mark.parametrize("step", [cayley_step, geodesic_step])
def test_every_matrix_takes_the_step(step):
    theta, objective = problem()
    optimizer = CayleyDescent(0.1, step=step)
    new, state, report = optimizer.step(theta, optimizer.init(theta), objective, BATCH)
    _, gradient = objective.value_and_gradient(theta, BATCH)
    for name in theta:
        np.testing.assert_array_equal(new[name], step(theta[name], gradient[name], 0.1))
    assert state == {"t": 1}
    assert report.keys() == {"loss", "gradient_norm", "gradient_equivalents", "defect"}
    assert report["gradient_equivalents"] == 3


def test_it_reaches_the_minimum():
    theta, objective = problem()
    result = train(CayleyDescent(0.2), objective, theta, same_batch(BATCH), 300, progress=False)
    losses = [row["loss"] for row in result.rows]
    assert losses[0] > 10 and losses[-1] < 1e-20
    assert all(defect(M) < 1e-13 for _, M in result.theta.items())


def test_the_released_code_s_step_in_its_place_does_not():
    theta, objective = Parameters.from_arrays({"U": rotation(16, 1)}), Distances(U=rotation(16))
    right, wrong = (train(CayleyDescent(0.05, step=step), objective, theta, same_batch(BATCH), 300, progress=False).rows
                    for step in (cayley_step, wrong_side_step))
    assert right[-1]["loss"] < 1e-3 < 10 < wrong[-1]["loss"]


def test_the_defect_is_reported_before_it_is_undone():
    theta, objective = problem()
    theta["U"] *= 1 + 1e-9
    first = defect(theta["U"])
    optimizer = CayleyDescent(1e-3, restore_every=3)
    state, seen = optimizer.init(theta), []
    for _ in range(7):
        theta, state, report = optimizer.step(theta, state, objective, BATCH)
        seen.append(report["defect"])
    np.testing.assert_allclose(seen[:3], first, rtol=1e-5)  # a step keeps it
    assert max(seen[3:]) < 1e-13
    never = CayleyDescent(1e-3, restore_every=None)
    theta, _ = problem()
    theta["U"] *= 1 + 1e-9
    for t in range(1, 200):
        theta, _, report = never.step(theta, {"t": t}, objective, BATCH)
    assert report["defect"] == pytest.approx(first, rel=1e-4)


def test_restoring_is_one_newton_schulz_step():
    theta, objective = problem()
    _, gradient = objective.value_and_gradient(theta, BATCH)
    new, _, _ = CayleyDescent(0.1, restore_every=5).step(theta, {"t": 4}, objective, BATCH)
    for name in theta:
        np.testing.assert_array_equal(new[name], newton_schulz(cayley_step(theta[name], gradient[name], 0.1)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_nothing_is_mutated(dtype):
    theta, objective = problem(dtype)
    optimizer, before = CayleyDescent(np.float64(0.1), restore_every=1), theta.vector.copy()
    state = optimizer.init(theta)
    new, _, _ = optimizer.step(theta, state, objective, BATCH)
    assert new.dtype == dtype and state == {"t": 0}
    np.testing.assert_array_equal(theta.vector, before)
    np.testing.assert_array_equal(optimizer.step(theta, state, objective, BATCH)[0].vector, new.vector)
    assert not np.shares_memory(new.vector, theta.vector)


def test_a_gradient_that_is_not_finite_ends_training_at_the_last_good_parameters():
    theta, objective = problem()

    class Overflowing(Distances):
        def value_and_gradient(self, theta, batch):
            value, gradient = super().value_and_gradient(theta, batch)
            if self.asked > 4:
                gradient.vector[0] = np.inf
            return value, gradient

    broken = Overflowing(**objective.targets)
    result = train(CayleyDescent(0.1), broken, theta, same_batch(BATCH), 10, progress=False, recorder=Memory())
    good = train(CayleyDescent(0.1), objective, theta, same_batch(BATCH), 4, progress=False)
    assert result.stopped == "parameters not finite" and result.step == 4
    np.testing.assert_array_equal(result.theta.vector, good.theta.vector)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_start_off_the_manifold_is_projected_where_that_is_asked_for(dtype):
    """The matrix off the manifold moves to the nearest point, the other takes its step; from then on both descend."""
    theta, objective = problem(dtype)
    theta["U"] += 0.1 * gradient(6, 6, dtype=dtype)
    asked, plain = CayleyDescent(0.2, project=True), CayleyDescent(0.2)
    with pytest.raises(ValueError, match="U must have orthonormal columns"):
        plain.init(theta)
    before = theta.vector.copy()
    new, state, report = asked.step(theta, asked.init(theta), objective, BATCH)
    assert report["defect"] == defect(theta["U"]) > 0.1 and state == {"t": 1} and new.dtype == dtype
    np.testing.assert_array_equal(new["U"], polar_factor(theta["U"]))
    np.testing.assert_array_equal(new["M"], cayley_step(theta["M"], 2 * (theta["M"] - objective.targets["M"]), 0.2))
    np.testing.assert_array_equal(theta.vector, before)
    later, _, report = asked.step(new, state, objective, BATCH)
    assert report["defect"] < 20 * np.finfo(dtype).eps
    np.testing.assert_array_equal(later.vector, plain.step(new, state, objective, BATCH)[0].vector)


def test_projection_takes_only_what_has_a_nearest_point():
    rng = np.random.default_rng(0)
    deficient = rng.standard_normal((5, 2)) @ rng.standard_normal((2, 3))
    for M, match in ((deficient, "M has rank 2 but must have 3: no one matrix with orthonormal columns is nearest"),
                     (np.zeros((4, 4)), "M has rank 0 but must have 4"),
                     (np.ones((3, 4)), r"M has shape \(3, 4\) but must be \(n, p\)"),
                     (np.full((3, 3), np.nan), "M must be finite")):
        with pytest.raises(ValueError, match=match):
            CayleyDescent(0.1, project=True).init(Parameters.from_arrays({"M": M}))


def test_projection_changes_nothing_for_a_start_on_the_manifold():
    theta, objective = problem()
    one, other = (train(CayleyDescent(0.1, project=project), objective, theta, same_batch(BATCH), 20, progress=False)
                  for project in (True, False))
    np.testing.assert_array_equal(one.theta.vector, other.theta.vector)


def test_bad_settings_starts_and_states_are_refused():
    for settings, error, match in (({"learning_rate": 0.0}, ValueError, "learning_rate is 0.0"),
                                   ({"learning_rate": 0.1, "restore_every": 0}, ValueError, "restore_every is 0"),
                                   ({"learning_rate": 0.1, "restore_every": 1.5}, TypeError, "restore_every is 1.5")):
        with pytest.raises(error, match=match):
            CayleyDescent(**settings)
    optimizer = CayleyDescent(0.1)
    for arrays, match in (({"p": np.ones(3)}, r"p has shape \(3,\) but must be \(n, p\) with n >= p"),
                          ({"M": point(7, 3).T}, r"M has shape \(3, 7\) but must be \(n, p\)"),
                          ({"U": 2 * np.eye(3)}, r"U must have orthonormal columns but \|\|MᵀM - I\|\| = 5.2"),
                          ({"U": np.diag([1.0, 1, 0])}, r"\|\|MᵀM - I\|\| = 1: .* project=True takes the nearest"),
                          ({"U": np.eye(3) * np.nan}, "M must be finite")):
        with pytest.raises(ValueError, match=match):
            optimizer.init(Parameters.from_arrays(arrays))
    theta, objective = problem()
    with pytest.raises(ValueError, match="state has no 't'"):
        optimizer.step(theta, {}, objective, BATCH)
    with pytest.raises(TypeError, match="theta is a ndarray but must be Parameters"):
        optimizer.step(theta.vector, {"t": 0}, objective, BATCH)
