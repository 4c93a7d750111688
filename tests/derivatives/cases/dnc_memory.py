"""The DNC's memory: usage, allocation, links, precedence and read modes, each beside its equations by loops."""

import numpy as np

from ref.checks import Row, check_op, require_equal
from ref.memory import allocation, links, precedence, products, read_modes, usage
from tests.derivatives.cases.case import FOUR_PASSES, Case, functions, normal, probabilities, unit_interval
from tests.memory import dnc_by_loops


def memory(op, arguments: dict, helpers: tuple[str, ...] = (), linear: bool = False, title: str = "") -> Case:
    name = op.__name__.removeprefix("ref.") + title
    by_loops = getattr(dnc_by_loops, op.__name__.rpartition(".")[2])

    def run() -> list[Row]:
        rows = check_op(op, arguments, analytic=True, linear=linear, name=name)
        value = op.forward(*arguments.values())[0]
        error = require_equal("the equations by loops", "all", value, by_loops(*arguments.values()), 1e-14)
        return [*rows, Row(name, "all", "the equations by loops", error, 1e-14)]

    return Case(name, functions(op, *FOUR_PASSES) + helpers, run)


def well_apart(N: int, L: int, seed: int = 0) -> np.ndarray:
    """Usages of which no two in a row are nearer than 1/2L: a change of their order is a jump of the allocation."""
    rng = np.random.default_rng(seed)
    return (rng.permuted(np.tile(np.arange(L), (N, 1)), axis=1) + rng.uniform(0.25, 0.75, (N, L))) / L


def to_the_ends() -> dict:
    """Usages of exactly 0 and 1, full writes, and two heads that both set the same location wholly free."""
    u, ww, wr, f = unit_interval(2, 5), probabilities(2, 5, seed=1), probabilities(2, 4, 5, seed=2), unit_interval(2, 4)
    u[0], ww[1], wr[0, :2], f[0, :2] = [0, 1, 1, 0, 0.5], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], 1
    return {"u": u, "ww": ww, "wr": wr, "f": f}


PRODUCTS = functions(products, "without_one", "r_without_one")
IN_ORDER = functions(allocation, "_from_after", "_in_order", "_back_in_place")
PAIRS = functions(links, "_pairs", "_outer", "_off_diagonal")
MIXED = functions(read_modes, "_mixed", "_each", "_dots")

DNC_MEMORY = [
    memory(usage, {"u": unit_interval(2, 5), "ww": probabilities(2, 5, seed=1), "wr": probabilities(2, 4, 5, seed=2),
                   "f": unit_interval(2, 4, seed=3)}, PRODUCTS),
    memory(usage, {"u": unit_interval(3, 4), "ww": probabilities(3, 4, seed=1), "wr": probabilities(3, 1, 4, seed=2),
                   "f": unit_interval(3, 1, seed=3)}, PRODUCTS[:1], title=" K=1"),
    memory(usage, to_the_ends(), PRODUCTS, title=" at 0 and 1"),
    memory(allocation, {"u": well_apart(3, 5)}, IN_ORDER),
    memory(allocation, {"u": np.array([[1, 0.3, 0, 0.8, 0.55], [0.2, 0.4, 0.6, 1, 0]])}, IN_ORDER, title=" at 0 and 1"),
    memory(allocation, {"u": well_apart(3, 1)}, IN_ORDER, linear=True, title=" L=1"),
    memory(links, {"links": normal(2, 5, 5), "p": probabilities(2, 5, seed=1), "ww": probabilities(2, 5, seed=2)},
           PAIRS),
    memory(precedence, {"p": probabilities(2, 5), "ww": 0.7 * probabilities(2, 5, seed=1)},
           functions(precedence, "_sum")),
    memory(read_modes, {"links": normal(2, 5, 5), "w": probabilities(2, 4, 5, seed=1),
                        "c": probabilities(2, 4, 5, seed=2), "pi": probabilities(2, 4, 3, seed=3)}, MIXED),
]
