"""The cases: for each op, loss, network and objective, small arguments of which all dimensions differ, and what is run on them.

A case names the functions whose derivatives it checks (`covers`, "module:qualified name"); the completeness test finds every
derivative of the tree and fails for one that no case covers.  To add an op, add a case to its area's list.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from ref import arrays
from ref.checks import Row, check_loss, check_network, check_objective, check_op, check_simplex, dense, numerical_jacobian, require_equal
from ref.hessian_free import kfac, kflr, kfra, kronecker, span, structural_damping
from ref.layers import affine, elman, identity, logistic, relu, softmax, softplus, tanh
from ref.losses import logistic_cross_entropy, logistic_squared_error, softmax_cross_entropy, squared_error
from ref.networks.elman_rnn import ElmanRNN
from ref.networks.mlp import MLP
from ref.objective import Objective
from ref.sequence_objective import OverTime, SequenceObjective


class Case(NamedTuple):
    name: str
    covers: tuple[str, ...]
    run: Callable[[], list[Row]]


def functions(owner, *names: str) -> tuple[str, ...]:
    """module:name for each function of a module or method of a class."""
    prefix = f"{owner.__module__}:{owner.__name__}." if isinstance(owner, type) else f"{owner.__name__}:"
    return tuple(prefix + name for name in names)


FOUR_PASSES = ("forward", "backward", "r_forward", "r_backward")
LOSS = ("value", "gradient", "hessian_product", "gauss_newton_product", "curvature_factor", "mean_curvature")


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


def recurrence(T: int, phi: str) -> Case:
    name = f"layers.elman {phi} T={T}"
    op = SimpleNamespace(forward=partial(elman.forward, phi=phi), backward=elman.backward, r_forward=elman.r_forward,
                         r_backward=elman.r_backward)
    arguments = {"x": 0.5 * normal(T, 4, 6), "U": normal(6, 7, seed=1), "W": 0.5 * normal(7, 7, seed=2),
                 "b": normal(7, seed=3), "h0": normal(7, seed=4)}
    return Case(name, functions(elman, *FOUR_PASSES, "_over_time"),
                lambda: check_op(op, arguments, analytic=phi != "softplus", name=name))


RECURRENCES = [*(recurrence(T, "tanh") for T in (1, 2, 3, 5)), recurrence(2, "logistic"), recurrence(3, "softplus"),
               recurrence(5, "identity")]


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
        G = dense(lambda v: module.gauss_newton_product(z, t, v.reshape(z.shape)).ravel(), z.size).reshape(*z.shape, *z.shape)
        mean = require_equal("mean curvature", "z", module.mean_curvature(z, t), np.einsum("ncnd->cd", G), 1e-14)
        return [Row(name, "z", "value against the formula", error, 1e-14), Row(name, "z", "mean curvature against G", mean, 1e-14),
                *check_loss(module, z, t, split=split, name=name)]

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


def dense_start(network, seed: int = 0):
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


def elman_rnn(T: int, activation: str, outputs: str, sizes=(5, 4, 2), cases: int = 3) -> Case:
    network, name = ElmanRNN(*sizes, activation, outputs), f"networks.elman_rnn {activation} {outputs} T={T}"
    theta, x = dense_start(network), normal(T, cases, sizes[0], seed=3)
    return Case(name, functions(ElmanRNN, *FOUR_PASSES, "_read", "_at_its_steps"),
                lambda: check_network(network, theta, x, name=name))


RECURRENT = [
    elman_rnn(1, "tanh", "all"),
    elman_rnn(2, "softplus", "last"),
    elman_rnn(3, "logistic", "all", (3, 5, 4), 2),
    elman_rnn(5, "tanh", "last", (2, 4, 3)),
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


def at_mask(objective: SequenceObjective, mask) -> SimpleNamespace:
    """The objective as a function of (x, t), which is what check_objective varies."""
    def method(name: str):
        return lambda theta, batch, *args, **options: getattr(objective, name)(theta, (*batch, mask), *args, **options)

    return SimpleNamespace(network=objective.network, weight_decay=objective.weight_decay,
                           loss=SimpleNamespace(value=lambda z, t: objective.loss.value(z, (t, mask))),
                           **{name: method(name) for name in ("value", "gradient", "value_and_gradient", "curvature")})


def every(*shape: int) -> np.ndarray:
    return np.ones(shape, bool)


def masked(share: float, *shape: int) -> np.ndarray:
    """A random mask in which some steps, and the whole last case, have no target."""
    mask = np.random.default_rng(2).random(shape) < share
    mask[:, -1] = False
    return mask


OVER_TIME = functions(OverTime, *LOSS[:4], "_at_targets") + ("ref.sequence_objective:_targets_a_case",)
SEQUENCES = OVER_TIME + functions(SequenceObjective, "_chunks") + functions(Objective, "_forward")


def sequence_objective(loss, T: int, t, mask, sizes, activation, outputs: str = "all", weight_decay: float = 0.0,
                       chunk: int = 1000) -> Case:
    network = ElmanRNN(*sizes, t.shape[2], activation, outputs)
    name = f"sequence objective {loss.__name__.rpartition('.')[2]} {outputs} T={T}"
    objective = SequenceObjective(network, loss, weight_decay, chunk)
    batch = (normal(T, t.shape[1], sizes[0], seed=3), t)

    def after_logistic(p, t):
        return np.sum(((p - t) ** 2)[mask]) / (2 * t.shape[1])

    split = (logistic_squared_error.prediction, after_logistic) if loss is logistic_squared_error else None
    covers = SEQUENCES + functions(Objective, "curvature") + functions(elman, *FOUR_PASSES)
    return Case(name, covers, lambda: check_objective(
        at_mask(objective, mask), dense_start(network), batch, split=split, name=name))


def structural_damping_case(T: int, activation: str, slope, outputs: str = "all", chunk: int = 1000) -> Case:
    """slope: phi' as a function of h."""
    network, N = ElmanRNN(2, 3, 2, activation, outputs), 3
    name, theta, x = f"structural damping {activation} T={T}", dense_start(network), normal(T, N, 2, seed=3)
    S = T if outputs == "all" else 1
    batch = (x, normal(S, N, 2, seed=4), masked(0.7, S, N) if S > 1 else every(S, N))
    objective = SequenceObjective(network, squared_error, 0.1, chunk)

    def pre_activations(vector):
        p = theta.like(vector)
        h = network.forward(p, x)[1].elman.h
        return x @ p["U"] + h[:-1] @ p["W"] + p["b"]

    def run() -> list[Row]:
        J = numerical_jacobian(pre_activations, theta.vector).reshape(-1, theta.size)
        D = slope(network.forward(theta, x)[1].elman.h[1:]).reshape(-1, 1)
        G = dense(objective.curvature(theta, batch).matvec, theta.size)
        damped = structural_damping.structurally_damped(network, 0.7)
        got = dense(objective.curvature(theta, batch, damped).matvec, theta.size)
        error = require_equal("structural damping against dense J'D''J", "v", got, G + 0.7 * J.T @ (D * J) / N, 1e-8)
        return [Row(name, "v", "structural damping against dense J'D''J", error, 1e-8)]

    covers = functions(structural_damping, "damped_gauss_newton_product", "structurally_damped")
    return Case(name, covers + functions(elman, "forward", "backward", "r_forward"), run)


