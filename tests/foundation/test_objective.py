"""The objective: chunks change nothing, weight decay adds up, and bad data are refused by name."""

import numpy as np
import pytest

from ref.batch import Batch
from ref.losses import logistic_cross_entropy, softmax_cross_entropy, squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective

NETWORK = MLP((4, 5, 3), "tanh")


@pytest.fixture
def theta():
    return NETWORK.init(np.random.default_rng(0), "glorot")


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return rng.standard_normal((7, 4)), rng.uniform(size=(7, 3))


def everything(objective, theta, batch, v):
    value, gradient = objective.value_and_gradient(theta, batch)
    _, _, squares = objective.gradient_and_squares(theta, batch)
    return [np.float64(value), np.float64(objective.value(theta, batch)), gradient.vector,
            objective.gradient(theta, batch).vector, squares.vector,
            objective.curvature(theta, batch).matvec(v),
            objective.curvature(theta, batch, product="hessian", damping=0.3).matvec(v)]


@pytest.mark.parametrize("chunk", [1, 2, 3, 6, 7])
@pytest.mark.parametrize("loss", [squared_error, logistic_cross_entropy, softmax_cross_entropy])
def test_chunks_change_nothing(theta, batch, chunk, loss):
    v = np.random.default_rng(2).standard_normal(theta.size)
    whole = everything(Objective(NETWORK, loss, 0.1), theta, batch, v)
    parts = everything(Objective(NETWORK, loss, 0.1, chunk), theta, batch, v)
    for a, b in zip(parts, whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def test_weight_decay(theta, batch):
    plain, decayed = Objective(NETWORK, squared_error), Objective(NETWORK, squared_error, weight_decay=0.4)
    assert decayed.value(theta, batch) - plain.value(theta,
                                                     batch) == pytest.approx(0.2 * np.dot(theta.vector, theta.vector))
    difference = decayed.gradient(theta, batch).vector - plain.gradient(theta, batch).vector
    np.testing.assert_allclose(difference, 0.4 * theta.vector, atol=1e-15)
    v = np.random.default_rng(2).standard_normal(theta.size)
    for kind in ("gauss_newton", "hessian"):
        Bv = decayed.curvature(theta, batch, kind).matvec(v) - plain.curvature(theta, batch, kind).matvec(v)
        np.testing.assert_allclose(Bv, 0.4 * v, atol=1e-14)


@pytest.mark.parametrize("chunk", [3, 100])
def test_float32_stays_float32(theta, batch, chunk):
    objective = Objective(NETWORK, logistic_cross_entropy, np.float64(0.1), chunk)
    small, data = theta.astype(np.float32), tuple(array.astype(np.float32) for array in batch)
    v = np.random.default_rng(2).standard_normal(theta.size)
    for damping in (np.float64(0.5), np.full(theta.size, 0.5)):
        B = objective.curvature(small, data, damping=damping)
        assert B.dtype == np.float32 and B.matvec(v.astype(np.float32)).dtype == np.float32
    value, gradient = objective.value_and_gradient(small, data)
    assert type(value) is float and gradient.dtype == np.float32
    assert all(result.dtype == np.float32 for result in objective.gradient_and_squares(small, data)[1:])
    assert objective.curvature_diagonal(small, data, np.random.default_rng(0)).dtype == np.float32
    for a, b in zip(objective.gradient_and_squares(small, data)[1:], objective.gradient_and_squares(theta, batch)[1:]):
        np.testing.assert_allclose(a.vector, b.vector, rtol=1e-3, atol=1e-6)


def test_curvature_leaves_no_trace_of_a_product(theta, batch):
    B = Objective(NETWORK, squared_error, chunk=3).curvature(theta, batch)
    u, v = np.random.default_rng(2).standard_normal((2, theta.size))
    first = B.matvec(v)
    kept = first.copy()
    B.matvec(u)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(B.matvec(v), kept)
    np.testing.assert_allclose(B.rmatvec(v), kept)


def calls(objective, theta, batch):
    """Every public method, by name."""
    return {"value": lambda: objective.value(theta, batch), "gradient": lambda: objective.gradient(theta, batch),
            "value_and_gradient": lambda: objective.value_and_gradient(theta, batch),
            "gradient_and_squares": lambda: objective.gradient_and_squares(theta, batch),
            "curvature": lambda: objective.curvature(theta, batch).matvec(np.ones(theta.size)),
            "curvature_diagonal": lambda: objective.curvature_diagonal(theta, batch, np.random.default_rng(0))}


METHODS = list(calls(Objective(NETWORK, squared_error), None, None))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chunk", [2, 100])
def test_bad_batches(method, chunk, theta, batch):
    objective = Objective(NETWORK, squared_error, chunk=chunk)
    x, t = batch

    def refused(bad, error, message):
        with pytest.raises(error, match=message):
            calls(objective, theta, bad)[method]()

    for bad in (np.nan, np.inf):
        spoiled = x.copy()
        spoiled[5, 2] = bad
        refused((spoiled, t), ValueError, rf"x must be finite but x\[5, 2\] is {bad}")
        spoiled = t.copy()
        spoiled[6, 0] = bad
        refused((x, spoiled), ValueError, rf"t must be finite but t\[6, 0\] is {bad}")
    refused((x[:0], t[:0]), ValueError, "x is an empty batch")
    refused((x, t[:5]), ValueError, "x has 7 cases but t has 5")
    refused((x, t[:, :2]), ValueError, "t has 2 columns but the network has 3 outputs")
    refused((x, np.arange(len(x))), ValueError, r"t has shape \(.*one row a case; .*np.eye\(3\)\[labels\]")
    refused((x, t, t > 0), ValueError, "x has 4 cases but t has 3")  # taken for sequences, time first
    refused(Batch((x,), (t, t > 0)), TypeError, "targets has 2 arrays but the loss takes one, t")
    refused((x[:, :3], t), ValueError, r"x has shape \(\d, 3\) but must be \(N, 4\)")
    refused((x[:, 0], t), ValueError, r"x has shape \(\d,\) but must be \(N, 4\)")
    refused(x, TypeError, "targets has 0 arrays but the loss takes one, t")
    refused((x, t[:, 0]), ValueError, r"t has shape \(\d,\) but the network's output has \(\d, 3\)")
    refused((x.astype(np.float32), t), TypeError, "x is float32 but theta is float64")
    refused((x, t.astype(np.float32)), TypeError, "t is float32 but the network's output is float64")
    refused((x.astype(int), t), TypeError, "x is int64 but must be float32 or float64")
    refused((x, t + 0j), TypeError, "t is complex128 but must be float32 or float64")


@pytest.mark.parametrize("method", [method for method in METHODS if method != "value"])
def test_bad_parameters(method, theta, batch):
    theta.vector[8] = np.nan
    with pytest.raises(ValueError, match=r"theta must be finite but theta\[8\] is nan"):
        calls(Objective(NETWORK, squared_error), theta, batch)[method]()


def test_a_value_that_overflows_is_told_not_raised(theta, batch):
    """A line search asks for the value of steps that are much too long: it needs an answer, and infinity is the right
    one.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        assert not np.isfinite(Objective(NETWORK, squared_error).value(theta.like(np.full(theta.size, 1e200)), batch))


def test_bad_options(theta, batch):
    with pytest.raises(ValueError, match="weight_decay is -0.1 but must be at least 0"):
        Objective(NETWORK, squared_error, weight_decay=-0.1)
    with pytest.raises(ValueError, match="chunk is 0 but must be at least 1"):
        Objective(NETWORK, squared_error, chunk=0)
    with pytest.raises(TypeError, match="chunk is 2.5 but must be a whole number"):
        Objective(NETWORK, squared_error, chunk=2.5)
    objective = Objective(NETWORK, squared_error)
    with pytest.raises(ValueError, match="product is 'fisher' but must be one of gauss_newton, hessian"):
        objective.curvature(theta, batch, product="fisher")
    with pytest.raises(ValueError, match="damping is -1 but must be at least 0"):
        objective.curvature(theta, batch, damping=-1)
    with pytest.raises(ValueError, match="damping is nan but must be finite"):
        objective.curvature(theta, batch, damping=np.nan)
    for vector in (np.full(theta.size, -1.0), np.ones(3), np.full(theta.size, np.nan), np.full(theta.size, np.inf)):
        with pytest.raises(ValueError, match=rf"damping must be one number or \({theta.size},\) of them, finite and "
                                             rf"none negative"):
            objective.curvature(theta, batch, damping=vector)
    with pytest.raises(ValueError):
        objective.curvature(theta, batch).matvec(np.ones(theta.size - 1))


def test_predictions_are_after_the_output_nonlinearity(theta, batch):
    objective = Objective(NETWORK, softmax_cross_entropy, chunk=3)
    p = list(objective.predictions(theta, batch[0]))
    assert [len(part) for part in p] == [3, 3, 1]
    np.testing.assert_allclose(np.concatenate(p).sum(axis=1), 1)
