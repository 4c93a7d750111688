"""The memory's ops: addressing, writing, reading."""

import numpy as np

from ref.checks import Row, check_op, check_simplex
from ref.layers import oneplus, softmax
from ref.memory import addressing, content, cosine, direction, gate, products, reading, sharpening, shift, writing
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal, probabilities, unit_interval

N, K, L, W = 2, 3, 5, 4


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.2, 2, shape)


def spread(*shape: int, seed: int = 0) -> np.ndarray:
    """Weights on the simplex, none of them small: differences of a^gamma lose digits where a is."""
    return softmax.forward(0.3 * normal(*shape, seed=seed))[0]


def op(module, arguments, helpers: tuple[str, ...] = (), variant: str = "", promise=None, analytic: bool = True,
       linear: bool = False) -> Case:
    name = " ".join(filter(None, (module.__name__.removeprefix("ref."), variant)))

    def run() -> list[Row]:
        rows = check_op(module, arguments, analytic=analytic, linear=linear, name=name)
        if promise:
            rows.append(Row(name, "w", promise.__name__.removeprefix("check_"),
                            promise(module.forward(*arguments.values())[0]), 1e-12))
        return rows

    return Case(name, functions(module, *FOUR_PASSES) + helpers, run)


def address_of(N: int, K: int, L: int, W: int, S: int) -> dict[str, np.ndarray]:
    return {"M": normal(N, L, W), "w": spread(N, K, L, seed=1), "k": normal(N, K, W, seed=2),
            "beta": positive(N, K, seed=3), "g": unit_interval(N, K, seed=4),
            "s": spread(N, K, 2 * S + 1, seed=5), "gamma": 1 + positive(N, K, seed=6)}


def written(N: int, K: int, L: int, W: int) -> dict[str, np.ndarray]:
    return {"M": normal(N, L, W), "w": probabilities(N, K, L, seed=1), "e": unit_interval(N, K, W, seed=2),
            "a": normal(N, K, W, seed=3)}


PRODUCTS = functions(products, "without_one", "r_without_one")
MEMORY = [
    op(oneplus, {"x": normal(3, 4)}, analytic=False),
    op(direction, {"x": normal(2, 3, 4, seed=5)}, functions(direction, "_dot")),
    op(cosine, {"M": normal(N, L, W), "k": normal(N, K, W, seed=1)}),
    op(content, {"s": normal(N, K, L), "beta": positive(N, K, seed=1)}, promise=check_simplex),
    op(gate, {"a": probabilities(N, K, L), "b": probabilities(N, K, L, seed=1), "g": unit_interval(N, K, seed=2)},
       promise=check_simplex),
    *(op(shift, {"a": probabilities(N, K, L), "s": probabilities(N, K, 2 * S + 1, seed=1)},
         functions(shift, "_convolution", "_correlation", "_shares", "_shifts"), f"S={S}", check_simplex)
      for S in (0, 1, 2)),
    op(sharpening, {"a": positive(N, K, L), "gamma": 1 + positive(N, K, seed=1)}, promise=check_simplex),
    *(op(writing, written(N, heads, L, W), PRODUCTS + functions(writing, "_outer"), f"{heads} heads")
      for heads in (1, 2, 3)),
    op(reading, {"M": normal(N, L, W), "w": probabilities(N, K, L, seed=1)}),
    op(addressing, address_of(N, K, L, W, 1), promise=check_simplex),
    op(addressing, address_of(3, 1, 7, 2, 2), variant="S=2"),
]
