"""The memory's ops: addressing, writing, reading."""

import numpy as np

from ref.checks import CheckFailure, Row, check_op, check_simplex, require_equal
from ref.checks.hygiene import leaves
from ref.checks.passes import Point
from ref.layers import oneplus, softmax
from ref.memory import (
    addressing,
    content,
    cosine,
    direction,
    gate,
    lookup,
    products,
    reading,
    sharpening,
    shift,
    writing,
)
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal, probabilities, unit_interval
from tests.memory import ntm_by_loops

N, K, L, W = 2, 3, 5, 4


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.2, 2, shape)


def spread(*shape: int, seed: int = 0) -> np.ndarray:
    """Weights on the simplex, none of them small: differences of a^gamma lose digits where a is."""
    return softmax.forward(0.3 * normal(*shape, seed=seed))[0]


def op(module, arguments, helpers: tuple[str, ...] = (), variant: str = "", weights: bool = False,
       linear: bool = False, zeros: str | None = None, by=None) -> Case:
    """weights: the output is on the simplex; zeros: an argument of which an entry may be zero; by: another oracle of
    values than the one by loops, of an op that is not analytic.
    """
    name = " ".join(filter(None, (module.__name__.removeprefix("ref."), variant)))
    by_loops = by or getattr(ntm_by_loops, module.__name__.rpartition(".")[2])

    def run() -> list[Row]:
        rows = check_op(module, arguments, analytic=by is None, linear=linear, name=name)
        value = module.forward(*arguments.values())[0]
        error = require_equal("the equations by loops", "all", value, by_loops(*arguments.values()), 1e-14)
        rows.append(Row(name, "all", "the equations by loops", error, 1e-14))
        if weights:
            rows.append(Row(name, "w", "simplex", check_simplex(value), 1e-12))
        if zeros:
            rows.append(Row(name, zeros, "finite at zero", finite_at_zero(module, arguments, zeros), 0.0))
        return rows

    return Case(name, functions(module, *FOUR_PASSES) + helpers, run)


def finite_at_zero(module, arguments: dict, zeros: str) -> float:
    """All results of all passes are numbers where the argument's first entries are zero."""
    at = arguments | {zeros: arguments[zeros].copy()}
    at[zeros][..., 0] = 0
    point = Point(module, at)
    _, r_cache = point.r_forward()
    results = (point.output(0), module.backward(point.dy, point.cache), point.r_forward()[0],
               module.r_backward(point.Rdy, point.dy, point.cache, r_cache))
    if not all(np.isfinite(array).all() for _, array in leaves(results)):
        raise CheckFailure(f"finite at zero, argument {zeros}: expected numbers, got NaN or infinity")
    return 0.0


def address_of(N: int, K: int, L: int, W: int, S: int) -> dict[str, np.ndarray]:
    return {"M": normal(N, L, W), "w": spread(N, K, L, seed=1), "k": normal(N, K, W, seed=2),
            "beta": positive(N, K, seed=3), "g": 0.5 * unit_interval(N, K, seed=4),
            "s": spread(N, K, 2 * S + 1, seed=5), "gamma": 1 + positive(N, K, seed=6)}


def written(N: int, K: int, L: int, W: int) -> dict[str, np.ndarray]:
    return {"M": normal(N, L, W), "w": probabilities(N, K, L, seed=1), "e": unit_interval(N, K, W, seed=2),
            "a": normal(N, K, W, seed=3)}


PRODUCTS = functions(products, "without_one", "r_without_one")
MEMORY = [
    op(oneplus, {"x": normal(3, 4)}, by=lambda x: 1 + np.log(1 + np.exp(x))),
    op(direction, {"x": normal(2, 3, 4, seed=5)}, functions(direction, "_sum")),
    op(cosine, {"M": normal(N, L, W), "k": normal(N, K, W, seed=1)}),
    op(content, {"s": normal(N, K, L), "beta": positive(N, K, seed=1)}, weights=True),
    op(lookup, {"M": normal(N, L, W), "k": normal(N, K, W, seed=1), "beta": positive(N, K, seed=2)}, weights=True),
    op(gate, {"a": probabilities(N, K, L), "b": probabilities(N, K, L, seed=1), "g": unit_interval(N, K, seed=2)},
       weights=True),
    *(op(shift, {"a": probabilities(N, K, L), "s": probabilities(N, K, 2 * S + 1, seed=1)},
         functions(shift, "_convolution", "_correlation", "_shares", "_shifts"), f"S={S}", True)
      for S in (0, 1, 2)),
    op(sharpening, {"a": positive(N, K, L), "gamma": 1 + positive(N, K, seed=1)}, weights=True, zeros="a"),
    *(op(writing, written(N, heads, L, W), PRODUCTS[: min(heads, 2)] + functions(writing, "_outer"), f"{heads} heads")
      for heads in (1, 2, 3)),
    op(reading, {"M": normal(N, L, W), "w": probabilities(N, K, L, seed=1)}),
    op(addressing, address_of(N, K, L, W, 1), weights=True),
    op(addressing, address_of(3, 1, 7, 2, 2), variant="S=2"),
]
