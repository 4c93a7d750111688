"""The objective with a masked loss, on sequences: masks say what counts, chunks change nothing, and bad data are
refused by name.
"""

import numpy as np
import pytest

from ref.batch import Batch
from ref.losses import Masked, logistic_cross_entropy, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.objective import Objective
from ref.optimizers.adam import Adam
from ref.training.train import train

T, N, D, H, C = 4, 7, 2, 5, 3
NETWORK = ElmanRNN(D, H, C)


@pytest.fixture
def theta():
    theta = NETWORK.init(np.random.default_rng(0))
    theta.vector[:] = 0.5 * np.random.default_rng(0).standard_normal(theta.size)
    return theta


@pytest.fixture
def batch():
    """Case 2 has no target at all, and case 5 has one at every step."""
    rng = np.random.default_rng(1)
    mask = rng.random((T, N)) < 0.5
    mask[:, 2], mask[:, 5] = False, True
    return rng.standard_normal((T, N, D)), rng.uniform(size=(T, N, C)), mask


def everything(objective, theta, batch):
    v = np.random.default_rng(2).standard_normal(theta.size)
    value, gradient = objective.value_and_gradient(theta, batch)
    return [np.float64(value), np.float64(objective.value(theta, batch)), gradient.vector,
            objective.gradient(theta, batch).vector, objective.curvature(theta, batch).matvec(v),
            objective.curvature(theta, batch, product="hessian", damping=0.3).matvec(v)]


