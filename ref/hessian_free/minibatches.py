"""Which data each part of a step sees: the gradient, the line search and rho deserve much more than the curvature.

G's products are taken on one minibatch, the same for all products of one CG run, and the minibatches take turns: Martens'
released code has 4 of them for CURVES (5,000 of 20,000 cases), 8 for MNIST (7,500 of 60,000), 20 for FACES.  For recurrent
nets Sutskever's code gives backtracking and line search fresh batches of their own.  Martens & Sutskever 2012, section 12.
"""

from typing import Any, NamedTuple

import numpy as np

from ref.arrays import require_count

Array = np.ndarray


class Batches(NamedTuple):
    """One step's data, each a batch as the objective takes it.  None means: the same as the gradient's."""

    gradient: Any
    curvature: Any = None
    backtracking: Any = None
    line_search: Any = None
    rho: Any = None  # where rho's f is measured with the damped model; None: the backtracking data

    def filled(self) -> "Batches":
        backtracking = self.gradient if self.backtracking is None else self.backtracking
        return Batches(
            self.gradient,
            self.gradient if self.curvature is None else self.curvature,
            backtracking,
            self.gradient if self.line_search is None else self.line_search,
            backtracking if self.rho is None else self.rho,
        )


def cycling(x: Array, t: Array, step: int, curvature: int, seed: int = 0, backtracking: int | None = None) -> Batches:
    """Batches of step `step`: gradient and line search on all data, curvature on `curvature` cases that take turns.

    The cases are put in a random order once (by `seed`) and cut into N // curvature minibatches; step k takes minibatch k
    modulo their number.  backtracking: how many cases, from the same place on, judge the stored iterates; None for all.
    The result depends on the arguments alone, so a resumed run sees the same data.
    """
    N = len(x)
    if require_count("curvature", curvature) > N:
        raise ValueError(f"curvature is {curvature} but there are {N} cases")
    order = np.random.default_rng(seed).permutation(N)
    start = (step % (N // curvature)) * curvature

    def take(n: int) -> tuple[Array, Array]:
        cases = np.sort(order[np.arange(start, start + n) % N])
        return (x[cases], x[cases]) if t is x else (x[cases], t[cases])

    judged = None if backtracking is None else take(min(require_count("backtracking", backtracking), N))
    return Batches((x, t), take(curvature), judged)
