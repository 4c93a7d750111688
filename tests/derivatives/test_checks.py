"""The checker is checked: each check passes what is right, fails what is wrong, and says where."""

import ast
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import ref.checks
from ref.checks import (
    CheckFailure,
    Row,
    check_at_most,
    check_curvature_factor,
    check_float32,
    check_gradient,
    check_hessian_product,
    check_layouts,
    check_loss,
    check_network,
    check_nonnegative,
    check_objective,
    check_op,
    check_orthogonal,
    check_pure,
    check_simplex,
    check_taylor,
    complex_step,
    dense,
    numerical_hessian,
    numerical_jacobian,
    require_equal,
    richardson,
    table,
    taylor_slopes,
)
from ref.layers import affine, tanh
from ref.losses import squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective
from tests.derivatives.cases.case import dense_start, normal


def test_it_imports_nothing_but_numpy():
    allowed = {"numpy", *sys.stdlib_module_names}
    for path in Path(ref.checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.partition(".")[0] in allowed or name.startswith("ref.checks."), (f"{path.name} imports "
                                                                                             f"{name}")


def test_everything_exported_is_there():
    assert all(hasattr(ref.checks, name) for name in ref.checks.__all__)
    assert ref.checks.__all__ == sorted(ref.checks.__all__, key=lambda name: (not name[0].isupper(), name))


def test_differences():
    assert richardson(lambda h: np.exp(2 * h)) == pytest.approx(2, rel=1e-11)
    assert richardson(lambda h: np.exp(2 * h), h=0.05, levels=3) == pytest.approx(2, rel=1e-12)
    assert complex_step(lambda h: np.exp(2 * h)) == 2
    A = normal(3, 4)
    np.testing.assert_allclose(numerical_jacobian(lambda x: A @ x, normal(4)), A, rtol=1e-10)
    B = A.T @ A
    np.testing.assert_allclose(numerical_hessian(lambda x: 0.5 * x @ B @ x, normal(4)), B, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(dense(lambda v: A @ v, 4), A)
    assert numerical_jacobian(lambda x: x**2, normal(2, 3)).shape == (2, 3, 2, 3)


def test_taylor_slopes_of_known_remainders():
    np.testing.assert_allclose(taylor_slopes(lambda h: h + h**2, (0, 1)), 2, atol=1e-9)
    np.testing.assert_allclose(taylor_slopes(lambda h: h + h**3, (0, 1, 0)), 3, atol=1e-9)
    assert check_taylor(lambda h: 1 + 2 * h, (1, 2)) == 0
    with pytest.raises(CheckFailure, match="f: expected slope 3, got 2.0"):
        check_taylor(lambda h: h + h**2, (0, 1, 0))
    with pytest.raises(CheckFailure, match="checks nothing"):
        check_taylor(lambda h: 0 * h, (0, 0))


def test_a_failure_names_check_argument_entry_expected_and_got():
    got = np.array([[1.0, 2.0], [3.0, 4.5]])
    with pytest.raises(CheckFailure) as failure:
        require_equal("some check", "W", got, np.array([[1.0, 2.0], [3.0, 4.0]]), 1e-8)
    assert str(failure.value) == ("some check, argument W: entry [1, 1]: expected 4, got 4.5; "
                                  "relative error of the array 9.1e-02, allowed 1e-08")
    with pytest.raises(CheckFailure, match=r"argument W: expected shape \(2,\), got \(2, 2\)"):
        require_equal("some check", "W", got, np.ones(2), 1e-8)
    with pytest.raises(CheckFailure, match="argument W: expected an array of shape .*, got None"):
        require_equal("some check", "W", None, np.ones(2), 1e-8)
    with pytest.raises(CheckFailure, match=r"entry \[0\]: expected 1, got nan"):
        require_equal("some check", "W", np.array([np.nan, 1.0]), np.ones(2), 1e-8)
    with pytest.raises(CheckFailure, match="some check, argument f: expected 1, got 2"):
        require_equal("some check", "f", 2.0, np.float64(1.0), 1e-8)
    assert issubclass(CheckFailure, AssertionError)


def test_an_op_by_name_or_by_position_and_with_a_pass_missing():
    x, W, b = normal(3, 4), normal(4, 5, seed=1), normal(5, seed=2)
    assert check_op(affine, (x, W, b)) == check_op(affine, {"x": x, "W": W, "b": b})
    assert {row.argument for row in check_op(affine, (x, W, b))} == {"x", "W", "b", "all"}
    with pytest.raises(TypeError, match="op SimpleNamespace has no r_forward, r_backward but needs forward, backward"):
        check_op(SimpleNamespace(forward=tanh.forward, backward=tanh.backward), (x,))
    short = SimpleNamespace(**vars(affine) | {"backward": lambda dy, cache: affine.backward(dy, cache)[:2]})
    with pytest.raises(CheckFailure, match="expected one array for each of x, W, b, got 2"):
        check_op(short, (x, W, b))


def test_a_linear_op_must_have_no_second_derivative():
    with pytest.raises(CheckFailure, match="expected zero second derivatives"):
        check_op(tanh, {"x": normal(3, 4)}, linear=True)


def test_hygiene():
    a = normal(3, 4)

    def mutating(x):
        x += 1
        return x.copy()

    def remembering(x, calls=[]):  # noqa: B006 - the fault that is planted
        calls.append(0)
        return x * len(calls)

    buffer = np.empty((3, 4))

    def sharing(x):
        return np.multiply(x, 2, out=buffer)

    assert check_pure(np.tanh, a) == 0
    with pytest.raises(CheckFailure, match="nothing is mutated, an argument of function"):
        check_pure(mutating, a.copy())
    with pytest.raises(CheckFailure, match="called twice, the result of function"):
        check_pure(remembering, a)
    with pytest.raises(CheckFailure, match="a later call, the earlier result of function"):
        check_pure(sharing, a)
    with pytest.raises(CheckFailure, match="an argument of function.*y"):
        check_pure(lambda cache: np.negative(cache.y, out=cache.y).copy(), tanh.Cache(a.copy(), a))


def test_layouts_and_dtypes():
    a = normal(3, 4)
    assert check_layouts(lambda x: x.T @ x, a) <= 1e-12
    with pytest.raises(CheckFailure, match="another layout"):
        check_layouts(lambda x: x.ravel(order="K").copy(), a)
    assert check_float32(np.tanh, a) < 1e-6
    with pytest.raises(CheckFailure, match=r"float32 stays float32, function\[1\]: expected float32, got float64"):
        check_float32(lambda x: (x, x * np.linspace(0, 1, 4)), a)
    with pytest.raises(CheckFailure, match="float32 stays near float64"):
        check_float32(lambda x: (x + x.dtype.type(1e8)) - x.dtype.type(1e8), a)


def test_structure():
    Q, _ = np.linalg.qr(normal(4, 3))
    assert check_orthogonal(Q) < 1e-12
    with pytest.raises(CheckFailure, match="orthogonal, W: expected WᵀW = I, missed by"):
        check_orthogonal(1.01 * Q)
    assert check_simplex(np.array([[0.25, 0.75], [1.0, 0.0]])) == 0
    for p in ([0.5, 0.6], [-0.5, 1.5], [np.nan, 1.0]):
        with pytest.raises(CheckFailure, match="simplex, weights"):
            check_simplex(np.array(p), name="weights")
    assert check_nonnegative([0.0, 2.0]) == 0
    with pytest.raises(CheckFailure, match="non-negative, KL"):
        check_nonnegative(-0.1, name="KL")
    assert check_at_most([-3.0, -2.0], -2.0) == 0
    with pytest.raises(CheckFailure, match="at most, ELBO"):
        check_at_most(-1.0, -2.0, name="ELBO")
    with pytest.raises(CheckFailure):
        check_at_most(np.nan, 1.0)


def test_gradient_and_curvature_of_a_function():
    A = normal(4, 4)
    B, x = A @ A.T, normal(4, seed=1)

    def f(x):
        return 0.5 * x @ B @ x

    assert check_gradient(f, B @ x, x) < 1e-8
    with pytest.raises(CheckFailure, match="gradient against differences, argument x"):
        check_gradient(f, A @ x, x)
    assert check_hessian_product(lambda x: B @ x, lambda v: B @ v, x) < 1e-8
    with pytest.raises(CheckFailure, match="Hessian product against differences"):
        check_hessian_product(lambda x: B @ x, lambda v: A @ v, x)
    assert check_curvature_factor(lambda v: A @ v, lambda v: B @ v, 4) < 1e-12
    with pytest.raises(CheckFailure, match="curvature factor"):
        check_curvature_factor(lambda v: A.T @ v, lambda v: B @ v, 4)


def test_a_wrong_loss_network_and_objective_fail():
    z, t = normal(2, 3), normal(2, 3, seed=1)
    unhalved = SimpleNamespace(**vars(squared_error) | {"gradient": lambda z, t: 2 * squared_error.gradient(z, t)})
    with pytest.raises(CheckFailure, match="gradient against differences, argument z"):
        check_loss(unhalved, z, t)

    class Forgetful(MLP):
        def backward(self, dz, cache):
            gradient = super().backward(dz, cache)
            gradient["b2"] = 0 * gradient["b2"]
            return gradient

    network = Forgetful((3, 4, 2), "tanh")
    with pytest.raises(CheckFailure, match="backward against differences, argument b2"):
        check_network(network, dense_start(network), normal(5, 3))

    class Undecayed(Objective):
        def gradient(self, theta, batch):
            return theta.like(super().gradient(theta, batch).vector - self.weight_decay * theta.vector)

    network = MLP((3, 4, 2), "tanh")
    objective = Undecayed(network, squared_error, weight_decay=0.1)
    with pytest.raises(CheckFailure, match="gradient against differences, argument W1"):
        check_objective(objective, dense_start(network), (normal(5, 3), normal(5, 2, seed=1)))


def test_table():
    text = table([Row("layers.affine", "W", "dot test", 1.25e-13, 1e-12), Row("tanh", "x", "backward", 0.0, 1e-8)])
    lines = text.splitlines()
    assert lines[0].split() == ["op", "argument", "check", "worst", "error", "allowed"]
    assert lines[2].split() == ["layers.affine", "W", "dot", "test", "1.2e-13", "1e-12"]
    assert len(lines) == 4