def assert_same(a, b):
    for one, other in zip(a, b, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", [squared_error, logistic_cross_entropy, softmax_cross_entropy])
def test_a_mean_over_cases_and_a_sum_over_steps(loss, theta, batch):
    x, t, mask = batch
    z, _ = NETWORK.forward(theta, x)
    expected = sum(loss.value(z[s, n : n + 1], t[s, n : n + 1]) for s, n in zip(*np.nonzero(mask))) / N
    assert Objective(NETWORK, Masked(loss)).value(theta, batch) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
@pytest.mark.parametrize("loss", [squared_error, logistic_cross_entropy, softmax_cross_entropy])
def test_a_mean_over_targets(loss, chunk, theta, batch):
    """Each target counts alike, in whichever chunk it stands: all is N/M times what it is with the mean over cases."""
    x, t, mask = batch
    z, _ = NETWORK.forward(theta, x)
    expected = np.mean([loss.value(z[s, n : n + 1], t[s, n : n + 1]) for s, n in zip(*np.nonzero(mask))])
    objective = Objective(NETWORK, Masked(loss, "targets"), chunk=chunk)
    assert objective.value(theta, batch) == pytest.approx(expected, rel=1e-13)
    over_cases = everything(Objective(NETWORK, Masked(loss), chunk=chunk), theta, batch)
    v, factor = np.random.default_rng(2).standard_normal(theta.size), N / mask.sum()
    over_cases[-1] -= 0.3 * v  # the damping, which is no mean
    assert_same(everything(objective, theta, batch), [factor * result for result in over_cases[:-1]]
                + [factor * over_cases[-1] + 0.3 * v])


def test_a_mean_over_targets_does_not_grow_with_the_length(theta):
    """Equal steps, once and three times as many of them: no input, so that the states stay at rest."""
    theta["h0"][:] = theta["b"][:] = 0
    batches = [(np.zeros((S, N, D)), np.full((S, N, C), 1 / C), np.ones((S, N), bool)) for S in (T, 3 * T)]
    objectives = {mean: Objective(NETWORK, Masked(softmax_cross_entropy, mean)) for mean in ("cases", "targets")}
    losses = {mean: [objective.value(theta, batch) for batch in batches] for mean, objective in objectives.items()}
    assert losses["targets"][1] == pytest.approx(losses["targets"][0], rel=1e-13)
    assert losses["cases"][1] == pytest.approx(3 * losses["cases"][0], rel=1e-13)
    assert losses["cases"][0] == pytest.approx(T * losses["targets"][0], rel=1e-13)


def test_an_unknown_mean_is_refused():
    for mean in ("steps", None):
        with pytest.raises(ValueError, match=f"mean is {mean!r} but must be one of cases, targets"):
            Objective(NETWORK, Masked(squared_error, mean))


@pytest.mark.parametrize("mean", ["cases", "targets"])
@pytest.mark.parametrize("chunk", [1, 2, 3, 6, 7])
@pytest.mark.parametrize("loss", [squared_error, softmax_cross_entropy])
def test_chunks_change_nothing(chunk, loss, mean, theta, batch):
    whole, parts = (Objective(NETWORK, Masked(loss, mean), 0.1, size) for size in (1000, chunk))
    assert_same(everything(parts, theta, batch), everything(whole, theta, batch))


def test_targets_off_the_mask_are_never_looked_at(theta, batch):
    x, t, mask = batch
    other = np.where(mask[..., None], t, 1e6)
    objective = Objective(NETWORK, Masked(squared_error))
    assert_same(everything(objective, theta, (x, other, mask)), everything(objective, theta, batch))
    with pytest.raises(AssertionError):
        assert_same(everything(objective, theta, (x, other, ~mask)), everything(objective, theta, batch))


def test_what_stands_after_the_last_target_does_not_count(theta, batch):
    """A sequence may be padded: the padding changes nothing."""
    x, t, mask = batch
    padded = [np.concatenate([array, np.ones((2, *array.shape[1:]), array.dtype)]) for array in batch]
    padded[2][T:] = False
    objective = Objective(NETWORK, Masked(softmax_cross_entropy))
    assert_same(everything(objective, theta, tuple(padded)), everything(objective, theta, batch))


def test_the_last_step_alone(theta, batch):
    x, t, _ = batch
    last = np.zeros((T, N), bool)
    last[-1] = True
    network = ElmanRNN(D, H, C, outputs="last")
    expected = everything(Objective(NETWORK, Masked(squared_error), 0.1), theta, (x, t, last))
    got = everything(Objective(network, Masked(squared_error), 0.1, chunk=3), theta, (x, t[-1:], last[-1:]))
    assert_same(got, expected)


@pytest.mark.parametrize("chunk", [3, 100])
def test_float32_stays_float32(chunk, theta, batch):
    objective = Objective(NETWORK, Masked(softmax_cross_entropy), np.float64(0.1), chunk)
    x, t, mask = batch
    small = x.astype(np.float32), t.astype(np.float32), mask
    narrow = everything(objective, theta.astype(np.float32), small)
    assert all(result.dtype == np.float32 for result in narrow[2:])
    for a, b in zip(narrow, everything(objective, theta, batch)):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_outputs_predictions_and_counts(theta, batch):
    objective = Objective(NETWORK, Masked(softmax_cross_entropy), chunk=3)
    z = list(objective.outputs(theta, batch))
    assert [part.shape for part in z] == [(T, 3, C), (T, 3, C), (T, 1, C)]
    np.testing.assert_allclose(np.concatenate(z, axis=1), NETWORK.forward(theta, batch[0])[0], rtol=1e-12)
    p = np.concatenate(list(objective.predictions(theta, batch)), axis=1)
    assert p.shape == (T, N, C) and objective.count(batch) == N
    np.testing.assert_allclose(p.sum(axis=-1), 1)


def ragged(array):
    return [array[: T - n % 2, n] for n in range(N)]


BAD = {
    "batch-major": (lambda x, t, m: (x.swapaxes(0, 1), t, m), ValueError, "x has 4 cases but t has 7"),
    "t batch-major": (lambda x, t, m: (x, t.swapaxes(0, 1), m), ValueError, "x has 7 cases but t has 4"),
    "mask batch-major": (lambda x, t, m: (x, t, m.T), ValueError, "x has 7 cases but mask has 4"),
    "ragged x": (lambda x, t, m: (ragged(x), t, m), ValueError, "x is ragged but must be one array; pad shorter"),
    "ragged t": (lambda x, t, m: (x, ragged(t), m), ValueError, "t is ragged but must be one array; pad shorter"),
    "no steps": (lambda x, t, m: (x[:0], t[:0], m[:0]), ValueError, r"x is an empty batch: it has shape \(0, 7, 2\)"),
    "no cases": (lambda x, t, m: (x[:, :0], t[:, :0], m[:, :0]), ValueError,
                 r"x is an empty batch: it has shape \(4, 0, 2\)"),
    "no targets": (lambda x, t, m: (x, t, m & False), ValueError, "mask selects no step of any case"),
    "mask of numbers": (lambda x, t, m: (x, t, m.astype(float)), TypeError, "mask is float64 but must be bool"),
    "no mask": (lambda x, t, m: Batch((x,), (t,), 1), TypeError, "targets has no mask: a masked loss takes t and mask"),
    "four parts": (lambda x, t, m: (x, t, m, m), TypeError,
                   r"batch is a tuple of 4 but must be a Batch, a tuple \(x, t\)"),
    "one step": (lambda x, t, m: (x, t[0], m), ValueError, "x has 7 cases but t has 3"),
    "last targets": (lambda x, t, m: (x, t[-1:], m[-1:]), ValueError,
                     r"t has shape \(1, \d, 3\) but must be \(4, \d, 3\), time first"),
    "other steps": (lambda x, t, m: (x, t[1:], m[1:]), ValueError,
                    r"t has shape \(3, \d, 3\) but must be \(4, \d, 3\)"),
    "steps of the mask": (lambda x, t, m: (x, t, m[1:]), ValueError,
                          r"mask has shape \(3, \d\) but must be \(4, \d\) like t"),
    "other cases": (lambda x, t, m: (x, t[:, 1:], m), ValueError, "x has 7 cases but t has 6"),
    "other outputs": (lambda x, t, m: (x, t[..., 1:], m), ValueError,
                      r"t has shape \(4, \d, 2\) but must be \(4, \d, 3\)"),
    "other inputs": (lambda x, t, m: (x[..., 1:], t, m), ValueError,
                     r"x has shape \(4, \d, 1\) but must be \(T, N, 2\)"),
    "mixed dtypes": (lambda x, t, m: (x.astype(np.float32), t, m), TypeError,
                     "x is float32 but theta is float64"),
    "integers": (lambda x, t, m: (x.astype(int), t, m), TypeError, "x is int64 but must be float32 or float64"),
    "x not finite": (lambda x, t, m: (np.where(x > 1, np.inf, x), t, m), ValueError,
                     r"x must be finite but x\[.*\] is inf"),
    "t not finite": (lambda x, t, m: (x, np.where(t > 0.9, np.nan, t), m), ValueError,
                     r"t must be finite but t\[.*\] is nan"),
}


@pytest.mark.parametrize("method", ["value", "gradient", "value_and_gradient", "curvature"])
@pytest.mark.parametrize("chunk", [2, 100])
@pytest.mark.parametrize("name", BAD)
def test_bad_batches(name, chunk, method, theta, batch):
    spoil, error, message = BAD[name]
    objective = Objective(NETWORK, Masked(squared_error), chunk=chunk)
    with pytest.raises(error, match=message):
        result = getattr(objective, method)(theta, spoil(*batch))
        result @ np.ones(theta.size)  # the curvature of a batch in chunks looks at it when it is asked for a product


def test_there_is_no_fisher_diagonal_of_a_recurrent_network(theta, batch):
    objective = Objective(NETWORK, Masked(squared_error))
    with pytest.raises(TypeError, match="network is a ElmanRNN, which has no backward_squares.* preconditioner=None"):
        objective.gradient_and_squares(theta, batch)
    with pytest.raises(TypeError, match="network is a ElmanRNN, which has no backward_squares"):
        objective.curvature_diagonal(theta, batch, np.random.default_rng(0))


def growing(theta):
    """Linear units whose states grow a hundredfold and more with every step, and overflow at about the 150th."""
    theta["W"] = 100 * np.ones((H, H))
    return theta


@pytest.mark.parametrize("masked_out", [False, True])
def test_states_that_overflow_give_a_value_that_is_not_finite(masked_out, theta):
    """Also where the steps that overflowed have no target: the gradient would not be finite either."""
    network, steps = ElmanRNN(D, H, C, "identity"), 200
    mask = np.ones((steps, N), bool)
    if masked_out:
        mask[10:] = False
    batch = np.ones((steps, N, D)), np.zeros((steps, N, C)), mask
    objective = Objective(network, Masked(squared_error))
    with np.errstate(over="ignore", invalid="ignore"):
        value, gradient = objective.value_and_gradient(growing(theta), batch)
    assert not np.isfinite(value) and not np.isfinite(gradient.vector).all()


def test_training_ends_early_where_states_overflow(theta):
    batch = np.ones((200, N, D)), np.zeros((200, N, C)), np.ones((200, N), bool)
    objective = Objective(ElmanRNN(D, H, C, "identity"), Masked(squared_error))
    before = growing(theta).vector.copy()
    result = train(Adam(1e-3), objective, theta, lambda step: batch, 5, progress=False)
    assert result.stopped == "loss not finite"
    np.testing.assert_array_equal(result.theta.vector, before)


def test_first_order_methods_take_it(theta, batch):
    objective = Objective(NETWORK, Masked(logistic_cross_entropy))
    result = train(Adam(0.01), objective, theta, lambda step: batch, 30, progress=False)
    assert objective.value(result.theta, batch) < 0.9 * objective.value(theta, batch)
    assert result.gradient_equivalents == 30 * N
