"""Layers and losses far from zero: finite, at their exact limits, without a warning; float32 stays float32."""

import importlib
import pkgutil
import warnings

import numpy as np
import pytest

import ref.layers
from ref.layers import logistic, softmax, softplus, tanh
from ref.losses import Masked, logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error

DTYPES = [np.float32, np.float64]
LOSSES = [squared_error, logistic_cross_entropy, softmax_cross_entropy, logistic_squared_error]
FAR = [[1e4, -1e4], [-1e4, 1e4], [-1e4, -1e4], [1e4, 1e4]]


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("dtype", DTYPES)
def test_layers_at_their_limits(dtype):
    x = np.array([-1e4, 0, 1e4], dtype)
    np.testing.assert_array_equal(logistic.forward(x)[0], np.array([0, 0.5, 1], dtype))
    np.testing.assert_array_equal(tanh.forward(x)[0], np.array([-1, 0, 1], dtype))
    np.testing.assert_array_equal(softplus.forward(x)[0], np.array([0, np.log(dtype(2)), 1e4], dtype))
    np.testing.assert_array_equal(softmax.forward(x)[0], np.array([0, 0, 1], dtype))
    for op in (logistic, tanh, softmax):
        y, cache = op.forward(x)
        assert y.dtype == dtype
        np.testing.assert_array_equal(op.backward(np.ones_like(x), cache)[[0, 2]], 0)
    np.testing.assert_array_equal(softplus.backward(np.ones_like(x), softplus.forward(x)[1]),
                                  np.array([0, 0.5, 1], dtype))


def test_small_tails_are_not_lost():
    """softplus(x) is exp(x) far below zero, where log(1 + exp(x)) would round to 0."""
    assert softplus.softplus(np.array([-40.0]))[0] == pytest.approx(np.exp(-40.0), rel=1e-15)
    z, t = np.array([[-40.0]]), np.zeros((1, 1))
    assert logistic_cross_entropy.value(z, t) == pytest.approx(np.exp(-40.0), rel=1e-15)
    assert logistic_cross_entropy.gradient(z, t)[0, 0] == pytest.approx(np.exp(-40.0), rel=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_shift_leaves_the_softmax_alone(dtype):
    x = np.array([[1.0, 2.0, 3.0]], dtype)
    t = np.array([[0.2, 0.3, 0.5]], dtype)
    for shift in (-1e4, 1e4):
        np.testing.assert_allclose(softmax.forward(x + dtype(shift))[0], softmax.forward(x)[0], rtol=1e-3)
        assert softmax_cross_entropy.value(x + dtype(shift), t) == pytest.approx(softmax_cross_entropy.value(x, t),
                                                                                 rel=1e-3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__.rpartition(".")[2])
@pytest.mark.parametrize("row", FAR)
@pytest.mark.parametrize("targets", [[0, 1], [1, 0]])
def test_losses_are_finite_and_keep_the_dtype(loss, dtype, row, targets):
    z, t = np.array([row], dtype), np.array([targets], dtype)
    Rz = np.array([[0.3, -0.7]], dtype)
    assert isinstance(loss.value(z, t), float) and np.isfinite(loss.value(z, t))  # summed in float64 whatever z's dtype
    results = [loss.gradient(z, t), loss.hessian_product(z, t, Rz), loss.gauss_newton_product(z, t, Rz),
               loss.curvature_factor(z, t, Rz), loss.prediction(z)]
    for result in results:
        assert np.isfinite(result).all() and result.dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_exact_limits_of_losses(dtype):
    z = np.array([[1e4, -1e4]], dtype)
    right, wrong = np.array([[1, 0]], dtype), np.array([[0, 1]], dtype)
    assert logistic_cross_entropy.value(z, right) == 0 and logistic_cross_entropy.value(z, wrong) == 2e4
    np.testing.assert_array_equal(logistic_cross_entropy.gradient(z, wrong), [[1, -1]])
    assert softmax_cross_entropy.value(z, right) == 0 and softmax_cross_entropy.value(z, wrong) == 2e4
    np.testing.assert_array_equal(softmax_cross_entropy.gradient(z, wrong), [[1, -1]])
    assert logistic_squared_error.value(z, right) == 0 and logistic_squared_error.value(z, wrong) == 1
    np.testing.assert_array_equal(logistic_squared_error.gradient(z, wrong), 0)
    assert squared_error.value(z, right) == pytest.approx(1e8, rel=1e-3)
    for loss in (logistic_cross_entropy, softmax_cross_entropy, logistic_squared_error):
        np.testing.assert_array_equal(loss.gradient(z, right), 0)
        np.testing.assert_array_equal(loss.hessian_product(z, wrong, np.ones_like(z)), 0)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__.rpartition(".")[2])
def test_mean_over_cases_sum_over_outputs(loss):
    rng = np.random.default_rng(0)
    z, t = rng.standard_normal((5, 3)), rng.dirichlet(np.ones(3), 5)
    each = [loss.value(z[n : n + 1], t[n : n + 1]) for n in range(5)]
    assert loss.value(z, t) == pytest.approx(np.mean(each), rel=1e-14)
    if loss is not softmax_cross_entropy:
        outputs = [loss.value(z[:, [c]], t[:, [c]]) for c in range(3)]
        assert loss.value(z, t) == pytest.approx(np.sum(outputs), rel=1e-14)


LAYERS = [module.name for module in pkgutil.iter_modules(ref.layers.__path__)]


# Ops without parameters that take any number of units: OPLU's come in pairs.
UNITS = [name for name in LAYERS if name not in ("affine", "readout", "elman", "lstm", "leaky_relu", "oplu",
                                                "batch_norm", "dropout", "images")]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNITS)
def test_units_keep_dtype_and_shape(name, dtype):
    op = importlib.import_module(f"ref.layers.{name}")
    for shape in ((3,), (3, 4), (2, 3, 4)):
        x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
        y, cache = op.forward(x)
        Ry, r_cache = op.r_forward(x, cache)
        for array in (y, op.backward(x, cache), Ry, op.r_backward(x, x, cache, r_cache)):
            assert array.dtype == dtype and array.shape == shape


@pytest.mark.parametrize("loss", [*LOSSES, Masked(softmax_cross_entropy), Masked(squared_error, "targets")],
                         ids=lambda loss: getattr(loss, "__name__", type(loss).__name__))
def test_float32_is_summed_in_float64(loss):
    """Many cases: what a sum in float32 would lose is more than what is allowed here; arrays stay float32."""
    rng = np.random.default_rng(0)
    masked = isinstance(loss, Masked)
    shape = (1000, 400, 3) if masked else (400_000, 3)
    z, t = (1 + rng.standard_normal(shape)).astype(np.float32), np.full(shape, 1 / 3, np.float32)
    others = (np.ones(shape[:2], bool),) * masked
    exact = loss.value(z.astype(np.float64), t.astype(np.float64), *others)
    assert abs(loss.value(z, t, *others) / exact - 1) < 2e-7
    assert loss.gradient(z, t, *others).dtype == np.float32
    if not masked:
        got, expected = loss.mean_curvature(z, t), loss.mean_curvature(z.astype(np.float64), t.astype(np.float64))
        assert got.dtype == np.float32
        np.testing.assert_allclose(np.diag(got), np.diag(expected), rtol=2e-6)
