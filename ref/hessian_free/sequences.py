"""Fresh sequences for every step: no case is seen twice, so that nothing can be overfitted.

    gradient       parts batches of n sequences
    curvature      one of them: it must be a part of the gradient's data
    backtracking   n other sequences
    line search    n others again
    rho            the gradient's data

rho compares the model with f on the data that the model's gradient is of.  On n other sequences, which would be a
fairer judge of the step, f(theta + d) - f(theta) differs from batch to batch by more than a step gains as long as the
network is at its plateau: rho is then noise, and each unlucky draw raises lambda until nothing moves any more.  We have
measured this on xor at T = 30, three seeds: solved in 24, 20 and 23 steps, and with rho on the line search's data 49,
45 and 49 % wrong after 40 (chapter 03).

With parts = 10 and n = 1000 these are the amounts of the code released with Martens & Sutskever 2011, which calls
n = 300 enough for T = 100 and n = 1000 needed for T = 200.
"""

import numpy as np

from ref.hessian_free.minibatches import Batches
from ref.random import stream
from ref.validation import require_count


def fresh_sequences(task, step: int, seed: int, n: int, parts: int = 10) -> Batches:
    """Batches of step `step` of a task of ref.tasks: the same ones for the same arguments, so that runs can resume."""
    rng = stream(seed, step, "minibatch")
    n, parts = require_count("n", n), require_count("parts", parts)
    gradient = task.sample(rng, parts * n)
    curvature = gradient.cases(np.arange(n))
    backtracking, line_search = task.sample(rng, n), task.sample(rng, n)
    return Batches(gradient, curvature, backtracking, line_search, rho=gradient)
