"""The cases: for each op, loss, network and objective, small arguments of which all dimensions differ, and what is run on them.

A case names the functions whose derivatives it checks (`covers`, "module:qualified name"); the completeness test finds every
derivative of the tree and fails for one that no case covers.  To add an op, add a case to its area's list.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ref import arrays
from ref.checks import Row, check_loss, check_network, check_objective, check_op, check_simplex, require_equal
from ref.layers import affine, identity, logistic, relu, softmax, softplus, tanh
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.mlp import MLP
from ref.objective import Objective


class Case(NamedTuple):
    name: str
    covers: tuple[str, ...]
    run: Callable[[], list[Row]]


def functions(owner, *names: str) -> tuple[str, ...]:
    """module:name for each function of a module or method of a class."""
    prefix = f"{owner.__module__}:{owner.__name__}." if isinstance(owner, type) else f"{owner.__name__}:"
    return tuple(prefix + name for name in names)


FOUR_PASSES = ("forward", "backward", "r_forward", "r_backward")
LOSS = ("value", "gradient", "hessian_product", "gauss_newton_product", "curvature_factor")


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def away_from_kinks(x: np.ndarray) -> np.ndarray:
    """Entries at least 0.1 from zero, where rectifiers bend."""
    return x + 0.1 * np.sign(x)


def layer(op, arguments, analytic: bool = True, linear: bool = False, helpers: tuple[str, ...] = (), promise=None) -> Case:
    """promise: a structure check that the output must pass."""
    name = op.__name__.removeprefix("ref.")

    def run() -> list[Row]:
        rows = check_op(op, arguments, analytic=analytic, linear=linear, name=name)
        if promise:
            rows.append(Row(name, "y", promise.__name__.removeprefix("check_"), promise(op.forward(*arguments.values())[0]), 1e-12))
        return rows

    return Case(name, functions(op, *FOUR_PASSES, *helpers), run)


LAYERS = [
    layer(affine, {"x": normal(3, 4), "W": normal(4, 5, seed=1), "b": normal(5, seed=2)}),
    layer(identity, {"x": normal(3, 4)}, linear=True),
    layer(logistic, {"x": normal(3, 4)}, helpers=("sigma",)),
    layer(tanh, {"x": normal(3, 4)}),
    layer(relu, {"x": away_from_kinks(normal(3, 4))}, linear=True),
    layer(softplus, {"x": away_from_kinks(normal(3, 4))}, analytic=False, helpers=("softplus",)),
    layer(softmax, {"x": normal(3, 4)}, helpers=("_sum",), promise=check_simplex),
]


def probabilities(*shape: int, seed: int = 0) -> np.ndarray:
    return softmax.forward(normal(*shape, seed=seed))[0]


def unit_interval(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.05, 0.95, shape)


def loss(module, t, formula, split=None, variant: str = "", helpers: tuple[str, ...] = ()) -> Case:
    """formula: one case's loss from its prediction p and target t, as a textbook has it."""
    name, z = module.__name__.removeprefix("ref.") + variant, normal(*t.shape)

    def run() -> list[Row]:
        expected = np.float64(np.mean([formula(p, target) for p, target in zip(module.prediction(z), t)]))
        error = require_equal("value against the formula", "z", module.value(z, t), expected, 1e-14)
        return [Row(name, "z", "value against the formula", error, 1e-14), *check_loss(module, z, t, split=split, name=name)]

    return Case(name, functions(module, *LOSS, *helpers), run)


def half_squared_error(p, t):
    return 0.5 * np.sum((p - t) ** 2)


def binary_cross_entropy(p, t):
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p))


def cross_entropy(p, t):
    return -np.sum(t * np.log(p))


def after_logistic(p, t):
    """The squared error as a function of the probabilities: there it is convex, and there its Gauss-Newton split is made."""
    return np.sum((p - t) ** 2) / (2 * len(t))


AFTER_LOGISTIC = (logistic_squared_error.prediction, after_logistic)

LOSSES = [
    loss(squared_error, normal(2, 3, seed=1), half_squared_error),
    loss(logistic_cross_entropy, unit_interval(2, 3), binary_cross_entropy),
    loss(softmax_cross_entropy, probabilities(2, 4, seed=1), cross_entropy, helpers=("_sum",)),
    loss(softmax_cross_entropy, unit_interval(3, 2, seed=1) * [[1.0], [0.0], [2.0]], cross_entropy,
         variant=" (weighted, masked)", helpers=("_sum",)),
    loss(logistic_squared_error, unit_interval(2, 3), half_squared_error, AFTER_LOGISTIC),
]


