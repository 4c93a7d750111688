"""All checks of an objective: value, gradient and curvature on the flat vector, at a batch.

A batch is a tuple whose first array is the network's input and whose others are the loss's targets, such as (x, t), or
an object with .inputs, .targets and .axis, such as ref.batch.Batch.  Arrays that are not of floats stay as they are.
"""

import itertools
from collections.abc import Callable

import numpy as np

from ref.checks.curvature import (
    check_gauss_newton,
    check_hessian_product,
    check_positive_semidefinite,
    check_symmetry,
    dense,
)
from ref.checks.failure import require_equal, require_nonzero
from ref.checks.hygiene import check_float32, check_layouts, check_pure
from ref.checks.losses import Split, check_gradient
from ref.checks.passes import op_name
from ref.checks.table import Row
from ref.checks.taylor import check_taylor

Array = np.ndarray
PRODUCTS = ("gauss_newton", "hessian")


class _Signs:
    """A generator that chooses not at random: each case is given the first or second value as `picks` says for its
    outputs.
    """

    def __init__(self, picks):
        self.picks = np.array(picks)

    def choice(self, values, shape):
        return np.broadcast_to(np.asarray(values)[self.picks], shape)


def _parts(batch) -> tuple[tuple, tuple, Callable]:
    """The inputs, the targets, and the function that makes a batch of other arrays in their places."""
    if isinstance(batch, tuple):
        return batch[:1], batch[1:], lambda *arrays: arrays
    n = len(batch.inputs)
    return batch.inputs, batch.targets, lambda *arrays: type(batch)(arrays[:n], arrays[n:], batch.axis)


def check_squares(objective, theta, batch, tolerance: float = 1e-12) -> float:
    """gradient_and_squares against a loop over cases: 1/N Σₙ gₙ², gₙ without weight decay; the worst relative error."""
    value, gradient, squares = objective.gradient_and_squares(theta, batch)
    inputs, targets, of_arrays = _parts(batch)
    cases = [objective.gradient(theta, of_arrays(*(array[n : n + 1] for array in inputs + targets))).vector
             - objective.weight_decay * theta.vector for n in range(len(inputs[0]))]
    check = "squares against a loop over cases"
    require_nonzero(check, "theta", np.mean(np.square(cases), axis=0))
    return max(require_equal(check, "value", value, np.float64(objective.value(theta, batch)), tolerance),
               require_equal(check, "gradient", gradient.vector, objective.gradient(theta, batch).vector, tolerance),
               require_equal(check, "squares", squares.vector, np.mean(np.square(cases), axis=0), tolerance))


def check_curvature_diagonal(objective, theta, batch, tolerance: float = 1e-12) -> float:
    """The mean of curvature_diagonal over all 2^C signs of the outputs is diag(G) exactly; the relative error."""
    _, (t,), _ = _parts(batch)
    picks = list(itertools.product((0, 1), repeat=t.shape[1]))
    mean = np.mean([objective.curvature_diagonal(theta, batch, _Signs(row)).vector for row in picks], axis=0)
    expected = np.diag(dense(objective.curvature(theta, batch).matvec, theta.vector.size)) - objective.weight_decay
    require_nonzero("curvature diagonal", "theta", expected)
    return require_equal("curvature diagonal", "theta", mean, expected, tolerance)


