"""Gradient, G and H of the Elman network against dense matrices by autograd."""

import numpy as np
import pytest

from tests.hessian_free.problems import LOSS_NAMES
from tests.hessian_free.recurrent_problems import recurrent_problem


def formed(p, **options):
    return p.objective.curvature(p.theta, p.batch, **options) @ np.eye(p.theta.size)


@pytest.mark.parametrize("outputs", ["all", "last"])
@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_every_loss(loss, outputs):
    p = recurrent_problem(loss, outputs=outputs, decay=0.05)
    vector = p.theta.vector
    value, gradient = p.objective.value_and_gradient(p.theta, p.batch)
    assert value == pytest.approx(p.dense.value(vector), rel=1e-13)
    np.testing.assert_allclose(gradient.vector, p.dense.gradient(vector), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(formed(p), p.dense.gauss_newton(vector), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "logistic", "softplus", "identity", "relu"])
def test_every_activation(activation):
    """relu's kinks have measure zero, and no unit of this problem is near one."""
    p = recurrent_problem("logistic_cross_entropy", activation)
    vector = p.theta.vector
    gradient = p.objective.gradient(p.theta, p.batch)
    np.testing.assert_allclose(gradient.vector, p.dense.gradient(vector), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(formed(p), p.dense.gauss_newton(vector), rtol=1e-10, atol=1e-12)
    if activation in ("tanh", "softplus"):
        H = formed(p, product="hessian")
        np.testing.assert_allclose(H, p.dense.hessian(vector), rtol=1e-9, atol=1e-12)
        assert np.abs(H - formed(p)).max() > 0.01


@pytest.mark.parametrize("T", [1, 2, 7])
def test_lengths(T):
    p = recurrent_problem("softmax_cross_entropy", T=T, N=2)
    np.testing.assert_allclose(formed(p), p.dense.gauss_newton(p.theta.vector), rtol=1e-10, atol=1e-12)
    H = formed(p, product="hessian", damping=0.3)
    np.testing.assert_allclose(H, p.dense.hessian(p.theta.vector) + 0.3 * np.eye(p.theta.size), rtol=1e-9, atol=1e-12)