def dense_start(network: MLP, seed: int = 0):
    """Parameters without a zero among them."""
    theta = network.init(np.random.default_rng(seed), "glorot")
    return theta.like(theta.vector + 0.1 * normal(theta.size, seed=seed + 1))


def nearest_kink(network: MLP, theta, x) -> float:
    """The smallest |s_l| of any rectified unit."""
    _, cache = network.forward(theta, x)
    return min((np.abs(y @ W + theta[f"b{l}"]).min() for l, (y, W) in enumerate(cache.affine, 1)
                if network.activations[l - 1] == "relu"), default=np.inf)


def mlp(sizes, activations, cases: int, seed: int = 0, linear: bool = False) -> Case:
    network, x = MLP(sizes, activations), normal(cases, sizes[0], seed=seed)
    name = f"networks.mlp {'-'.join(map(str, sizes))} {activations if isinstance(activations, str) else ' '.join(activations)}"
    theta = dense_start(network, seed)
    assert nearest_kink(network, theta, x) > 0.04, f"{name}: a unit is near its kink; choose another seed"
    return Case(name, functions(MLP, *FOUR_PASSES, "backward_squares"),
                lambda: check_network(network, theta, x, seed, linear=linear, name=name))


NETWORKS = [
    mlp((5, 3), "tanh", 4, linear=True),
    mlp((5, 4, 2), "tanh", 3),
    mlp((6, 5, 2, 4, 7), ("logistic", "identity", "logistic", "identity"), 3),
    mlp((2, 5, 4, 3), ("softplus", "tanh", "logistic"), 6),
    mlp((3, 6, 5, 2), ("relu", "softplus", "tanh"), 4, seed=5),
    mlp((4, 5, 6, 3), "relu", 2, seed=4),
]


def objective(loss, t, sizes, activations, split=None, weight_decay: float = 0.0, chunk: int = 1000) -> Case:
    network = MLP((*sizes, t.shape[1]), activations)
    extra = f" decay {weight_decay}" * bool(weight_decay) + f" chunk {chunk}" * (chunk < len(t))
    name = f"objective {loss.__name__.rpartition('.')[2]}{extra}"
    batch = (normal(len(t), sizes[0], seed=3), t)
    covers = functions(Objective, "value", "gradient", "value_and_gradient", "gradient_and_squares", "curvature",
                       "curvature_diagonal")
    covers += ("ref.curvature:gauss_newton_product", "ref.curvature:hessian_product")
    covers += functions(Objective, "_chunks", "_decay", "_forward") + ("ref.objective:accumulate",)
    return Case(name, covers, lambda: check_objective(
        Objective(network, loss, weight_decay, chunk), dense_start(network), batch, split=split, name=name))


OBJECTIVES = [
    objective(squared_error, normal(5, 2, seed=1), (4, 3), "tanh"),
    objective(logistic_cross_entropy, unit_interval(5, 2), (3, 4), "logistic", weight_decay=0.2, chunk=4),
    objective(softmax_cross_entropy, probabilities(4, 3), (2, 5), "softplus", weight_decay=0.1),
    objective(logistic_squared_error, unit_interval(4, 3), (2, 5), "tanh", AFTER_LOGISTIC, chunk=2),
]

def sums() -> list[Row]:
    """add_product, which adds up gradients and curvature, over several blocks and a part of one."""
    total, scale, term = normal(3, 2 * arrays.BLOCK + 1)
    errors = {}
    for label, s in (("by a number", 0.3), ("by a vector", scale)):
        got = total.copy()
        arrays.add_product(got, s, term)
        errors[label] = require_equal("add_product", label, got, total + s * term, 1e-15)
    return [Row("arrays.add_product", label, "against total + scale term", error, 1e-15) for label, error in errors.items()]


SUMS = [Case("arrays.add_product", ("ref.arrays:add_product",), sums)]

CASES = [*SUMS, *LAYERS, *LOSSES, *NETWORKS, *OBJECTIVES]