OVER_SEQUENCES = [
    sequence_objective(squared_error, 3, normal(3, 4, 1, seed=1), masked(0.5, 3, 4), (2, 3), "tanh", chunk=1),
    sequence_objective(softmax_cross_entropy, 2, probabilities(1, 3, 4), every(1, 3), (3, 2), "tanh", "last", 0.1),
    sequence_objective(logistic_cross_entropy, 5, unit_interval(5, 3, 2), every(5, 3), (1, 4), "logistic", chunk=2),
    sequence_objective(logistic_squared_error, 4, unit_interval(4, 3, 1), masked(0.7, 4, 3), (2, 3), "softplus",
                       weight_decay=0.2, chunk=2),
    structural_damping_case(3, "tanh", lambda h: 1 - h**2, chunk=2),
    structural_damping_case(1, "logistic", lambda h: h * (1 - h)),
    structural_damping_case(2, "softplus", lambda h: 1 - np.exp(-h), "last"),
    structural_damping_case(5, "identity", np.ones_like),
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


def with_bias(theta, l: int, b):
    """theta with another b_l: moving it by one case's shift moves that case's s_l."""
    other = theta.copy()
    other[f"b{l}"] = b
    return other


def pre_activation_curvature(network, loss, theta, x, t) -> list[np.ndarray]:
    """E[J_lᵀ L'' J_l] of every layer, case after case, each J_l by differences."""
    total = [0] * len(network.phi)
    for case, target in zip(x[:, None], t[:, None]):
        z, _ = network.forward(theta, case)
        L = dense(lambda v: loss.gauss_newton_product(z, target, v[None])[0], z.size)
        for l in network.layers:
            J = numerical_jacobian(lambda b: network.forward(with_bias(theta, l, b), case)[0][0], theta[f"b{l}"])
            total[l - 1] = total[l - 1] + J.T @ L @ J / len(x)
    return total


def kronecker_factors(loss, t, outcomes, sizes, activations) -> Case:
    """outcomes: z of one case -> its possible sampled targets, each with its probability; None where there is no distribution."""
    network, name = MLP((*sizes, t.shape[1]), activations), f"Kronecker factors {loss.__name__.rpartition('.')[2]}"
    theta, x, N = dense_start(network), normal(len(t), sizes[0], seed=3), len(t)
    objective, batch = Objective(network, loss, 0.3, chunk=2), (x, t)
    covers = functions(kronecker, "pre_activation_gradients", "input_factor") + functions(span, "span_curvature")
    covers += functions(kflr, "kflr_blocks") + functions(kfra, "kfra_blocks", "recursion", "slope_moments")
    covers += functions(kfac, "kfac_blocks") * (outcomes is not None)

    def run() -> list[Row]:
        rows = []

        def check(label: str, argument: str, got, expected, limit: float = 1e-8) -> None:
            rows.append(Row(name, argument, label, require_equal(label, argument, got, expected, limit), limit))

        z, cache = network.forward(theta, x)
        for l, ds in enumerate(kronecker.pre_activation_gradients(network, loss.gradient(z, t), cache), 1):
            each = [numerical_jacobian(lambda b: loss.value(network.forward(with_bias(theta, l, b), x[[n]])[0], t[[n]]), theta[f"b{l}"])
                    for n in range(N)]
            check("pre-activation gradients against differences", f"s{l}", ds, np.array(each) / N)

        blocks, exact = kflr.kflr_blocks(objective, theta, batch), pre_activation_curvature(network, loss, theta, x, t)
        for l, (block, G) in enumerate(zip(blocks, exact), 1):
            a = np.array([[*case, 1.0] for case in cache.affine[l - 1].x])
            check("A against a loop over cases", f"A{l}", block.A, np.mean([np.outer(case, case) for case in a], axis=0), 1e-12)
            check("KFLR against dense J'LJ", f"G{l}", block.G, G)

        twice = np.repeat(x[:1], 3, axis=0), np.repeat(t[:1], 3, axis=0)  # KFRA and K-FAC's expectation are exact for one case
        one = kflr.kflr_blocks(objective, theta, twice)
        for l, (block, expected) in enumerate(zip(kfra.kfra_blocks(objective, theta, twice), one), 1):
            check("KFRA of one case against KFLR", f"G{l}", block.G, expected.G, 1e-12)
            check("KFRA's A", f"A{l}", block.A, expected.A, 1e-12)
        for l, expected in enumerate(one, 1) if outcomes else ():
            mean = [0, 0]
            for i, (probability, _) in enumerate(outcomes(z[0], t[0])):
                def sampled(z, t, rng):
                    return np.array([outcomes(*case)[i][1] for case in zip(z, t)])

                drawn = SimpleNamespace(gradient=loss.gradient, sample_targets=sampled)
                block = kfac.kfac_blocks(Objective(network, drawn, chunk=2), theta, twice, None)[l - 1]
                mean = [total + probability * factor for total, factor in zip(mean, block)]
            check("K-FAC over all draws against KFLR", f"G{l}", mean[1], expected.G, 1e-12)
            check("K-FAC's A", f"A{l}", mean[0], expected.A, 1e-12)

        V = normal(3, theta.size, seed=4)
        B = dense(objective.curvature(theta, batch, damping=0.2).matvec, theta.size)
        check("Q against dense V'BV", "directions", span.span_curvature(objective, theta, batch, list(V), 0.2), V @ B @ V.T, 1e-12)
        return rows

    return Case(name, covers, run)


def two_sided(z, t):
    """Gaussian noise of unit covariance, replaced by 2C points of the same mean and covariance."""
    C = len(z)
    return [(1 / (2 * C), z + sign * np.sqrt(C) * np.eye(C)[c]) for c in range(C) for sign in (1, -1)]


def each_bit(z, t):
    p = logistic.sigma(z)
    return [(np.prod(np.where(bits, p, 1 - p)), np.array(bits, float)) for bits in product((0, 1), repeat=len(z))]


def each_class(z, t):
    """A case of weight Σ t counts that often: its target, and with it its gradient, by the root."""
    return [(p, np.sqrt(t.sum()) * target) for p, target in zip(softmax.forward(z)[0], np.eye(len(z)))]


KRONECKER = [
    kronecker_factors(squared_error, normal(3, 2, seed=1), two_sided, (4, 5), "tanh"),
    kronecker_factors(logistic_cross_entropy, unit_interval(5, 3), each_bit, (4, 5, 2), ("logistic", "identity", "identity")),
    kronecker_factors(softmax_cross_entropy, unit_interval(3, 4), each_class, (2, 5), ("softplus", "tanh")),
    kronecker_factors(logistic_squared_error, unit_interval(3, 2), None, (4, 3), "tanh"),
]

CASES = [*SUMS, *LAYERS, *RECURRENCES, *LOSSES, *NETWORKS, *RECURRENT, *OBJECTIVES, *OVER_SEQUENCES, *KRONECKER]
