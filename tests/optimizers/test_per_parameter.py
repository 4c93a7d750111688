"""Optimisers put together by name: each part does what it would do alone, on one gradient."""

import numpy as np
import pytest

from ref.optimizers import Adam, GradientDescent, Momentum, Nesterov, PerParameter, RMSprop
from ref.orthogonality import CayleyDescent, cayley_step, factors, renormalized, spectral
from ref.parameters import Parameters
from ref.training import same_batch, train
from tests.orthogonality.descents import BATCH, Distances
from tests.orthogonality.points import rotation

TARGETS = {"U": rotation(5), "p": np.arange(5.0), "b": np.ones(3), "V": rotation(5, 1)}
START = {"U": rotation(5, 2), "p": np.zeros(5), "b": np.full(3, -1.0), "V": rotation(5, 3)}


def start(dtype=np.float64):
    return Parameters.from_arrays({name: array.astype(dtype) for name, array in START.items()})


def paper(margin: float = 0.1):
    return PerParameter({("U", "V"): CayleyDescent(0.01), ("p",): RMSprop(renormalized(1e-3, margin))},
                        others=RMSprop(1e-2))


def alone(optimizer, names, steps: int = 20):
    """The optimiser on a problem of these names and no others; the distances of other names do not reach it."""
    theta = Parameters.from_arrays({name: START[name] for name in names})
    return train(optimizer, Distances(**{name: TARGETS[name] for name in names}), theta, same_batch(BATCH), steps,
                 progress=False).theta


def test_each_part_does_what_it_would_do_alone():
    objective = Distances(**TARGETS)
    result = train(paper(), objective, start(), same_batch(BATCH), 20, progress=False)
    assert objective.asked == 20  # one gradient a step, whatever the number of parts
    for part, names in ((CayleyDescent(0.01), ("U", "V")), (RMSprop(5e-3), ("p",)), (RMSprop(1e-2), ("b",))):
        expected = alone(part, names)
        for name in names:
            np.testing.assert_array_equal(result.theta[name], expected[name])
    assert result.rows[0].keys() >= {"loss", "gradient_norm", "step_gradient_equivalents", "defect"}
    assert result.rows[0]["loss"] == pytest.approx(sum(np.sum((START[name] - TARGETS[name]) ** 2) for name in START))
    assert result.rows[0]["step_gradient_equivalents"] == 3
    assert set(result.state) == {"U,V.t", "p.r", "others.r"}


def test_a_part_may_be_any_optimiser_that_takes_its_gradient_at_theta():
    parts = {("U",): CayleyDescent(0.05), ("p",): Momentum(0.01, 0.8), ("V", "b"): Adam(0.02)}
    result = train(PerParameter(parts), Distances(**TARGETS), start(), same_batch(BATCH), 20, progress=False)
    for names, part in parts.items():
        expected = alone(part, names)
        for name in names:
            np.testing.assert_array_equal(result.theta[name], expected[name])
    assert result.rows[-1]["momentum"] == 0.8
    with pytest.raises(TypeError, match="others is a Nesterov, which has no update: see Updates in ref.protocols"):
        PerParameter({("U", "V"): CayleyDescent(0.05)}, others=Nesterov(0.01))
    with pytest.raises(TypeError, match=r"parts\[\('b',\)\] is a Nesterov, which has no update"):
        PerParameter({("b",): Nesterov(0.01)})


def test_it_learns_the_factors_of_a_matrix():
    """min ||U S Vᵀ - T||² with T of singular values within the margin: all three factors must move."""
    U, p, V = factors("orthogonal", np.random.default_rng(0), 4, 0.5, determinant=1)
    goal_U, _, goal_V = factors("orthogonal", np.random.default_rng(1), 4, 0.5, determinant=1)
    target = (goal_U * [0.6, 0.8, 1.2, 1.4]) @ goal_V.T

    class Factored:
        def value_and_gradient(self, theta, batch):
            W, cache = spectral.forward(theta["U"], theta["p"], theta["V"], 0.5)
            gradient = theta.like()
            gradient["U"], gradient["p"], gradient["V"] = spectral.backward(2 * (W - target), cache)
            return float(np.sum((W - target) ** 2)), gradient

        def count(self, batch):
            return 1

    theta = Parameters.from_arrays({"U": U, "p": p, "V": V})
    optimizer = PerParameter({("U", "V"): CayleyDescent(0.1)}, others=GradientDescent(renormalized(1.0, 0.5)))
    result = train(optimizer, Factored(), theta, same_batch(BATCH), 1000, progress=False)
    assert result.rows[0]["loss"] > 10 and result.rows[-1]["loss"] < 1e-6
    assert max(row["defect"] for row in result.rows) < 1e-12


def test_resumed_is_never_interrupted():
    whole = train(paper(), Distances(**TARGETS), start(), same_batch(BATCH), 9, progress=False)
    optimizer, theta = paper(), start()
    state = optimizer.init(theta)
    for _ in range(9):
        stored = {key: np.copy(value) if np.ndim(value) else value for key, value in state.items()}
        theta, state, _ = paper().step(theta, stored, Distances(**TARGETS), BATCH)
    np.testing.assert_array_equal(theta.vector, whole.theta.vector)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_nothing_is_mutated(dtype):
    theta, optimizer = start(dtype), paper()
    objective = Distances(**{name: target.astype(dtype) for name, target in TARGETS.items()})
    state = optimizer.init(theta)
    before = theta.vector.copy(), {name: np.copy(value) for name, value in state.items()}
    new, new_state, _ = optimizer.step(theta, state, objective, BATCH)
    np.testing.assert_array_equal(theta.vector, before[0])
    for name, value in before[1].items():
        np.testing.assert_array_equal(state[name], value)
    assert new.dtype == new_state["p.r"].dtype == dtype
    np.testing.assert_array_equal(new["U"], cayley_step(theta["U"], 2 * (theta["U"] - objective.targets["U"]), 0.01))


def test_bad_names_are_refused():
    with pytest.raises(ValueError, match="parts has U more than once"):
        PerParameter({("U",): CayleyDescent(0.1), ("U", "V"): CayleyDescent(0.1)})
    for parts, others, match in (
        ({("W",): CayleyDescent(0.1)}, RMSprop(0.1), "parts has W but theta holds U, p, b, V"),
        ({("U", "V"): CayleyDescent(0.1)}, None, "theta holds p, b, which no part has and others is None"),
        ({("U", "p"): CayleyDescent(0.1)}, RMSprop(0.1), r"p has shape \(5,\) but must be \(n, p\)"),
    ):
        with pytest.raises(ValueError, match=match):
            PerParameter(parts, others).init(start())
    with pytest.raises(TypeError, match="theta is a ndarray but must be Parameters"):
        paper().step(start().vector, {}, Distances(**TARGETS), BATCH)
    with pytest.raises(ValueError, match="state has no 't'"):
        paper().step(start(), {}, Distances(**TARGETS), BATCH)
    everything = PerParameter({("U", "V"): CayleyDescent(0.1), ("p", "b"): RMSprop(0.1)}, others=Adam())
    assert not any(key.startswith("others") for key in everything.init(start()))  # others may have nothing to do
