"""Which data each part of a step sees: the gradient, the line search and rho deserve much more than the curvature.

G's products are taken on one minibatch, the same for all products of one CG run, and the minibatches take turns:
Martens' released code has 4 of them for CURVES (5,000 of 20,000 cases), 8 for MNIST (7,500 of 60,000), 20 for FACES.
For recurrent nets Sutskever's code gives backtracking and line search fresh batches of their own.  Martens & Sutskever
2012, section 12.
"""

from typing import Any, NamedTuple

import numpy as np

from ref.batch import Batch
from ref.random import stream
from ref.validation import require_count


class Batches(NamedTuple):
    """The data of one step, each a batch as the objective takes it.  None means: the same as the gradient's.

    >>> import numpy as np
    >>> from ref import Batches
    >>> x = np.zeros((100, 4))
    >>> batches = Batches(gradient=(x, x), curvature=(x[:10], x[:10])).filled()
    >>> batches.line_search is batches.gradient
    True
    """

    gradient: Any
    curvature: Any = None
    backtracking: Any = None
    line_search: Any = None
    rho: Any = None  # where rho's f is measured with the damped model; None: the backtracking data

    @classmethod
    def of(cls, batch) -> "Batches":
        """No None left; batch may also be a single batch, which then serves for everything."""
        return (batch if isinstance(batch, cls) else cls(batch)).filled()

    def filled(self) -> "Batches":
        backtracking = self.gradient if self.backtracking is None else self.backtracking
        return Batches(
            self.gradient,
            self.gradient if self.curvature is None else self.curvature,
            backtracking,
            self.gradient if self.line_search is None else self.line_search,
            backtracking if self.rho is None else self.rho,
        )


def cycling(data, step: int, curvature: int, seed: int = 0, backtracking: int | None = None,
            gradient: int | None = None) -> Batches:
    """Batches of step `step`: curvature on `curvature` cases that take turns, all else on more.  data is a batch, such
    as (x, t).

    The cases are put in a random order once (by `seed`) and cut into N // curvature minibatches; step k takes minibatch
    k modulo their number.  In the same order,
    backtracking   how many cases, from the minibatch's end on, judge the stored iterates; None for all
    gradient       how many cases, from the minibatch's start on, the gradient, the line search and a damped rho see;
                   None for all, as in the papers.  The next step's window is `curvature` cases further on, so that the
                   gradient changes slowly
    The result depends on the arguments alone, so a resumed run sees the same data.
    """
    data = Batch.of(data)
    N = data.n_cases
    require_count("step", step, least=0)
    if require_count("curvature", curvature) > N:
        raise ValueError(f"curvature is {curvature} but there are {N} cases")
    if gradient is not None and gradient < curvature:
        raise ValueError(f"gradient is {gradient} but must be at least curvature, {curvature}: its data include the "
                         f"curvature's")
    order = stream(seed, 0, "minibatch").permutation(N)
    start = (step % (N // curvature)) * curvature

    def turn(n: int, start: int) -> Batch:
        return data.cases(np.sort(order[np.arange(start, start + min(n, N)) % N]))

    seen = data if gradient is None or gradient >= N else turn(gradient, start)
    judged = None if backtracking is None else turn(require_count("backtracking", backtracking), start + curvature)
    return Batches(seen, turn(curvature, start), judged, rho=seen)