def check_objective(objective, theta, batch, seed: int = 0, split: Split | None = None,
                    name: str | None = None) -> list[Row]:
    """Every check of the objective at theta and batch; CheckFailure at the first that fails.

    objective   network, loss, weight_decay; value, gradient, value_and_gradient and
                curvature(theta, batch, product, damping)
    split       as in check_loss, where the loss's Gauss-Newton part is not made at the outputs z: (inner, outer), the
                value being outer(inner(z), *targets)
    """
    name = name or op_name(objective)
    inputs, targets, _ = _parts(batch)
    P, point, decay = theta.vector.size, theta.vector, objective.weight_decay
    rng = np.random.default_rng(seed)
    v, damping = rng.standard_normal(P), rng.random(P)
    unit = v / np.linalg.norm(v)
    inner, outer = split or ((lambda z: z), objective.loss.value)

    def value(vector):
        return objective.value(theta.like(vector), batch)

    def gradient(vector):
        return objective.gradient(theta.like(vector), batch).vector

    def along(step):
        return value(point + step * unit)

    H = objective.curvature(theta, batch, product="hessian").matvec
    G = objective.curvature(theta, batch).matvec
    both = objective.value_and_gradient(theta, batch)
    coefficients = (both[0], np.dot(both[1].vector, unit), np.dot(H(unit), unit))
    rows = [
        Row(name, array, "gradient against differences", error, 1e-8)
        for array, error in _gradient_errors(objective, theta, batch).items()
    ]
    rows += [
        Row(name, "theta", "value_and_gradient agrees", max(
            require_equal("value_and_gradient", "value", both[0], np.float64(value(point)), 1e-13),
            require_equal("value_and_gradient", "gradient", both[1].vector, gradient(point), 1e-13)), 1e-13),
        Row(name, "v", "Hessian product against differences", check_hessian_product(gradient, H, point, seed), 1e-8),
        Row(name, "v", "Gauss-Newton product against dense J'HJ", check_gauss_newton(
            lambda v: G(v) - decay * v, lambda w: inner(objective.network.forward(theta.like(w), *inputs)[0]),
            lambda p: outer(p, *targets), point), 1e-8),
        Row(name, "v", "symmetry of H", check_symmetry(H, P, seed), 1e-12),
        Row(name, "v", "symmetry of G", check_symmetry(G, P, seed), 1e-12),
        Row(name, "v", "G positive semi-definite", check_positive_semidefinite(G, P), 1e-12),
        Row(name, "theta", "Taylor slope 2 (shortfall)", check_taylor(along, coefficients[:2], "gradient"), 0.1),
        Row(name, "theta", "Taylor slope 3 (shortfall)", check_taylor(along, coefficients, "hessian"), 0.1),
    ]
    rows += _damping_rows(objective, theta, batch, v, damping, name)
    rows += _hygiene_rows(objective, theta, batch, v, seed, name)
    if _has_squares(objective):
        rows.append(Row(name, "theta", "squares against a loop over cases", check_squares(objective, theta, batch),
                        1e-12))
        error = check_curvature_diagonal(objective, theta, batch)
        rows.append(Row(name, "theta", "curvature diagonal over all signs", error, 1e-12))
    return rows


def _has_squares(objective) -> bool:
    return hasattr(objective, "curvature_diagonal") and hasattr(objective.network, "backward_squares")


def _gradient_errors(objective, theta, batch) -> dict[str, float]:
    """The gradient of each named array against differences."""
    got, errors = dict(objective.gradient(theta, batch).items()), {}
    for name, array in theta.items():
        def value(x):
            moved = theta.like(theta.vector.copy())
            dict(moved.items())[name][...] = x
            return objective.value(moved, batch)

        errors[name] = check_gradient(value, got[name], array.copy(), name)
    return errors


def _damping_rows(objective, theta, batch, v: Array, damping: Array, name: str) -> list[Row]:
    """Damping by a number and by a vector adds just that to both kinds of curvature."""
    rows = []
    for product in PRODUCTS:
        plain = objective.curvature(theta, batch, product=product).matvec(v)
        for label, amount in (("a number", 0.3), ("a vector", damping)):
            damped = objective.curvature(theta, batch, product=product, damping=amount).matvec(v)
            error = require_equal(f"damping by {label}", product, damped, plain + amount * v, 1e-12)
            rows.append(Row(name, product, f"damping by {label}", error, 1e-12))
    return rows


def _hygiene_rows(objective, theta, batch, v: Array, seed: int, name: str) -> list[Row]:
    inputs, targets, of_arrays = _parts(batch)
    arrays = list(inputs + targets)
    floats = [i for i, array in enumerate(arrays) if array.dtype.kind == "f"]

    def passes(point, v, *moved):
        others = dict(zip(floats, moved))
        at, batch = theta.like(point), of_arrays(*(others.get(i, array) for i, array in enumerate(arrays)))
        results = [objective.value_and_gradient(at, batch),
                   *(objective.curvature(at, batch, product).matvec(v) for product in PRODUCTS)]
        if _has_squares(objective):
            results += [objective.gradient_and_squares(at, batch),
                        objective.curvature_diagonal(at, batch, np.random.default_rng(seed))]
        return results

    arguments = (theta.vector, v, *(arrays[i] for i in floats))
    check_pure(passes, *arguments, name=name)
    return [Row(name, "all", "same bits, nothing mutated", 0.0, 0.0),
            Row(name, "all", "memory layouts", check_layouts(passes, *arguments, name=name), 1e-12),
            Row(name, "all", "float32 stays float32", check_float32(passes, *arguments, name=name), 1e-4)]
